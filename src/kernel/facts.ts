// What the machine tells of itself, read into plain objects: the one place that knows the order of those words. To be called inside
// looking().

import type { TaskState } from '../api.js'
import { CN_HEADERS, LAYOUT, type Machine } from '../machine/index.js'
import { viewOf } from '../uapi/bytes.js'
import { NETLINK_CONNECTOR } from '../uapi/index.js'

const ERROR_SHIFT = 24
const COMM_BYTES = 16
/** How many protocol numbers there are. */
export const PROTOCOLS = 32

/** Who a socket is. */
export interface SocketName {
  readonly ref: number
  readonly id: number
  /** Network namespace and protocol. */
  readonly key: number
  readonly netns: number
  readonly protocol: number
  /** Its port, or one that it wanted and did not get. */
  readonly portid: number
  /** Its process. */
  readonly pid: number
}

/** A socket of user space as the kernel has it. */
export interface SocketFacts extends SocketName {
  readonly bound: boolean
  /** The groups 1 to 32 that it is a member of, as bits. */
  readonly groups: number
  /** LAYOUT.FLAG_* bits. */
  readonly flags: number
  /** The pending error, 0 for none. */
  readonly error: number
  /** Its peer, if connect() gave it one. */
  readonly peer: { readonly portid: number; readonly group: number } | null
  readonly rcvbuf: number
  readonly sndbuf: number
  readonly rmem: number
  readonly drops: number
  /** Messages in its queue. */
  readonly queued: number
  /** Its process, with the number that the process itself sees. */
  readonly ownPid: number
  /** Its process' name. */
  readonly comm: string
}

/** Reads who a socket is. */
export function readSocketName(machine: Machine, ref: number): SocketName {
  machine.raw.socket_describe(ref)
  const word = (index: number) => machine.listWord(index)
  const key = word(2)
  return { ref, id: word(3), key, netns: key >>> 8, protocol: key & 0xff, portid: word(1), pid: word(5) }
}

/** All open sockets, in the order in which they were opened. */
export function readSockets(machine: Machine): SocketFacts[] {
  const tasks = new Map(readTasks(machine).map((task) => [task.ref, task]))
  const sockets: SocketFacts[] = []
  for (let ref = machine.raw.socket_next(0); ref !== 0; ref = machine.raw.socket_next(ref)) {
    sockets.push(readSocket(machine, ref, tasks))
  }
  return sockets.sort((a, b) => a.id - b.id)
}

// One literal: objects spread into objects take most of the time, and there may be a million.
function readSocket(machine: Machine, ref: number, tasks: ReadonlyMap<number, TaskFacts>): SocketFacts {
  machine.raw.socket_describe(ref)
  const word = (index: number) => machine.listWord(index)
  const flags = word(0)
  const key = word(2)
  const { comm, ownPid } = tasks.get(word(4)) as TaskFacts
  return {
    ref,
    id: word(3),
    key,
    netns: key >>> 8,
    protocol: key & 0xff,
    portid: word(1),
    pid: word(5),
    bound: (flags & LAYOUT.FLAG_BOUND) !== 0,
    groups: word(6),
    flags,
    error: flags >>> ERROR_SHIFT,
    peer: (flags & LAYOUT.FLAG_CONNECTED) === 0 ? null : { portid: word(9), group: word(10) },
    rcvbuf: word(11),
    sndbuf: word(12),
    rmem: word(7),
    drops: word(8),
    queued: word(13),
    ownPid,
    comm,
  }
}

/** A task as the kernel has it. */
export interface TaskFacts extends TaskState {
  readonly ref: number
  /** Its process, with the number that the process itself sees. */
  readonly ownPid: number
}

/** All tasks, oldest first. */
export function readTasks(machine: Machine): TaskFacts[] {
  const tasks: TaskFacts[] = []
  for (let ref = machine.raw.task_next(0); ref !== 0; ref = machine.raw.task_next(ref)) {
    const word = (index: number) => machine.listWord(index)
    tasks.push({
      ref,
      pid: word(0),
      tgid: word(1),
      parent: word(3),
      comm: textUntilZero(machine.valueBytes(COMM_BYTES)),
      uid: word(4),
      gid: word(5),
      netns: word(2),
      ownPid: word(7),
    })
  }
  return tasks
}

