// What the tests of the limits stand on: sockets in few words, and errors as values.
import type { Kernel, Socket, Task } from '../../src/api.js'
import {
  AF_NETLINK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_DROP_MEMBERSHIP,
  SOCK_RAW,
  SOL_NETLINK,
} from '../../src/uapi/index.js'

/** The name of the errno with which a call failed, or what it gave. */
export function outcome<T>(call: () => T): T | string {
  try {
    return call()
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code === 'string') return code
    throw error
  }
}

export const open = (task: Task, protocol = NETLINK_CONNECTOR): Socket => task.socket(AF_NETLINK, SOCK_RAW, protocol)

export const join = (socket: Socket, group: number) => socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)

export const leave = (socket: Socket, group: number) => socket.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group)

/** Calls until one does not succeed: how many did, and how the last one failed. */
export function until(call: (index: number) => unknown): { count: number; failure: string | number } {
  for (let count = 0; ; count++) {
    const result = outcome(() => call(count))
    if (typeof result === 'string' || (typeof result === 'number' && result < 0)) return { count, failure: result }
  }
}

/** The call fails as expected, and leaves the state as it was. */
export function failsWithoutTrace(kernel: Kernel, call: () => unknown): string | unknown {
  const before = kernel.stateHash()
  const result = outcome(call)
  if (kernel.stateHash() !== before) return 'it left a trace'
  return result
}
