// Which calls of the door a journal writes down, what their arguments are called, and what each reads of memory.

import { SO_ATTACH_FILTER, SOL_SOCKET } from '../../uapi/index.js'
import { type Abi, LAYOUT } from '../abi.generated.js'

/** A call's name. */
export type CallName = keyof Abi

/**
 * The arguments of each call, by name, in the order of abi.ts, which numbers them; null for a call that changes nothing, or that a
 * machine makes by itself, and that no journal has. Names mean something: see references.ts.
 */
const ARGUMENTS: Readonly<Record<CallName, string | null>> = {
  boot: null,
  halt: null,
  bytes_in_use: null,
  state_hash: null,
  next_random: '',
  set_pressure: 'level',
  set_failslab: 'probability interval times space',
  fault_random: '',
  set_watch: 'watch',
  module_add: 'length',
  module_delete: 'length',
  module_next: null,
  memory_end: null,
  stats: null,
  namespace_number: 'length',
  task_spawn: 'pid netns uid gid capsLow capsHigh comm',
  task_fork: 'task pid thread',
  task_exit: 'task status',
  task_kill: 'task signal',
  task_exec: 'task length',
  task_unshare: 'task flags',
  task_attach: 'task tracee',
  task_detach: 'task tracee',
  task_set_cpu: 'task cpu',
  proc_replay: 'length',
  task_setcaps: 'task low high',
  task_setresuid: 'task uid euid suid',
  task_setresgid: 'task gid egid sgid',
  task_setsid: 'task',
  task_setcomm: 'task length',
  socket: 'task family type protocol',
  close: 'sock',
  bind: 'sock addrlen family pid groups',
  connect: 'sock addrlen family pid groups',
  getsockname: 'sock',
  getpeername: 'sock',
  send: 'sock length flags',
  send_reserved: 'sock length flags',
  sendmsg: 'sock length flags addrlen family pid groups controllen',
  send_reserve: 'sock length flags addrlen family pid groups controllen',
  send_commit: 'sock skb',
  recv: 'sock length flags',
  recv_done: '',
  peek: 'sock',
  release: 'sock',
  setsockopt: 'sock level name length',
  getsockopt: 'sock level name room',
  getsockopt_more: null,
  poll: 'sock events',
  arm_socket: 'sock arm',
  ready_next: '',
  push_on: 'sock',
  push_off: 'sock',
  push_next: '',
  cn_add_callback: 'idx val name',
  cn_announce: 'idx val registered',
  cn_del_callback: 'idx val',
  cn_send: 'idx val length portid group gfp',
  cn_reserve: 'idx val length portid group gfp',
  cn_commit: 'skb',
  request_notification: 'length wanted',
  ksock_create: 'number groups flags input hooks',
  ksock_release: 'unit',
  ksock_reserve: 'length group gfp',
  ksock_message: 'length group gfp',
  ksock_unicast: 'unit skb portid nonblock',
  ksock_broadcast: 'unit skb portid group',
  ksock_notify: 'unit skb portid group report',
  ksock_broadcast_asking: 'unit skb portid group slot',
  ksock_ack: 'unit request offset error text cookie badOffset more',
  dump_open: 'unit portid seq minAlloc',
  dump_abort: 'unit portid',
  dump_begin: 'unit portid',
  dump_continue: 'sock',
  slot_take: '',
  slot_give: 'slot',
  ksock_has_listeners: 'unit group',
  ksock_clear_group: 'unit group',
  ksock_set_err: 'unit portid group errno',
  notifier_on: '',
  timer_add: 'low high',
  timer_move: 'timer low high',
  timer_next: null,
  clock_next: null,
  work_run: '',
  timer_delete: 'timer',
  clock_advance: 'milliseconds nanoseconds',
  clock_read: null,
  log_write: 'length',
  log_read: null,
  callback_next: null,
  task_next: null,
  task_find: null,
  callback_slot: null,
  request_next: null,
  ksock_slot: null,
  dump_slot: null,
  socket_next: null,
  socket_describe: null,
  socket_group: null,
  socket_queued: null,
  socket_overrun: 'sock',
  group_next: null,
}

/** Bytes of both headers of a connector message. */
const CN_HEADERS = 36
/** No option's value is longer than these bytes. */
const MOST_VALUE = 64
/** What the length of a filter counts beside its instructions, and the bytes of the longest one that is looked at. */
const FPROG_BYTES = 4
const LONGEST_FILTER = 4096 * 8

