// The same array given to calls again and again: what is known of it from the call before never makes a difference.
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Socket } from '../../src/api.js'
import { KnownArray } from '../../src/machine/known-array.js'
import * as uapi from '../../src/uapi/index.js'
import { boot, withKernel } from '../support/kernels.js'

const { AF_NETLINK, MSG_PEEK, MSG_TRUNC, NETLINK_USERSOCK, SOCK_RAW } = uapi

type Arrays<T extends Uint8Array = Uint8Array> = [sent: T, room: T]

function pair(kernel = boot()): { from: Socket; to: Socket } {
  const task = kernel.spawn()
  const [from, to] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
  to.bind({ nl_pid: 7 })
  from.connect({ nl_pid: 7 })
  return { from, to }
}

/** The answer of a call: a number, or the name of the error. */
function answer(call: () => number): number | string {
  try {
    return call()
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name
  }
}

/** Sends and receives with both until they are known, and once more. */
function getKnown({ from, to }: { from: Socket; to: Socket }, [sent, room]: Arrays): void {
  for (let round = 0; round < 4; round++) {
    sent[0] = round
    expect(from.send(sent)).toBe(sent.length)
    expect(to.recv(room)).toBe(Math.min(sent.length, room.length))
    expect(room.subarray(0, sent.length)).toEqual(sent.subarray(0, room.length))
  }
}

describe('an array that is given again and again', () => {
  test.each([1, 7, 8, 100, 255, 256, 257, 4096, 16_384, 16_896, 16_897, 60_000])('moves its bytes: %i', (length) => {
    const sockets = pair()
    const sent = Uint8Array.from({ length }, (_, at) => at * 7)
    getKnown(sockets, [sent, new Uint8Array(length)])
    getKnown(sockets, [sent, new Uint8Array(length + 100)])
    getKnown(sockets, [sent.subarray(length >>> 1), new Uint8Array(length + 9).subarray(3)])
  })

  test('is filled as far as a message goes, and no further', () => {
    const { from, to } = pair()
    const room = new Uint8Array(64)
    for (const length of [64, 3, 64, 64, 5, 80, 1]) {
      room.fill(0xee)
      from.send(new Uint8Array(length).fill(length))
      expect(to.recv(room)).toBe(Math.min(length, 64))
      expect(room).toEqual(Uint8Array.from({ length: 64 }, (_, at) => (at < length ? length : 0xee)))
    }
  })

  test('is looked at with flags, too', () => {
    const sockets = pair()
    const [sent, room] = [new Uint8Array(40).fill(4), new Uint8Array(8)]
    getKnown(sockets, [sent, room])
    sockets.from.send(sent)
    expect(sockets.to.recv(room, MSG_PEEK | MSG_TRUNC)).toBe(40)
    expect(sockets.to.recv(room)).toBe(8)
    expect(answer(() => sockets.from.send(sent, uapi.MSG_OOB))).toBe('EOPNOTSUPP')
  })

  test('is used by kernels in turns', () => {
    const [one, two] = [pair(), pair()]
    const arrays: Arrays = [new Uint8Array(50).fill(5), new Uint8Array(50)]
    for (let round = 0; round < 3; round++) {
      getKnown(one, arrays)
      getKnown(two, arrays)
    }
  })

  test('is of a kind that lies about itself', () => {
    class Liar extends Uint8Array {
      override get length() {
        return 1
      }
      override set() {
        throw new Error('set() of the caller ran')
      }
    }
    const { from, to } = pair()
    const [sent, room] = [new Liar(20), new Liar(20)]
    const check = new Uint8Array(room.buffer)
    for (let round = 1; round < 5; round++) {
      new Uint8Array(sent.buffer).fill(round)
      expect(from.send(sent)).toBe(20)
      expect(to.recv(room)).toBe(20)
      expect(check).toEqual(new Uint8Array(20).fill(round))
    }
  })

  test('says to a closed socket, and for a full queue, what any array does', () => {
    const { from, to } = pair()
    const sent = new Uint8Array(100)
    const answers = Array.from({ length: 400 }, () => answer(() => from.send(sent)))
    expect([answers[0], answers.at(-1)]).toEqual([100, 'EAGAIN'])
    const fresh = pair()
    expect(Array.from({ length: 400 }, () => answer(() => fresh.from.send(new Uint8Array(100))))).toEqual(answers)
    to.close()
    expect(answer(() => from.send(sent))).toBe('ECONNREFUSED')
    from.close()
    expect(answer(() => from.send(sent))).toBe('EBADF')
  })
})

