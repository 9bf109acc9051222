// Decoders on any bytes: a RangeError or an answer, never another error, and never a byte from outside the array.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import * as some from './arbitraries.js'

/** Every decoder, its form that does not throw (where there is one), and good bytes to start from. */
const DECODERS: readonly {
  name: string
  decode: (array: Uint8Array) => unknown
  tryDecode?: (array: Uint8Array) => unknown
  good: fc.Arbitrary<Uint8Array>
}[] = [
  {
    name: 'nlmsghdr',
    decode: uapi.decodeNlmsghdr,
    tryDecode: uapi.tryDecodeNlmsghdr,
    good: some.nlmsghdr.map(uapi.encodeNlmsghdr),
  },
  {
    name: 'nlmsgs',
    decode: (array) => [...uapi.nlmsgs(array)],
    good: fc
      .array(some.cnMsg, { maxLength: 3 })
      .map((list) => uapi.joinNlmsgs(list.map((msg) => uapi.encodeConnectorMessage(msg)))),
  },
  {
    name: 'nlmsgerr',
    decode: uapi.decodeNlmsgerr,
    tryDecode: uapi.tryDecodeNlmsgerr,
    good: fc.record({ error: some.i32, msg: some.nlmsghdr }).map(uapi.encodeNlmsgerr),
  },
  {
    name: 'sockaddr_nl',
    decode: uapi.decodeSockaddrNl,
    tryDecode: uapi.tryDecodeSockaddrNl,
    good: some.sockaddrNl.map(uapi.encodeSockaddrNl),
  },
  { name: 'ucred', decode: uapi.decodeUcred, good: some.ucred.map(uapi.encodeUcred) },
  {
    name: 'nl_pktinfo',
    decode: uapi.decodeNlPktinfo,
    good: some.u32.map((group) => uapi.encodeNlPktinfo({ group })),
  },
  { name: 'cn_msg', decode: uapi.decodeCnMsg, tryDecode: uapi.tryDecodeCnMsg, good: some.cnMsg.map(uapi.encodeCnMsg) },
  {
    name: 'connector message',
    decode: uapi.decodeConnectorMessage,
    tryDecode: uapi.tryDecodeConnectorMessage,
    good: some.cnMsg.map((msg) => uapi.encodeConnectorMessage(msg)),
  },
  {
    name: 'cn_ctl_msg',
    decode: uapi.decodeCnCtlMsg,
    tryDecode: uapi.tryDecodeCnCtlMsg,
    good: some.cnCtlMsg.map(uapi.encodeCnCtlMsg),
  },
  {
    name: 'proc_input',
    decode: uapi.decodeProcInput,
    tryDecode: uapi.tryDecodeProcInput,
    good: some.procInput.map(uapi.encodeProcInput),
  },
  {
    name: 'proc_event',
    decode: uapi.decodeProcEvent,
    tryDecode: uapi.tryDecodeProcEvent,
    good: some.procEvent.map(uapi.encodeProcEvent),
  },
]

/** Good bytes, cut, changed here and there, or something else altogether. */
const damaged = (good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 96 }),
    fc.tuple(good, fc.nat()).map(([array, cut]) => array.slice(0, cut % (array.length + 1))),
    fc
      .tuple(good, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }))
      .map(([array, changes]) => {
        for (const [at, byte] of changes) if (array.length > 0) array[at % array.length] = byte
        return array
      }),
  )

/** The same bytes in the middle of a larger buffer that is otherwise full of `fill`. */
function surrounded(array: Uint8Array, fill: number): Uint8Array {
  const room = new Uint8Array(array.length + 128).fill(fill)
  room.set(array, 64)
  return room.subarray(64, 64 + array.length)
}

/** The answer, or the sentence of the RangeError; any other error goes through. */
function outcome(decode: (array: Uint8Array) => unknown, array: Uint8Array): { value: unknown } | { error: string } {
  try {
    return { value: decode(array) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { error: error.message }
  }
}

describe.each(DECODERS)('$name', ({ decode, tryDecode, good }) => {
  it('answers or says RangeError, by the bytes that were given alone', () => {
    const check = (array: Uint8Array) => {
      const before = array.slice()
      const alone = outcome(decode, array)
      if ('error' in alone) expect(alone.error).toMatch(/^[a-z_]+ \S.*\d/)
      expect(outcome(decode, surrounded(array, 0))).toEqual(alone)
      expect(outcome(decode, surrounded(array, 0xff))).toEqual(alone)
      if (tryDecode !== undefined) expect(tryDecode(array)).toEqual('value' in alone ? alone.value : null)
      expect(array).toEqual(before)
    }
    fc.assert(fc.property(damaged(good), check), { numRuns: 1000 })
  })

  it('says TypeError for what is no Uint8Array', () => {
    for (const wrong of [
      undefined,
      null,
      'text',
      [1, 2, 3],
      new ArrayBuffer(64),
      new DataView(new ArrayBuffer(64)),
      {},
    ]) {
      expect(() => decode(wrong as unknown as Uint8Array)).toThrow(TypeError)
      if (tryDecode !== undefined) expect(() => tryDecode(wrong as unknown as Uint8Array)).toThrow(TypeError)
    }
  })
})
