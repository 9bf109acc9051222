// The first peek() of a socket takes memory, which may be missing.
import { expect, test } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'

const { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW } = uapi

test('peek() without memory loses nothing', () => {
  const kernel = boot()
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  socket.bind({ nl_pid: 7 })
  socket.sendto(Uint8Array.of(1, 2), 0, { nl_pid: 7 })
  kernel.faults.failslab({ probability: 100, times: 1 })
  expect(() => socket.peek()).toThrow('ENOBUFS')
  expect(kernel.stats().dropped).toBe(0)
  expect(socket.peek()?.bytes).toEqual(Uint8Array.of(1, 2))
  socket.release()
  expect(socket.peek()).toBe(null)
})
