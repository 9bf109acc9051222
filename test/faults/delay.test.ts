// Messages that come later than they were sent.
import { expect, test } from 'vitest'
import { boot, GFP_KERNEL, type Kernel, SO_RCVBUF, SOL_SOCKET } from '../../src/index.js'
import { bound, message, onConnector, received } from './scene.js'

const ID = { idx: 5, val: 1 }

/** Delays what begins with this byte. */
const delay = (kernel: Kernel, byte: number, ms: number) =>
  kernel.faults.add({ action: 'delay', ms, when: ({ data }) => data[0] === byte })

test('each comes at its time, in the order of times; at one time in the order of sending', () => {
  const kernel = boot()
  const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
  delay(kernel, 1, 30)
  delay(kernel, 2, 10)
  delay(kernel, 3, 30)
  const rule = delay(kernel, 4, 10)
  for (const byte of [1, 2, 3, 4, 5]) expect(from.sendto(Uint8Array.of(byte), 0, { nl_pid: 8 })).toBe(1)
  expect([received(to), kernel.stats().delayed, rule.hits]).toEqual([[5], 4, 1])
  kernel.clock.advance(9)
  expect(received(to)).toEqual([])
  kernel.clock.advance(1)
  expect(received(to)).toEqual([2, 4])
  kernel.clock.advance(19)
  expect(received(to)).toEqual([])
  kernel.clock.advance(1)
  expect([received(to), kernel.stats().delayed]).toEqual([[1, 3], 0])
})

test('a delay of 0 comes with the next run of what is due; a part of a millisecond counts as a whole one', () => {
  const kernel = boot()
  const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
  delay(kernel, 1, 0)
  delay(kernel, 2, 0.25)
  for (const byte of [1, 2]) from.sendto(Uint8Array.of(byte), 0, { nl_pid: 8 })
  expect(received(to)).toEqual([])
  kernel.clock.runUntilIdle()
  expect(received(to)).toEqual([1])
  kernel.clock.advance(1)
  expect(received(to)).toEqual([2])
})

test('a multicast is delayed for one member, and the sender is told that it was taken', () => {
  const kernel = boot()
  const [slow, quick] = [onConnector(kernel, 7, 1), onConnector(kernel, 8, 1)]
  kernel.faults.add({ action: 'delay', ms: 5, when: { to: 7 } })
  expect(kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)).toBe(0)
  expect([received(slow), received(quick)]).toEqual([[], [36]])
  kernel.clock.advance(5)
  expect(received(slow)).toEqual([36])
})

test('a message to the kernel runs its callback later', () => {
  const kernel = boot()
  const asker = onConnector(kernel, 7)
  const heard: [number, number][] = []
  kernel.cn_add_callback(ID, 'driver', (msg, { portid }) => heard.push([portid, msg.data[0] as number]))
  kernel.faults.add({ action: 'delay', ms: 3, when: { to: 0 } })
  expect(asker.send(message(5, 1, [42]))).toBe(37)
  expect(heard).toEqual([])
  kernel.clock.advance(3)
  expect(heard).toEqual([[7, 42]])
})

test('its receiver may be gone by then: nothing comes, nothing is left', () => {
  const kernel = boot()
  const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
  delay(kernel, 1, 10)
  for (let n = 0; n < 3; n++) from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
  const others = bound(kernel, 9)
  from.sendto(Uint8Array.of(1), 0, { nl_pid: 9 })
  to.close()
  expect(kernel.stats().delayed).toBe(1)
  const later = bound(kernel, 8)
  kernel.clock.advance(10)
  expect([received(later), received(others), kernel.stats().delayed]).toEqual([[], [1], 0])
})

test('its sender may be gone by then', () => {
  const kernel = boot()
  const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
  delay(kernel, 1, 10)
  from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
  from.close()
  kernel.clock.advance(10)
  expect(received(to)).toEqual([1])
})

test('one that finds no room is lost: its sender was told that it was taken', () => {
  const kernel = boot()
  const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
  to.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
  delay(kernel, 1, 10)
  from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
  for (let full = false; !full; ) {
    try {
      from.sendto(Uint8Array.of(2), 0, { nl_pid: 8 })
    } catch {
      full = true
    }
  }
  kernel.clock.advance(10)
  expect(received(to)[0]).toBe('ENOBUFS')
})

test('a machine can be halted while messages are delayed', () => {
  const kernel = boot()
  const [from] = [bound(kernel, 7), bound(kernel, 8)]
  delay(kernel, 1, 10)
  for (let n = 0; n < 20; n++) from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
  expect([kernel.stats().delayed, kernel.halt()]).toEqual([20, 0])
})

test('without memory for a timer it comes at once', () => {
  const kernel = boot({ limits: { timers: 1 } })
  const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
  delay(kernel, 1, 10)
  for (let n = 0; n < 3; n++) from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
  expect(received(to)).toEqual([1, 1])
  kernel.clock.advance(10)
  expect(received(to)).toEqual([1])
})
