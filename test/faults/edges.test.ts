// Fault rules, failslab, the tap.
import { expect, test } from 'vitest'
import type { TapEvent } from '../../src/api.js'
import { boot, replay } from '../../src/index.js'
import { AF_NETLINK, GFP_KERNEL, SOCK_RAW } from '../../src/uapi/index.js'
import { bound, message, onConnector, received } from './scene.js'

test('interval counts the allocations that pass all the other tests', () => {
  // Each message allocates once: after `space` is used up every third fails.
  const which = (space: number) => {
    const kernel = boot()
    const ksock = kernel.netlink_kernel_create(20, {})
    const to = bound(kernel, 7, 0, 20)
    to.setsockopt(1, 33, 1_000_000)
    for (let n = 0; n < 20; n++) kernel.netlink_unicast(ksock!, new Uint8Array(16), 7, true)
    received(to)
    kernel.faults.failslab({ probability: 100, interval: 3, times: -1, space })
    return Array.from({ length: 9 }, () => kernel.netlink_unicast(ksock!, new Uint8Array(16), 7, true) < 0)
  }
  const plain = which(0)
  expect(plain).toEqual([false, false, true, false, false, true, false, false, true])
  // What the budget lets through is not counted: the first failure is the third allocation behind it.
  const later = which(200)
  // 200 bytes are two messages.
  expect(later).toEqual([false, false, false, false, true, false, false, true, false])
})

test('the tap hears what became of a delayed message to the kernel', () => {
  const kernel = boot()
  kernel.cn_add_callback({ idx: 5, val: 1 }, 'five', () => {})
  const socket = onConnector(kernel, 9)
  using _rule = kernel.faults.add({ action: 'delay', ms: 5 })
  const events: TapEvent[] = []
  using _tap = kernel.tap((event) => events.push(event))
  socket.send(message(5, 1))
  kernel.clock.advance(10)
  expect(events.map((event) => (event.kind === 'message' ? event.deliveries.map((one) => one.verdict) : []))).toEqual([
    ['delayed'],
    ['handled'],
  ])
})

test('a tap that begins while a filter function is asked changes no count', () => {
  const run = (tapped: boolean) => {
    const kernel = boot()
    const ksock = kernel.netlink_kernel_create(20, { groups: 32 })
    bound(kernel, 7, 1, 20)
    bound(kernel, 8, 1, 20)
    let asked = 0
    kernel.netlink_broadcast_filtered(ksock!, new Uint8Array(16), 0, 1, GFP_KERNEL, () => {
      if (++asked === 2 && tapped) kernel.tap(() => {})
      return false
    })
    return { delivered: kernel.stats().delivered, hash: kernel.stateHash() }
  }
  expect(run(true)).toEqual(run(false))
})

test('the rights of the sender of a delayed message are in the digest', () => {
  const run = (uid: number) => {
    const kernel = boot()
    kernel.netlink_kernel_create(20, { input: () => {} })
    const task = kernel.spawn({ uid: 0, caps: uid === 0 ? 'all' : [] })
    const socket = task.socket(AF_NETLINK, SOCK_RAW, 20)
    socket.bind({ nl_pid: 9 })
    using _rule = kernel.faults.add({ action: 'delay', ms: 5 })
    socket.send(new Uint8Array(16))
    socket.close()
    task.exit(0)
    return kernel.stateHash()
  }
  expect(run(0)).not.toBe(run(1))
})

test('a rule that removes itself while it is asked, then time goes back: the journal replays', () => {
  const kernel = boot({ journal: true })
  const socket = bound(kernel, 9)
  const rule = kernel.faults.add({
    action: 'delay',
    ms: 1,
    when: () => {
      rule.remove()
      return false
    },
  })
  const from = bound(kernel, 10)
  from.sendto(Uint8Array.of(1), 0, { nl_pid: 9 })
  const before = kernel.snapshot()
  kernel.rewind(before)
  from.sendto(Uint8Array.of(2), 0, { nl_pid: 9 })
  received(socket)
  const result = replay(kernel.journal.stop())
  expect(result.difference).toBeNull()
})

test('a guard may look, at the log too', () => {
  const kernel = boot({ journal: true })
  const to = bound(kernel, 9)
  const from = bound(kernel, 10)
  const seen: unknown[] = []
  const guard = () => {
    seen.push(kernel.stateHash(), kernel.clock.now, kernel.memoryPressure, kernel.procfs.read('/proc/net/netlink'))
    seen.push(kernel.dmesg())
    return true
  }
  kernel.faults.add({ action: 'delay', ms: 3, guard })
  from.sendto(Uint8Array.of(1), 0, { nl_pid: 9 })
  kernel.clock.advance(4)
  expect(received(to)).toEqual([1])
  expect(replay(kernel.journal.stop()).difference).toBeNull()
})

test('time does not move by itself to a timer behind its end', async () => {
  const kernel = boot()
  const timer = kernel.timer_setup(() => {})
  kernel.mod_timer(timer, Number.MAX_SAFE_INTEGER)
  kernel.schedule.autoAdvance = true
  void kernel.run(kernel.spawn(), async () => new Promise<void>(() => {}))
  const result = await kernel.schedule.idle().catch((error: unknown) => error)
  expect(result).toMatchObject({ stuck: [expect.stringContaining('outside')] })
})