describe('the memory of an array that is known', () => {
  test('is taken away: it is like any other that has lost it', () => {
    const lost = () => {
      const array = new Uint8Array(32)
      structuredClone(array.buffer, { transfer: [array.buffer] })
      return array
    }
    const [sockets, fresh] = [pair(), pair()]
    const arrays: Arrays<Uint8Array<ArrayBuffer>> = [new Uint8Array(32).fill(1), new Uint8Array(32)]
    getKnown(sockets, arrays)
    for (const { buffer } of arrays) structuredClone(buffer, { transfer: [buffer] })
    for (const { from } of [sockets, fresh]) from.send(new Uint8Array(9))
    const said = ({ from, to }: typeof sockets, [sent, room]: Arrays) => [
      answer(() => from.send(sent)),
      answer(() => to.recv(room)),
      answer(() => to.recv(room)),
    ]
    expect(said(sockets, arrays)).toEqual(said(fresh, [lost(), lost()]))
    expect(sockets.to.recv(new Uint8Array(32))).toBe(9)
    getKnown(sockets, [new Uint8Array(32).fill(1), new Uint8Array(32)])
  })

  const resizable = (length: number) =>
    Reflect.construct(ArrayBuffer, [length, { maxByteLength: 64 }]) as ArrayBuffer & { resize(length: number): void }

  test('grows and shrinks', () => {
    const sockets = pair()
    const [buffer, other] = [resizable(16), resizable(16)]
    const arrays: Arrays = [new Uint8Array(buffer), new Uint8Array(other)]
    getKnown(sockets, arrays)
    for (const length of [64, 8, 1]) {
      buffer.resize(length)
      other.resize(length)
      getKnown(sockets, arrays)
    }
  })

  test('grows, and says that it cannot', () => {
    const sockets = pair()
    const buffer = Object.defineProperty(resizable(16), 'resizable', { value: false })
    const arrays: Arrays = [new Uint8Array(buffer), new Uint8Array(64)]
    getKnown(sockets, arrays)
    buffer.resize(64)
    getKnown(sockets, arrays)
  })

  test.each(['byteLength', 'resizable', 'growable'])('has a %s of the caller, which is not asked for', (name) => {
    const get = vi.fn(() => 48)
    const tricky = () => new Uint8Array(Object.defineProperty(new ArrayBuffer(48), name, { get }))
    getKnown(pair(), [tricky(), tricky()])
    expect(get).not.toHaveBeenCalled()
  })

  test.each([
    ['shared', SharedArrayBuffer.prototype],
    ['shared, and looks like any other', ArrayBuffer.prototype],
    ['shared, and looks like nothing', null],
  ])('is %s', (_, prototype) => {
    const shared = () => new Uint8Array(Object.setPrototypeOf(new SharedArrayBuffer(48), prototype))
    getKnown(pair(), [shared(), shared()])
  })
})

test('any history with the same arrays is the history with fresh ones', () => {
  const step = fc.record({
    call: fc.constantFrom('send', 'sendto', 'write', 'recv', 'read'),
    array: fc.nat(3),
    byte: fc.nat(255),
    flags: fc.constantFrom(0, 0, 0, MSG_TRUNC, MSG_PEEK),
  })
  const lengths = fc.array(fc.constantFrom(0, 1, 8, 20, 100, 300), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(lengths, fc.array(step, { maxLength: 60 }), (sizes, steps) => {
      const play = (pick: (arrays: Uint8Array[], at: number) => Uint8Array) =>
        withKernel(undefined, (kernel) => {
          const { from, to } = pair(kernel)
          const arrays = sizes.map((size) => new Uint8Array(size))
          return steps.map(({ call, array, byte, flags }) => {
            const given = pick(arrays, array)
            const sends = call !== 'recv' && call !== 'read'
            if (sends) given.fill(byte)
            const calls = {
              send: () => from.send(given, flags),
              sendto: () => from.sendto(given, flags, { nl_pid: 7 }),
              write: () => from.write(given),
              recv: () => to.recv(given, flags),
              read: () => to.read(given),
            }
            const said = answer(calls[call])
            const filled = typeof said === 'number' ? [...given.subarray(0, said)] : []
            return [said, filled, kernel.stateHash()]
          })
        })
      const same = play((arrays, at) => arrays[at] as Uint8Array)
      const fresh = play((arrays, at) => Uint8Array.from(arrays[at] as Uint8Array))
      expect(same).toEqual(fresh)
    }),
    { numRuns: 200 },
  )
})

test('a call that does not ask whether it knows an array makes nothing for it', () => {
  const known = new KnownArray()
  const array = new Uint8Array(8)
  for (let call = 0; call < 2; call++) known.note(array)
  expect(known.is(array)).toBe(true)
  const { view } = known
  known.note(array)
  expect(known.view).toBe(view)
})
