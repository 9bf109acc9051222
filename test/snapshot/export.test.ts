// Exported snapshots: what comes back is what went out, and what is damaged is refused with a reason.
import { expect, test } from 'vitest'
import { boot, restore } from '../../src/index.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'

function small(): Uint8Array {
  const kernel = boot({ limits: { memory: 131072 }, seed: 3 })
  const socket = kernel.spawn({ comm: 'one' }).socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  socket.bind({ nl_pid: 7 })
  socket.sendto(Uint8Array.of(1, 2, 3), 0, { nl_pid: 7 })
  kernel.mod_timer(
    kernel.timer_setup(() => {}, 'tick'),
    9,
  )
  return kernel.snapshot().export()
}

test('a snapshot is the same after its way through bytes', () => {
  const bytes = small()
  const kernel = restore(bytes)
  expect(kernel.snapshot().export()).toEqual(bytes)
  expect(kernel.snapshot().time).toBe(0n)
  expect(kernel.halt()).toBe(0)
})

test('every byte changed in turn is refused', () => {
  const bytes = small()
  for (let at = 0; at < bytes.length; at++) {
    for (const change of [1, 0x80, 0xff]) {
      bytes[at] = (bytes[at] as number) ^ change
      expect(() => restore(bytes), `byte ${at} ^ ${change}`).toThrow(RangeError)
      bytes[at] = (bytes[at] as number) ^ change
    }
  }
  expect(restore(bytes).tasks()).toHaveLength(1)
})

test('every length but its own is refused', () => {
  const bytes = small()
  for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 97) {
    expect(() => restore(bytes.subarray(0, length)), `${length} bytes`).toThrow(RangeError)
  }
  const longer = new Uint8Array(bytes.length + 4)
  longer.set(bytes)
  expect(() => restore(longer)).toThrow(RangeError)
})

test.each([
  ['another file', new TextEncoder().encode('not a snapshot, but as long as its head is: 44 bytes'), 'no snapshot'],
  ['another version', (bytes: Uint8Array) => bytes.fill(0x55, 4, 8), 'another version'],
  ['a damaged one', (bytes: Uint8Array) => bytes.fill(0x55, 100, 104), 'damaged'],
])('%s is refused in words', (_, given, words) => {
  expect(() => restore(typeof given === 'function' ? given(small()) : given)).toThrow(words)
})
