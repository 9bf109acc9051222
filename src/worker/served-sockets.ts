// The sockets of one connection, and how much of the machine they may take.

import type { Socket, Task } from '../api.js'
import {
  EBADF,
  EMFILE,
  ENOBUFS,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import { isProgram, optionBytes } from '../user/option-value.js'
import type { ServeLimits } from './api.js'

/** Groups that bind() can name. */
const BIND_GROUPS = 32

/** One socket of the other end. */
export class ServedSocket {
  readonly socket: Socket
  /** SO_RCVBUF as it is. */
  rcvbuf: number
  /** What a receive found out after it had taken datagrams: for the next one. */
  error: SystemError | undefined
  readonly groups = new Set<number>()

  constructor(socket: Socket) {
    this.socket = socket
    this.rcvbuf = rcvbufOf(socket)
  }
}

export class ServedSockets {
  readonly #task: Task
  readonly #limits: ServeLimits
  readonly #open = new Map<number, ServedSocket>()
  #last = 0

  constructor(task: Task, limits: ServeLimits) {
    this.#task = task
    this.#limits = limits
  }

  get count(): number {
    return this.#open.size
  }

  get receiveBytes(): number {
    return this.#sum(({ rcvbuf }) => rcvbuf)
  }

  get memberships(): number {
    return this.#sum(({ groups }) => groups.size)
  }

  #sum(of: (served: ServedSocket) => number): number {
    let sum = 0
    for (const served of this.#open.values()) sum += of(served)
    return sum
  }

  /** @returns the number by which the other end names it: 1, 2, ... */
  open(family: number, type: number, protocol: number): number {
    if (this.count >= this.#limits.sockets) throw new SystemError(-EMFILE, 'socket')
    const served = new ServedSocket(this.#task.socket(family, type, protocol))
    if (this.receiveBytes + served.rcvbuf > this.#limits.receiveBytes) {
      served.socket.close()
      throw new SystemError(-ENOBUFS, 'socket')
    }
    this.#open.set(++this.#last, served)
    return this.#last
  }

  /** @throws SystemError EBADF for a number that is nobody's */
  get(number: number, syscall: string): ServedSocket {
    const served = this.#open.get(number)
    if (served === undefined) throw new SystemError(-EBADF, syscall)
    return served
  }

  close(number: number, closing: (served: ServedSocket) => void): void {
    const served = this.get(number, 'close')
    this.#open.delete(number)
    closing(served)
    served.socket.close()
  }

  bind(served: ServedSocket, addr: Parameters<Socket['bind']>[0], addrlen: number | undefined): void {
    const mask = addr === null || addr instanceof Uint8Array ? 0 : (addr.nl_groups ?? 0)
    const groups = groupsOf(mask)
    const kept = [...served.groups].filter((group) => group > BIND_GROUPS)
    this.#checkMemberships(groups.length + kept.length - served.groups.size, 'bind')
    served.socket.bind(addr, addrlen)
    served.groups.clear()
    for (const group of [...groups, ...kept]) served.groups.add(group)
  }

  setsockopt(
    served: ServedSocket,
    level: number,
    name: number,
    value: Parameters<Socket['setsockopt']>[2],
    len: number | undefined,
  ): void {
    const { socket } = served
    const joins = level === SOL_NETLINK && name === NETLINK_ADD_MEMBERSHIP
    const leaves = level === SOL_NETLINK && name === NETLINK_DROP_MEMBERSHIP
    const group = joins || leaves ? groupIn(value) : undefined
    if (joins && group !== undefined && !served.groups.has(group)) this.#checkMemberships(1, 'setsockopt')
    socket.setsockopt(level, name, value, len)
    if (joins && group !== undefined) served.groups.add(group)
    if (leaves && group !== undefined) served.groups.delete(group)
    if (level === SOL_SOCKET && (name === SO_RCVBUF || name === SO_RCVBUFFORCE)) this.#checkRcvbuf(served, name)
  }

  #checkMemberships(more: number, syscall: string): void {
    if (more > 0 && this.memberships + more > this.#limits.memberships) throw new SystemError(-ENOBUFS, syscall)
  }

  // The kernel doubles what it is given, within bounds of its own: what it made of it is read back.
  #checkRcvbuf(served: ServedSocket, name: number): void {
    const before = served.rcvbuf
    served.rcvbuf = rcvbufOf(served.socket)
    if (served.rcvbuf <= before || this.receiveBytes <= this.#limits.receiveBytes) return
    served.socket.setsockopt(SOL_SOCKET, name, before >>> 1)
    served.rcvbuf = rcvbufOf(served.socket)
    throw new SystemError(-ENOBUFS, 'setsockopt')
  }
}

function rcvbufOf(socket: Socket): number {
  return socket.getsockopt(SOL_SOCKET, SO_RCVBUF) as number
}

function groupsOf(mask: number): number[] {
  const groups: number[] = []
  for (let bit = 0; bit < BIND_GROUPS; bit++) if ((mask >>> bit) & 1) groups.push(bit + 1)
  return groups
}

/** The group that an option's value names; undefined for one that the kernel will refuse. */
function groupIn(value: Parameters<Socket['setsockopt']>[2]): number | undefined {
  if (value === null || isProgram(value)) return undefined
  const bytes = optionBytes(value)
  return bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
}