/** The name of a process, which is that of its first thread; '' if there is none. */
export function readComm(machine: Machine, pid: number): string {
  return machine.raw.task_find(pid) === 0 ? '' : textUntilZero(machine.valueBytes(COMM_BYTES))
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The text before the first zero. */
export function textUntilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** The groups that a socket is a member of, ascending. */
export function readMemberships(machine: Machine, ref: number): number[] {
  const groups: number[] = []
  for (let group = machine.raw.socket_group(ref, 0) >>> 0; group !== 0; ) {
    groups.push(group)
    group = machine.raw.socket_group(ref, group) >>> 0
  }
  return groups
}

/** A group with at least one member. */
export interface GroupFacts {
  readonly key: number
  readonly group: number
  /** Ids of its members, in the order of service. */
  readonly members: readonly number[]
}

/** All groups, by namespace, protocol and number. */
export function readGroups(machine: Machine): GroupFacts[] {
  const groups: GroupFacts[] = []
  for (let at = machine.raw.group_next(0); at !== 0; at = machine.raw.group_next(at)) {
    const word = (index: number) => machine.listWord(index)
    const members: number[] = []
    for (let index = word(3) - 1; index >= 0; index--) {
      const sock = machine.words[(word(2) >>> 2) + index] as number
      if (sock !== 0) members.push(machine.words[(sock + LAYOUT.SOCK_ID) >>> 2] as number)
    }
    groups.push({ key: word(0), group: word(1), members })
  }
  return groups.sort((a, b) => a.key - b.key || a.group - b.group)
}

/** Whether a protocol has a kernel socket: one of the host, or the connector's, which always has its own. */
export function hasKernelSocket(machine: Machine, unit: number): boolean {
  return unit === NETLINK_CONNECTOR || machine.raw.ksock_slot(unit) >= 0
}

/** A registered connector callback. */
export interface CallbackFacts {
  readonly idx: number
  readonly val: number
  readonly name: string
}

/** The registered callbacks, in the order of their registration. */
export function readCallbacks(machine: Machine): CallbackFacts[] {
  const callbacks: CallbackFacts[] = []
  for (let one = machine.raw.callback_next(0); one !== 0; one = machine.raw.callback_next(one)) {
    const word = (index: number) => machine.listWord(index)
    callbacks.push({ idx: word(0), val: word(1), name: machine.text(word(4)) })
  }
  return callbacks
}

/** The names of the modules, in the order of their loading. */
export function readModules(machine: Machine): string[] {
  const names: string[] = []
  for (let one = machine.raw.module_next(0); one !== 0; one = machine.raw.module_next(one)) {
    names.push(machine.text(machine.listWord(0)))
  }
  return names
}

/** A message in a queue, without its bytes. */
export interface MessageFacts {
  readonly ref: number
  readonly number: number
  readonly portid: number
  readonly group: number
  readonly truesize: number
  readonly length: number
}

/** Reads a message. */
export function messageWords(machine: Machine, ref: number): MessageFacts {
  const word = (offset: number) => machine.words[(ref + offset) >>> 2] as number
  return {
    ref,
    number: word(LAYOUT.SKB_ORDINAL + 4) * 2 ** 32 + word(LAYOUT.SKB_ORDINAL),
    portid: word(LAYOUT.SKB_PORTID),
    group: word(LAYOUT.SKB_GROUP),
    truesize: word(LAYOUT.SKB_TRUESIZE),
    length: word(LAYOUT.SKB_LEN),
  }
}

/** Reads a message of a socket's queue, counted from the next one. */
export function readQueued(machine: Machine, sock: number, index: number): MessageFacts {
  return messageWords(machine, machine.raw.socket_queued(sock, index))
}

/** The connector's id of a message's bytes; null for what is too short to have one. */
export function idOf(data: Uint8Array): { idx: number; val: number } | null {
  if (data.length < CN_HEADERS) return null
  const view = viewOf(data)
  return { idx: view.getUint32(16, true), val: view.getUint32(20, true) }
}
