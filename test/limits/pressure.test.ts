// Memory pressure: which allocations fail at which level, and what a failed one leaves behind.
import { describe, expect, test } from 'vitest'
import type { Kernel, MemoryPressure } from '../../src/api.js'
import {
  ENOMEM,
  encodeConnectorMessage,
  GFP_ATOMIC,
  GFP_KERNEL,
  GFP_NOWAIT,
  LINUX_2_6_14,
  SO_ATTACH_FILTER,
  SOL_SOCKET,
} from '../../src/index.js'
import { boot } from '../support/kernels.js'
import { failsWithoutTrace, open, outcome } from './world.js'

const ID = { idx: 5, val: 1 }
const MASKS = { GFP_NOWAIT, GFP_ATOMIC, GFP_KERNEL }

/** A listener that has never had a message: its ring is still to be made. */
function fresh() {
  const kernel = boot()
  const task = kernel.spawn()
  const socket = open(task)
  socket.bind({ nl_pid: 3, nl_groups: 1 })
  return { kernel, task, socket }
}

const sends: Record<string, (kernel: Kernel, gfp: number) => number> = {
  'to a group': (kernel, gfp) => kernel.cn_netlink_send({ id: ID }, 1, gfp),
  'to a port': (kernel, gfp) => Math.min(0, kernel.cn_netlink_send({ id: ID }, 3, 0, gfp)),
  'of a long message': (kernel, gfp) => kernel.cn_netlink_send({ id: ID, data: new Uint8Array(20_000) }, 1, gfp),
  'of several messages': (kernel, gfp) =>
    kernel.cn_netlink_send_mult({ id: ID, data: new Uint8Array(8) }, 8, 0, 1, gfp),
}

const levels: [MemoryPressure, (keyof typeof MASKS)[]][] = [
  ['none', []],
  ['low', ['GFP_NOWAIT']],
  ['high', ['GFP_NOWAIT', 'GFP_ATOMIC']],
  ['critical', ['GFP_NOWAIT', 'GFP_ATOMIC', 'GFP_KERNEL']],
]

describe.each(Object.entries(sends))('cn_netlink_send %s', (_, send) => {
  test.each(levels)('at %s: -ENOMEM with %j, and nothing else', (level, failing) => {
    for (const [name, mask] of Object.entries(MASKS)) {
      const { kernel, socket } = fresh()
      kernel.memoryPressure = level
      const fails = failing.includes(name as keyof typeof MASKS)
      if (fails)
        expect(
          failsWithoutTrace(kernel, () => send(kernel, mask)),
          name,
        ).toBe(-ENOMEM)
      else expect(send(kernel, mask), name).toBe(0)
      expect(outcome(() => socket.recv(new Uint8Array(64)) > 0)).toBe(fails ? 'EAGAIN' : true)
    }
  })
})

describe('the other calls', () => {
  test('at high, what may wait works: sockets, groups, filters, callbacks, timers, the log', () => {
    const { kernel, task, socket } = fresh()
    kernel.memoryPressure = 'high'
    const other = open(task)
    other.bind({ nl_pid: 4, nl_groups: 4 })
    socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, 40]] })
    expect(kernel.cn_add_callback(ID, 'five', () => {})).toBe(0)
    expect(
      kernel.mod_timer(
        kernel.timer_setup(() => {}),
        5,
      ),
    ).toBe(0)
    kernel.printk('under pressure')
    expect(kernel.dmesg()).toEqual(['[    0.000000] under pressure'])
    // A filter's cut is a copy: it is made for who could send.
    expect(kernel.cn_netlink_send({ id: ID, data: new Uint8Array(100) }, 1, GFP_KERNEL)).toBe(0)
    expect(socket.recv(new Uint8Array(200))).toBe(40)
    other.sendto(new Uint8Array(50), 0, { nl_pid: 3 })
    expect(socket.recv(new Uint8Array(200))).toBe(40)
  })

  test('at critical all of them fail, without a trace; when it is over all of them work', () => {
    const { kernel, task, socket } = fresh()
    const timer = kernel.timer_setup(() => {})
    const ksock = kernel.netlink_kernel_create(20)!
    const calls: [string, () => unknown, string | number][] = [
      ['socket', () => open(task).close(), 'ENOBUFS'],
      ['send', () => socket.sendto(new Uint8Array(4), 0, { nl_pid: 3 }), 'ENOBUFS'],
      ['setsockopt', () => socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, 1]] }), 'ENOBUFS'],
      ['spawn', () => kernel.spawn({ netns: 'x' }), 'ENOMEM'],
      ['fork', () => task.fork(), 'ENOMEM'],
      ['setresuid', () => task.setresuid(1, -1, -1), 'ENOMEM'],
      ['setcaps', () => task.setcaps('all'), 'ENOMEM'],
      ['cn_add_callback', () => kernel.cn_add_callback(ID, 'five', () => {}), -ENOMEM],
      ['requestNotification', () => kernel.requestNotification({ idx: [], val: [], group: 1 }, () => {}), -ENOMEM],
      ['mod_timer', () => kernel.mod_timer(timer, 5), -ENOMEM],
      [
        'netlink_broadcast',
        () => Math.min(0, kernel.netlink_broadcast(ksock, new Uint8Array(4), 0, 1, GFP_KERNEL)),
        -ENOMEM,
      ],
      ['netlink_unicast', () => Math.min(0, kernel.netlink_unicast(ksock, new Uint8Array(4), 3, true)), -ENOMEM],
    ]
    kernel.memoryPressure = 'critical'
    for (const [name, call, errno] of calls) expect(failsWithoutTrace(kernel, call), name).toBe(errno)
    kernel.memoryPressure = 'none'
    for (const [name, call, errno] of calls) expect(outcome(call), name).not.toBe(errno)
  })

  test('queued work that finds no memory is lost; the sender has its answer already', () => {
    const kernel = boot({ profile: LINUX_2_6_14 })
    const got: number[] = []
    kernel.cn_add_callback(ID, 'work', (msg) => got.push(msg.seq))
    const socket = open(kernel.spawn())
    for (const [seq, level] of (['none', 'high', 'none'] as const).entries()) {
      kernel.memoryPressure = level
      expect(socket.send(encodeConnectorMessage({ id: ID, seq }))).toBe(36)
    }
    kernel.clock.runUntilIdle()
    expect(got).toEqual([0, 2])
  })
})
