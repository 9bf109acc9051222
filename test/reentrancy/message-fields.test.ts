// The message that a caller gives may have fields that are functions, which may send another: both are what was given.
import { expect, test } from 'vitest'
import { boot } from '../../src/index.js'
import { AF_NETLINK, decodeConnectorMessage, GFP_KERNEL, NETLINK_CONNECTOR, SOCK_DGRAM } from '../../src/uapi/index.js'

test('a field that sends another message', () => {
  const kernel = boot()
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({ nl_pid: 7 })
  const receive = () => {
    const buffer = new Uint8Array(100)
    return decodeConnectorMessage(buffer.subarray(0, socket.recv(buffer))).msg
  }
  const inner = { id: { idx: 1, val: 2 }, seq: 3, ack: 4, flags: 5, data: Uint8Array.of(6) }
  const outer = {
    id: { idx: 11, val: 12 },
    seq: 13,
    ack: 14,
    get flags() {
      kernel.cn_netlink_send(inner, 7, 0, GFP_KERNEL)
      return 15
    },
    data: Uint8Array.of(16, 17),
  }
  expect(kernel.cn_netlink_send(outer, 7, 0, GFP_KERNEL)).toBeGreaterThan(0)
  expect(receive()).toMatchObject(inner)
  expect(receive()).toMatchObject({
    id: { idx: 11, val: 12 },
    seq: 13,
    ack: 14,
    flags: 15,
    data: Uint8Array.of(16, 17),
  })
})
