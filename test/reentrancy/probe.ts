// Whether a kernel is as good as new: messages of every kind go their ways, time moves, and nothing is left when it is halted.
import type { Kernel } from '../../src/api.js'
import {
  AF_NETLINK,
  encodeConnectorMessage,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SOCK_RAW,
} from '../../src/uapi/index.js'

const ID = { idx: 1001, val: 1 }

/** What works, as a list that must be as below. */
export function probe(kernel: Kernel): unknown[] {
  const seen: unknown[] = []
  const task = kernel.spawn()
  const one = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  one.bind({ nl_pid: 999_999, nl_groups: 1 << 28 })
  seen.push(kernel.cn_add_callback(ID, 'probe', (msg, { portid }) => seen.push(msg.data[0], portid)))
  seen.push(one.send(encodeConnectorMessage({ id: ID, data: new Uint8Array([7]) })))
  kernel.clock.runUntilIdle()
  seen.push(kernel.cn_netlink_send({ id: ID }, 0, 29, GFP_KERNEL), one.recv(new Uint8Array(100)))
  const [a, b] = [
    task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK),
    task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK),
  ]
  b.bind({ nl_pid: 999_998 })
  seen.push(a.sendto(new Uint8Array(3), 0, { nl_pid: 999_998 }), b.recv(new Uint8Array(10)))
  kernel.mod_timer(
    kernel.timer_setup(() => seen.push('tick')),
    kernel.jiffies + 5,
  )
  kernel.clock.advance(5)
  seen.push(kernel.halt())
  return seen
}

/** What probe() gives if callbacks run inside send(), and if they run from the work queue. */
export const HEALTHY = {
  send: [0, 7, 999_999, 37, 0, 36, 3, 3, 'tick', 0],
  workqueue: [0, 37, 7, 999_999, 0, 36, 3, 3, 'tick', 0],
}
