// What the tests of faults talk about: sockets of user space, with or without groups, on one kernel.
import type { Kernel, Socket } from '../../src/api.js'
import { AF_NETLINK, encodeConnectorMessage, NETLINK_CONNECTOR, NETLINK_USERSOCK, SOCK_RAW } from '../../src/index.js'
import { SystemError } from '../../src/user/index.js'

/** A socket of a task of its own, which has the port. */
export function bound(kernel: Kernel, nl_pid: number, nl_groups = 0, protocol: number = NETLINK_USERSOCK): Socket {
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, protocol)
  socket.bind({ nl_pid, nl_groups })
  return socket
}

/** A socket that is ready for process events and messages to its groups. */
export const onConnector = (kernel: Kernel, nl_pid: number, nl_groups = 0) =>
  bound(kernel, nl_pid, nl_groups, NETLINK_CONNECTOR)

/** A datagram for the connector. */
export const message = (idx: number, val: number, data: readonly number[] = []) =>
  encodeConnectorMessage({ id: { idx, val }, data: Uint8Array.from(data) })

/** The first bytes of all that is queued at a socket; an errno is told by its name. */
export function received(socket: Socket): (number | string)[] {
  const got: (number | string)[] = []
  const room = new Uint8Array(10_000)
  for (;;) {
    try {
      socket.recv(room)
      got.push(room[0] as number)
    } catch (error) {
      if (!(error instanceof SystemError)) throw error
      if (error.code === 'EAGAIN') return got
      got.push(error.code)
    }
  }
}

/** The name of the errno that a call fails with, or what it gives. */
export function answer(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (error instanceof SystemError) return error.code
    throw error
  }
}
