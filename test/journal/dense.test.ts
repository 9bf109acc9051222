// Sends and receives that are like the last one: what the journal has of them is what was sent and received.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boot, replay } from '../../src/index.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'

/** How long the message is, which of its bytes changes, and who sends and receives. */
const step = fc.record({
  length: fc.constantFrom(1, 2, 3, 4, 5, 63, 100, 252, 253, 255, 256, 257, 260, 300, 17000),
  at: fc.nat(16999),
  value: fc.nat(255),
  from: fc.nat(1),
  room: fc.constantFrom(0, 8, 20000),
})

test('random messages, mostly like the one before', () => {
  const check = (steps: readonly { length: number; at: number; value: number; from: number; room: number }[]) => {
    const kernel = boot({ journal: true })
    const task = kernel.spawn()
    const [a, b, to] = [0, 1, 2].map(() => task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK))
    to?.bind({ nl_pid: 7 })
    for (const socket of [a, b]) socket?.connect({ nl_pid: 7 })
    const data = new Uint8Array(17000)
    const seen: number[] = []
    for (const { length, at, value, from, room } of steps) {
      data[at % length] = value
      const socket = from === 0 ? a : b
      const received = new Uint8Array(room)
      expect(socket?.send(data.subarray(0, length))).toBe(length)
      to?.recv(received)
      seen.push(...received.subarray(0, Math.min(length, room)))
    }
    const sent: number[] = []
    const journal = kernel.journal.stop()
    const tap = (event: { kind: string; data?: Uint8Array }) => {
      if (event.kind === 'message') sent.push(...(event.data as Uint8Array))
    }
    const { difference, stateHash } = replay(journal, { tap })
    expect(difference).toBeNull()
    expect(stateHash).toBe(kernel.stateHash())
    data.fill(0)
    const expected = steps.flatMap(({ length, at, value }) => {
      data[at % length] = value
      return [...data.subarray(0, length)]
    })
    expect(sent.length).toBe(expected.length)
    expect(sent.every((byte, index) => byte === expected[index])).toBe(true)
    expect(kernel.halt()).toBe(0)
  }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => check(steps)),
    { numRuns: 60 },
  )
})
