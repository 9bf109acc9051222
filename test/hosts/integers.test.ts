// Integers from -2^31 to 2^32-1 are C's unsigned ints, wherever a number is taken.
import { expect, test } from 'vitest'
import { boot, LINUX_6 } from '../../src/index.js'
import {
  AF_NETLINK,
  encodeConnectorMessage,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SOCK_RAW,
} from '../../src/uapi/index.js'
import { opened } from './support.js'

test('{ idx: -1, val: -1 } is the connector', () => {
  const kernel = boot()
  expect(kernel.procfs.read('/proc/net/connector').split('\n')[1]).toBe('connector       4294967295:4294967295')
  expect(kernel.cn_add_callback({ idx: -1, val: -1 }, 'again', () => {})).toBe(-22)
  expect(kernel.cn_add_callback({ idx: 2 ** 32 - 1, val: 2 ** 32 - 1 }, 'again', () => {})).toBe(-22)
  // It is not for anybody to take away.
  kernel.cn_del_callback({ idx: -1, val: -1 })
  expect(kernel.cn_add_callback({ idx: -1, val: -1 }, 'again', () => {})).toBe(-22)
})

test('without notifications that id is like any other', () => {
  const kernel = boot({ profile: LINUX_6 })
  const ids: unknown[] = []
  expect(kernel.cn_add_callback({ idx: -1, val: -1 }, 'mine', ({ id }) => ids.push({ ...id }))).toBe(0)
  opened(kernel).send(encodeConnectorMessage({ id: { idx: -1, val: 2 ** 32 - 1 } }))
  expect(ids).toEqual([{ idx: 4294967295, val: 4294967295 }])
  kernel.cn_del_callback({ idx: 4294967295, val: -1 })
  expect(kernel.cn_add_callback({ idx: -1, val: -1 }, 'mine', () => {})).toBe(0)
})

test('both ways to write a number mean the same', () => {
  const kernel = boot()
  const callback = () => {}
  expect(kernel.cn_add_callback({ idx: -(2 ** 31), val: -2 }, 'a', callback)).toBe(0)
  expect(kernel.cn_add_callback({ idx: 2 ** 31, val: 2 ** 32 - 2 }, 'a', callback)).toBe(-22)
  expect(kernel.cn_netlink_send({ id: { idx: 2 ** 31, val: -2 } }, 0, 0, GFP_KERNEL)).toBe(-3)
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  socket.bind({ nl_pid: -5, nl_groups: -1 })
  expect(socket.getsockname()).toEqual({ nl_family: AF_NETLINK, nl_pad: 0, nl_pid: 4294967291, nl_groups: 4294967295 })
  expect(socket.sendto(new Uint8Array(1), 0, { nl_pid: 4294967291 })).toBe(1)
  expect(socket.recv(new Uint8Array(1), 0)).toBe(1)
})

test('a message carries the largest numbers both ways', () => {
  const kernel = boot()
  const socket = opened(kernel, NETLINK_CONNECTOR)
  const seen: number[] = []
  kernel.cn_add_callback({ idx: 7, val: 7 }, 'x', ({ seq, ack, flags }) => seen.push(seq, ack, flags))
  socket.send(encodeConnectorMessage({ id: { idx: 7, val: 7 }, seq: -1, ack: -(2 ** 31), flags: 65535 }))
  expect(seen).toEqual([4294967295, 2147483648, 65535])
  const { nl_pid } = socket.getsockname()
  kernel.cn_netlink_send({ id: { idx: -1, val: 0 }, seq: -2, ack: -1 }, nl_pid, 0, GFP_KERNEL)
  const bytes = new Uint8Array(36)
  socket.recv(bytes)
  expect([...new Uint32Array(bytes.buffer, 16, 4)]).toEqual([4294967295, 0, 4294967294, 4294967295])
})