/** The argument that tells how many bytes of the transmit window a call reads, send_reserved() of the reserve window. */
const TRANSMITTED: Partial<Record<CallName, number>> = {
  module_add: 0,
  module_delete: 0,
  namespace_number: 0,
  task_spawn: 6,
  task_exec: 1,
  task_setcomm: 1,
  proc_replay: 0,
  send: 1,
  send_reserved: 1,
  sendmsg: 1,
  cn_add_callback: 2,
  request_notification: 0,
  ksock_message: 0,
  log_write: 0,
}

/** The argument that tells how many bytes of the receive window a call reads. */
const IN_RECEIVE: Partial<Record<CallName, number>> = { sendmsg: 7, send_reserve: 7 }

/** The calls that make a message whose bytes the host fills in. */
const RESERVES: readonly CallName[] = ['send_reserve', 'cn_reserve', 'ksock_reserve']

/** The calls that give a message up: the index of the argument that names it. */
const GIVES_UP: Partial<Record<CallName, number>> = {
  send_commit: 1,
  cn_commit: 0,
  ksock_unicast: 1,
  ksock_broadcast: 1,
  ksock_notify: 1,
  ksock_broadcast_asking: 1,
}

/** How many bytes a call reads; its arguments lie in `words` from `at` on. */
type BytesOf = (words: Uint32Array, at: number) => number

/** One call of the door. */
export interface Call {
  readonly name: CallName
  readonly opcode: number
  /** The names of its arguments. */
  readonly args: readonly string[]
  /** How many bytes it reads of the transmit window, and of what follows it, or of the reserve window; may be more than there are. */
  readonly transmitted: BytesOf | null
  /** Where these lie. */
  readonly transmitAt: number
  /** How many bytes it reads of the receive window; may be more than there are. */
  readonly inReceive: BytesOf | null
  /** Which argument is a message that it gives up, or -1. */
  readonly givesUp: number
  /** Whether it makes a message whose bytes the host fills in. */
  readonly reserves: boolean
}

const isFilter = (words: Uint32Array, at: number) => words[at + 1] === SOL_SOCKET && words[at + 2] === SO_ATTACH_FILTER

/** The argument at an index. */
const argument =
  (index: number): BytesOf =>
  (words, at) =>
    words[at + index] as number

function transmittedOf(name: CallName): BytesOf | null {
  if (name === 'cn_send') return (words, at) => CN_HEADERS + (words[at + 2] as number)
  if (name === 'ksock_ack') {
    return (words, at) => (words[at + 4] as number) + (words[at + 5] as number) + (words[at + 7] as number)
  }
  if (name === 'setsockopt') {
    return (words, at) => {
      const bytes = ((words[at + 3] as number) | 0) - FPROG_BYTES
      // One that is too long is refused for its length alone.
      return isFilter(words, at) && bytes > 0 && bytes <= LONGEST_FILTER ? bytes : 0
    }
  }
  const index = TRANSMITTED[name]
  return index === undefined ? null : argument(index)
}

function inReceiveOf(name: CallName): BytesOf | null {
  if (name === 'setsockopt') {
    return (words, at) => (isFilter(words, at) ? 0 : Math.min(words[at + 3] as number, MOST_VALUE))
  }
  const index = IN_RECEIVE[name]
  return index === undefined ? null : argument(index)
}

function callOf(opcode: number, name: CallName, args: string): Call {
  return {
    name,
    opcode,
    args: args === '' ? [] : args.split(' '),
    transmitted: transmittedOf(name),
    transmitAt: name === 'send_reserved' ? LAYOUT.RESERVE : LAYOUT.TRANSMIT,
    inReceive: inReceiveOf(name),
    givesUp: GIVES_UP[name] ?? -1,
    reserves: RESERVES.includes(name),
  }
}

/** The calls that a journal has, by opcode; undefined for the others. */
export const CALLS: readonly (Call | undefined)[] = [
  undefined,
  ...Object.entries(ARGUMENTS).map(([name, args], index) =>
    args === null ? undefined : callOf(index + 1, name as CallName, args),
  ),
]

/** The most bytes of both windows, which a filter lies over, and of the transmit or the reserve window, which have as many. */
export function mostTransmitted(call: Call): number {
  return call.name === 'setsockopt' ? LAYOUT.TRANSMIT_BYTES + LAYOUT.RECEIVE_BYTES : LAYOUT.TRANSMIT_BYTES
}

/** A digest of the calls that a journal has: their numbers, names and arguments. Journals with another one are not understood. */
export const DOOR_DIGEST: number = (() => {
  const text = CALLS.map((call) =>
    call === undefined ? '' : `${call.opcode} ${call.name}(${call.args.length})`,
  ).join()
  let digest = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    digest = Math.imul(digest ^ text.charCodeAt(index), 0x01000193)
  }
  return digest >>> 0
})()
