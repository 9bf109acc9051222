// Functions that write into the message they were given: that is seen by whoever shares the message, and by answers to it.
import { expect, test } from 'vitest'
import type { KernelSocket } from '../../src/api.js'
import { boot } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'
import { expectReplays } from './support.js'

const UNIT = 20

test('a connector callback writes over a message that a group has too', () => {
  const kernel = boot({ journal: true })
  const id = { idx: 1, val: 9 }
  const member = () => {
    const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
    socket.bind({ nl_groups: 1 })
    return socket
  }
  const [from, to] = [member(), member()]
  for (const length of [1, 2, 3, 4, 9, 700]) {
    kernel.cn_add_callback(id, 'writer', (msg) => {
      msg.data.fill(0x77)
      // What was written counts from here on.
      if (to.poll(uapi.POLLIN) !== 0) to.recv(new Uint8Array(8))
      msg.data.fill(0x66)
    })
    const message = uapi.encodeConnectorMessage({ id, data: new Uint8Array(length) })
    from.sendto(message, 0, { nl_groups: 1 })
    from.sendto(message, 0, { nl_groups: 1 })
    from.sendto(message, 0, {})
    kernel.cn_del_callback(id)
  }
  expectReplays(kernel)
})

test('an input function writes over a request, and then answers it', () => {
  const kernel = boot({ journal: true })
  const ksock = kernel.netlink_kernel_create(UNIT, {
    input: (skb) => {
      kernel.netlink_rcv_skb(skb, (_, nlh) => {
        nlh.payload.fill(0x55)
        return -uapi.EINVAL
      })
      skb.data.fill(0x44, 16)
    },
  }) as KernelSocket
  expect(ksock).not.toBeNull()
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, UNIT)
  const request = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST, nlmsg_seq: 1, nlmsg_pid: 0 }
  socket.send(uapi.encodeNlmsg(request, new Uint8Array(7)))
  const queued = kernel.inspect().sockets[0]?.queue[0]?.data
  expect(queued?.subarray(36, 43)).toEqual(new Uint8Array(7).fill(0x55))
  expectReplays(kernel)
})

test('functions within functions write, each over its own message', () => {
  const kernel = boot({ journal: true })
  const ids = [1, 2, 3].map((val) => ({ idx: 6, val }))
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  socket.bind({ nl_groups: 1 })
  const member = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  member.bind({ nl_groups: 1 })
  ids.forEach((id, at) => {
    kernel.cn_add_callback(id, 'nested', (msg) => {
      const { data } = msg
      const next = ids[at + 1]
      if (next === undefined) return
      data[0] = 0x10 + at
      socket.sendto(uapi.encodeConnectorMessage({ id: next, data: new Uint8Array(5) }), 0, { nl_groups: 1 })
      data[1] = 0x20 + at
    })
  })
  socket.sendto(uapi.encodeConnectorMessage({ id: ids[0] as never, data: new Uint8Array(5) }), 0, { nl_groups: 1 })
  const queue = kernel.inspect().sockets.find(({ queue }) => queue.length === 3)?.queue
  expect(queue?.map(({ data }) => [data[36], data[37]])).toEqual([
    [0x10, 0x20],
    [0x11, 0x21],
    [0, 0],
  ])
  expectReplays(kernel)
})

test('the filter of a broadcast writes over it', () => {
  const kernel = boot({ journal: true })
  const ksock = kernel.netlink_kernel_create(UNIT) as KernelSocket
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, UNIT)
  socket.bind({ nl_groups: 1 })
  kernel.netlink_broadcast_filtered(ksock, new Uint8Array(6), 0, 1, uapi.GFP_KERNEL, (_, skb) => {
    skb.fill(8)
    return false
  })
  expect(kernel.inspect().sockets[0]?.queue.map(({ data }) => data[0])).toEqual([8])
  expectReplays(kernel)
})

test('functions that throw, and calls that nest deeper than they may', () => {
  const kernel = boot({ journal: true })
  const id = { idx: 1, val: 2 }
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  const message = uapi.encodeConnectorMessage({ id })
  let depth = 0
  kernel.cn_add_callback(id, 'deep', () => {
    depth++
    socket.send(message)
  })
  expect(() => socket.send(message)).toThrow(RangeError)
  expect(depth).toBe(64)
  kernel.cn_del_callback(id)
  kernel.cn_add_callback(id, 'thrower', () => {
    kernel.printk('before')
    throw new Error('boom')
  })
  expect(() => socket.send(message)).toThrow('boom')
  expectReplays(kernel)
})
