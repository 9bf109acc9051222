// Two sockets of one task, the first connected to the second.
import type { Kernel, Socket } from '../../src/api.js'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW } from '../../src/uapi/index.js'

export function pair(kernel: Kernel): [from: Socket, to: Socket] {
  const task = kernel.spawn()
  const [from, to] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
  to.bind({ nl_pid: 7 })
  from.connect({ nl_pid: 7 })
  return [from, to]
}
