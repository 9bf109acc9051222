// The end of a machine, and callbacks without end.

import { expect, it } from 'vitest'
import {
  AF_NETLINK,
  boot,
  encodeConnectorMessage,
  type Kernel,
  NETLINK_CONNECTOR,
  SOCK_DGRAM,
} from '../../src/index.js'

const ID = { idx: 20, val: 1 }
const MESSAGE = encodeConnectorMessage({ id: ID })

function opened(kernel: Kernel) {
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({})
  return socket
}

it('halt() takes everything down, and every later call says so', () => {
  const kernel = boot()
  const socket = opened(kernel)
  kernel.cn_add_callback(ID, 'x', () => {})
  kernel.printk('before')
  expect(kernel.halt()).toBe(0)
  expect(() => socket.send(MESSAGE)).toThrow('this kernel was halted')
  expect(() => kernel.spawn()).toThrow('this kernel was halted')
})

it('a callback cannot halt the machine that runs it', () => {
  const kernel = boot()
  kernel.cn_add_callback(ID, 'x', () => void kernel.halt())
  expect(() => opened(kernel).send(MESSAGE)).toThrow('cannot halt it')
  expect(kernel.halt()).toBe(0)
})

it('a callback that calls itself without end is stopped with a clear error, and the machine goes on', () => {
  const kernel = boot()
  const socket = opened(kernel)
  let calls = 0
  kernel.cn_add_callback(ID, 'x', () => {
    calls++
    socket.send(MESSAGE)
  })
  expect(() => socket.send(MESSAGE)).toThrow('nested deeper than 64')
  expect(calls).toBe(64)
  kernel.cn_del_callback(ID)
  let got = 0
  kernel.cn_add_callback(ID, 'y', () => void got++)
  socket.send(MESSAGE)
  expect([got, kernel.halt()]).toEqual([1, 0])
})
