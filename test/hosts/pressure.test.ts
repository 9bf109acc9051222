// memoryPressure: which allocations fail, and with which answer.
import { expect, test } from 'vitest'
import { boot, type MemoryPressure } from '../../src/index.js'
import { AF_NETLINK, GFP_ATOMIC, GFP_KERNEL, GFP_NOWAIT, NETLINK_USERSOCK, SOCK_RAW } from '../../src/uapi/index.js'
import { codeOf, ID, message, opened, portOf } from './support.js'

const OK = 36
const ENOMEM = -12

test.each<[MemoryPressure, number[]]>([
  ['none', [OK, OK, OK]],
  ['low', [ENOMEM, OK, OK]],
  ['high', [ENOMEM, ENOMEM, OK]],
  ['critical', [ENOMEM, ENOMEM, ENOMEM]],
])('%s: GFP_NOWAIT, GFP_ATOMIC, GFP_KERNEL', (level, expected) => {
  const kernel = boot()
  const socket = opened(kernel)
  const send = (gfp: number) => kernel.cn_netlink_send({ id: ID }, portOf(socket), 0, gfp)
  // Its queue is there before memory gets short.
  expect(send(GFP_KERNEL)).toBe(OK)
  kernel.memoryPressure = level
  expect(kernel.memoryPressure).toBe(level)
  expect([GFP_NOWAIT, GFP_ATOMIC, GFP_KERNEL].map(send)).toEqual(expected)
  kernel.memoryPressure = 'none'
  expect([GFP_NOWAIT, GFP_ATOMIC, GFP_KERNEL].map(send)).toEqual([OK, OK, OK])
})

test('critical: every call that needs memory says so, and nothing has changed', () => {
  const kernel = boot()
  const task = kernel.spawn()
  const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  const bound = opened(kernel)
  const before = kernel.stateHash()
  kernel.memoryPressure = 'critical'
  expect(codeOf(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK))).toBe('ENOBUFS')
  expect(codeOf(() => bound.send(message()))).toBe('ENOBUFS')
  expect(codeOf(() => kernel.spawn())).toBe('ENOMEM')
  expect(codeOf(() => task.fork())).toBe('ENOMEM')
  expect(codeOf(() => socket.connect({ nl_pid: 5 }))).toBe('ENOBUFS')
  expect(kernel.cn_add_callback(ID, 'x', () => {})).toBe(ENOMEM)
  expect(kernel.requestNotification({ idx: [], val: [], group: 1 })).toBe(ENOMEM)
  expect(
    kernel.mod_timer(
      kernel.timer_setup(() => {}),
      1,
    ),
  ).toBe(ENOMEM)
  expect(kernel.netlink_register_notifier(() => {})).toBe(ENOMEM)
  expect(kernel.netlink_kernel_create(20)).toBe(null)
  kernel.memoryPressure = 'none'
  expect(kernel.stateHash()).toBe(before)
  expect(bound.send(message())).toBe(36)
})

test('the level is part of the state', () => {
  const [a, b] = [boot(), boot()]
  a.memoryPressure = 'low'
  expect(a.stateHash()).not.toBe(b.stateHash())
})
