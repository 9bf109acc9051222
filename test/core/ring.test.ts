// The receive ring: order, growth, wrap-around, and what rcvbuf lets in.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LINUX_6 } from '../../src/index.js'
import { EAGAIN, NETLINK_ADD_MEMBERSHIP, NETLINK_CONNECTOR, SO_RCVBUFFORCE } from '../../src/uapi/index.js'
import { type Core, core, expectBytes, numberOf, payload, roomOf, withCore } from './core.js'

const DEFAULT_RCVBUF = 212_992
const SMALL_TRUESIZE = 832

/** What a unicast of a task counts on LINUX_6 (conformance user/accounting). */
function truesize(length: number): number {
  const sum = Math.ceil(length / 64) * 64 + 320
  if (sum <= 576) return 576 + 256
  if (sum > 4096) return sum + 256
  return Math.max(512, 2 ** Math.ceil(Math.log2(sum))) + 256
}

function pair(one: Core) {
  const task = one.task()
  return { sender: one.bound(task, 1), receiver: one.bound(task, 2) }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 4, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 4, max: 60_000 }) },
  { weight: 3, arbitrary: fc.constant(0) },
  // Bursts, and reading much at once.
  fc.integer({ min: -40, max: -1 }),
)

describe('a queue is a queue', () => {
  test('messages of any size come out as they went in, and EAGAIN comes by the accounted bytes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) =>
        withCore({ limits: { memory: 2 ** 24 } }, (one) => {
          const { sender, receiver } = pair(one)
          const queue: Uint8Array[] = []
          let number = 0
          const push = (length: number) => {
            const held = queue.reduce((sum, data) => sum + truesize(data.length), 0)
            const fits = held === 0 || held + truesize(length) <= DEFAULT_RCVBUF
            const data = payload(length, number++)
            expect(one.send(sender, data, 2)).toBe(fits ? length : -EAGAIN)
            if (fits) queue.push(data)
          }
          for (const each of steps) {
            if (each > 0) push(each)
            else if (each < 0) for (let i = 0; i < -each; i++) push(8)
            else expectBytes(one.receive(receiver), queue.shift() ?? -EAGAIN)
          }
          expect(one.drain(receiver).map(numberOf)).toEqual(queue.map(numberOf))
        }),
      ),
      { numRuns: 60 },
    )
  })

  test('the default buffer takes 256 of the smallest messages, and one more after each that is read', () => {
    const one = core()
    const { sender, receiver } = pair(one)
    for (let i = 0; i < DEFAULT_RCVBUF / SMALL_TRUESIZE; i++) expect(one.send(sender, payload(4, i), 2)).toBe(4)
    for (let i = 256; i < 1000; i++) {
      expect(one.send(sender, payload(4, i), 2)).toBe(-EAGAIN)
      expect(numberOf(one.receive(receiver) as Uint8Array)).toBe(i - 256)
      expect(one.send(sender, payload(4, i), 2)).toBe(4)
    }
    expect(one.drain(receiver).map(numberOf)).toEqual(Array.from({ length: 256 }, (_, i) => 744 + i))
  })

  test('it doubles up to what rcvbuf lets in: 10,082 messages in 8 MiB', () => {
    const one = core({ limits: { memory: 2 ** 24 } })
    const { sender, receiver } = pair(one)
    one.socketOption(receiver, SO_RCVBUFFORCE, 4 * 1024 * 1024)
    let sent = 0
    while (one.send(sender, payload(4, sent), 2) === 4) sent++
    expect(sent).toBe(Math.floor((8 * 1024 * 1024) / SMALL_TRUESIZE))
    const [first, ...rest] = one.drain(receiver).map(numberOf)
    expect(first).toBe(0)
    expect(rest.every((number, index) => number === index + 1)).toBe(true)
    expect(rest.length).toBe(sent - 1)
  })

  test('reading as fast as writing, it never grows', () => {
    const one = core()
    const { sender, receiver } = pair(one)
    const before = one.inUse
    for (let i = 0; i < 500; i++) {
      for (let k = 0; k <= i % 16; k++) one.send(sender, payload(4, i * 16 + k), 2)
      for (let k = 0; k <= i % 16; k++) expect(numberOf(one.receive(receiver) as Uint8Array)).toBe(i * 16 + k)
    }
    expect(one.inUse - before).toBe(roomOf(16 * 4))
  })
})

describe('any table of truesizes', () => {
  const none = { skbuff: 1, sharedInfo: 0, smallHead: 0, smallest: 0, largest: 0 }

  test.each([
    ['one byte for everything', none],
    ['small ones that count more than large ones', { ...none, smallest: 4096, largest: 100 }],
    ['no cache for small heads', { ...LINUX_6.truesize, smallHead: 0 }],
  ])('%s: the ring keeps up', (_, table) => {
    const one = core({ profile: { ...LINUX_6, truesize: table } })
    const { receiver } = pair(one)
    const listener = one.bound(one.task(), 3, NETLINK_CONNECTOR)
    one.netlinkOption(listener, NETLINK_ADD_MEMBERSHIP, 1)
    const lengths = Array.from({ length: 60 }, (_, i) => [0, 100, 1, 65, 0, 300][i % 6] as number)
    for (const length of lengths) {
      one.machine.transmit(payload(length, 3))
      one.abi.ksock_broadcast(NETLINK_CONNECTOR, one.abi.ksock_message(length, 1, 0), 0, 1)
    }
    expect(one.drain(listener).map((data) => data.length)).toEqual(lengths)
    expect(one.receive(receiver)).toBe(-EAGAIN)
  })
})
