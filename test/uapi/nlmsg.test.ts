// Netlink messages: header, building, iterating, errors.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import * as some from './arbitraries.js'
import { hex } from './hex.js'

describe('nlmsghdr', () => {
  it('has the bytes that Linux has', () => {
    const array = uapi.encodeNlmsghdr({
      nlmsg_len: 76,
      nlmsg_type: 3,
      nlmsg_flags: 0x501,
      nlmsg_seq: -2,
      nlmsg_pid: 0x12345678,
    })
    expect(hex(array)).toBe('4c00000003000105feffffff78563412')
    expect(hex(uapi.encodeNlmsghdr({}))).toBe('10000000000000000000000000000000')
  })

  it('comes back as it went', () => {
    const roundTrip = (header: uapi.Nlmsghdr) => {
      const array = uapi.encodeNlmsghdr(header)
      expect(array.length).toBe(uapi.NLMSG_HDRLEN)
      expect(uapi.decodeNlmsghdr(array)).toEqual(header)
      expect(uapi.tryDecodeNlmsghdr(array)).toEqual(header)
    }
    fc.assert(fc.property(some.nlmsghdr, roundTrip))
  })

  it('refuses fields that are no numbers of their width', () => {
    expect(() => uapi.encodeNlmsghdr({ nlmsg_type: 0x10000 })).toThrow(
      'nlmsg_type must be an integer from 0 to 65535, not 65536',
    )
    expect(() => uapi.encodeNlmsghdr({ nlmsg_seq: 2 ** 32 })).toThrow(RangeError)
    expect(() => uapi.encodeNlmsghdr({ nlmsg_len: '16' as unknown as number })).toThrow(TypeError)
    expect(() => uapi.decodeNlmsghdr(new Uint8Array(15))).toThrow('nlmsghdr needs 16 bytes, there are 15')
    expect(uapi.tryDecodeNlmsghdr(new Uint8Array(15))).toBeNull()
  })
})

describe('messages', () => {
  const payload = Uint8Array.of(1, 2, 3, 4, 5)

  it('are a header and a payload, not padded', () => {
    const message = uapi.encodeNlmsg({ nlmsg_type: 16 }, payload)
    expect(hex(message)).toBe('150000001000000000000000000000000102030405')
    expect(uapi.decodeNlmsghdr(uapi.encodeNlmsg({ nlmsg_len: 1000 }, payload)).nlmsg_len).toBe(1000)
    expect(() => uapi.encodeNlmsg({}, [1] as unknown as Uint8Array)).toThrow('payload must be a Uint8Array')
  })

  it('stand on steps of four bytes', () => {
    expect([0, 1, 4, 17, 0xfffffffd].map(uapi.nlmsgAlign)).toEqual([0, 4, 4, 20, 0x100000000])
    const one = uapi.encodeNlmsg({ nlmsg_type: 16 }, payload)
    expect(hex(uapi.joinNlmsgs([one, one]))).toBe(`${hex(one)}000000${hex(one)}`)
    expect(uapi.joinNlmsgs([])).toEqual(new Uint8Array(0))
  })

  it('come back in order', () => {
    const messages = fc.array(fc.tuple(some.nlmsghdr, some.data), { maxLength: 8 })
    const roundTrip = (list: [uapi.Nlmsghdr, Uint8Array][]) => {
      const sent = list.map(([{ nlmsg_len, ...header }, data]) => ({ header, data }))
      const datagram = uapi.joinNlmsgs(sent.map(({ header, data }) => uapi.encodeNlmsg(header, data)))
      const got = [...uapi.nlmsgs(datagram)]
      expect(got.map(({ header: { nlmsg_len, ...header }, payload }) => ({ header, data: payload }))).toEqual(sent)
      for (const { header, offset } of got) expect([offset % 4, header.nlmsg_len <= datagram.length]).toEqual([0, true])
    }
    fc.assert(fc.property(messages, roundTrip))
  })

  it('end at a bad length, in silence', () => {
    const good = uapi.encodeNlmsg({ nlmsg_type: 16 }, payload)
    for (const nlmsg_len of [0, 15, 17, 24, 0x7fffffff, 0x80000010, 0xffffffff]) {
      const datagram = uapi.joinNlmsgs([good, uapi.encodeNlmsg({ nlmsg_len }), good])
      const count = nlmsg_len >= 16 && nlmsg_len <= datagram.length - 24 ? 2 : 1
      expect([...uapi.nlmsgs(datagram)].slice(0, count)).toHaveLength(count)
      if (count === 1) expect([...uapi.nlmsgs(datagram)]).toHaveLength(1)
    }
    expect([...uapi.nlmsgs(good.subarray(0, 20))]).toEqual([])
    expect([...uapi.nlmsgs(new Uint8Array(0))]).toEqual([])
  })

  it('take a last one whose padding is missing, and nothing behind it', () => {
    const datagram = uapi.joinNlmsgs([uapi.encodeNlmsg({}), uapi.encodeNlmsg({}, payload)])
    expect([...uapi.nlmsgs(datagram)]).toHaveLength(2)
    expect([...uapi.nlmsgs(new Uint8Array([...datagram, 0]))]).toHaveLength(2)
  })

  it('are views of the datagram, which may itself be a part of a larger one', () => {
    const room = new Uint8Array(64)
    room.set(uapi.encodeNlmsg({ nlmsg_type: 16 }, payload), 7)
    const [message] = uapi.nlmsgs(room.subarray(7, 7 + 21))
    expect(message?.payload.buffer).toBe(room.buffer)
    expect(message?.payload).toEqual(payload)
  })

  it('can be looked for at an offset', () => {
    const datagram = uapi.joinNlmsgs([uapi.encodeNlmsg({}), uapi.encodeNlmsg({ nlmsg_seq: 2 })])
    expect(uapi.nlmsgAt(datagram, 16)?.header.nlmsg_seq).toBe(2)
    expect(uapi.nlmsgAt(datagram, 32)).toBeNull()
    for (const offset of [-1, 33, 0.5, Number.NaN]) expect(() => uapi.nlmsgAt(datagram, offset)).toThrow(RangeError)
    expect(() => [...uapi.nlmsgs('text' as unknown as Uint8Array)]).toThrow(TypeError)
    expect(() => [...uapi.nlmsgs({} as unknown as Uint8Array)]).toThrow(TypeError)
  })
})

describe('nlmsgerr', () => {
  it('comes back as it went', () => {
    const roundTrip = (error: number, msg: uapi.Nlmsghdr, rest: Uint8Array) => {
      const payload = uapi.encodeNlmsgerr({ error, msg })
      expect(payload.length).toBe(uapi.NLMSGERR.size)
      expect(uapi.decodeNlmsgerr(new Uint8Array([...payload, ...rest]))).toEqual({ error, msg })
      expect(uapi.tryDecodeNlmsgerr(payload)).toEqual({ error, msg })
    }
    fc.assert(fc.property(some.i32, some.nlmsghdr, some.data, roundTrip))
  })

  it('has the bytes of a real refusal', () => {
    const payload = uapi.encodeNlmsgerr({
      error: -uapi.EOPNOTSUPP,
      msg: { nlmsg_len: 16, nlmsg_type: 99, nlmsg_flags: 5, nlmsg_seq: 7 },
    })
    expect(hex(payload)).toBe('a1ffffff10000000630005000700000000000000')
    expect(() => uapi.decodeNlmsgerr(payload.subarray(0, 19))).toThrow('nlmsgerr needs 20 bytes, there are 19')
    expect(uapi.tryDecodeNlmsgerr(payload.subarray(0, 19))).toBeNull()
  })
})
