// The machine's own netlink behind the same interface as the emulated one: a program that is tested on boot().spawn() runs on Linux
// with hostTask() in its place. Linux and Node; koffi, an optional peer, makes the calls.

import type { Task } from '../api.js'
import type { Libc } from './libc.js'
import { openLibc } from './open.js'
import { HostTask } from './task.js'

export type { Address, Cmsg, Datagram, Msghdr, ReceivedMsg, Socket, SockFprog, Task } from '../api.js'
export { SystemError } from '../user/errors.js'
export { HostUnavailableError, type HostUnavailableReason } from './unavailable.js'

let libc: Libc | undefined

/**
 * The running process as a task: its sockets are the kernel's, its errors are the kernel's. Nothing blocks: sockets are
 * non-blocking, readable() and `for await` wait in Node's event loop.
 *
 * fork(), thread() and exec() are EOPNOTSUPP. setresuid() and setresgid() are for the whole process, setcaps() for the thread that
 * calls, and exit() ends the process.
 *
 * @throws HostUnavailableError with a `reason`: not Linux, no koffi, no permission, ...
 * @example
 * using socket = hostTask().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT)
 * socket.bind({ nl_groups: 1 })
 * for await (const { data } of socket) console.log(new TextDecoder().decode(data))
 */
export function hostTask(): Task {
  libc ??= openLibc()
  return new HostTask(libc)
}
