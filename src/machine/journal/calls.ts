// Which calls of the door a journal writes down, what their arguments are called, and what each reads of memory.

import { SO_ATTACH_FILTER, SOL_SOCKET } from '../../uapi/index.js'
import { type Abi, CALL_NAMES, LAYOUT, OPCODES } from '../abi.generated.js'
import { checksum } from '../checksum.js'

/** A call's name. */
export type CallName = keyof Abi

/** The calls that no journal has: they change nothing, or a machine makes them by itself. */
type Silent =
  | OPCODES.boot
  | OPCODES.halt
  | OPCODES.bytes_in_use
  | OPCODES.state_hash
  | OPCODES.module_next
  | OPCODES.memory_end
  | OPCODES.stats
  | OPCODES.getsockopt_more
  | OPCODES.timer_next
  | OPCODES.clock_next
  | OPCODES.clock_read
  | OPCODES.log_read
  | OPCODES.callback_next
  | OPCODES.task_next
  | OPCODES.task_find
  | OPCODES.callback_slot
  | OPCODES.request_next
  | OPCODES.ksock_slot
  | OPCODES.dump_slot
  | OPCODES.socket_next
  | OPCODES.socket_describe
  | OPCODES.socket_group
  | OPCODES.socket_queued
  | OPCODES.group_next

/** The arguments of each other call, by the number that abi.ts gives it. Names mean something: see references.ts. */
const ARGUMENTS: Readonly<Record<Exclude<OPCODES, Silent>, string>> = {
  [OPCODES.next_random]: '',
  [OPCODES.set_pressure]: 'level',
  [OPCODES.set_failslab]: 'probability interval times space',
  [OPCODES.fault_random]: '',
  [OPCODES.set_watch]: 'watch',
  [OPCODES.module_add]: 'length',
  [OPCODES.module_delete]: 'length',
  [OPCODES.namespace_number]: 'length',
  [OPCODES.task_spawn]: 'pid netns uid gid capsLow capsHigh comm',
  [OPCODES.task_fork]: 'task pid thread',
  [OPCODES.task_exit]: 'task status',
  [OPCODES.task_kill]: 'task signal',
  [OPCODES.task_exec]: 'task length',
  [OPCODES.task_unshare]: 'task flags',
  [OPCODES.task_attach]: 'task tracee',
  [OPCODES.task_detach]: 'task tracee',
  [OPCODES.task_set_cpu]: 'task cpu',
  [OPCODES.proc_replay]: 'length',
  [OPCODES.task_setcaps]: 'task low high',
  [OPCODES.task_setresuid]: 'task uid euid suid',
  [OPCODES.task_setresgid]: 'task gid egid sgid',
  [OPCODES.task_setsid]: 'task',
  [OPCODES.task_setcomm]: 'task length',
  [OPCODES.socket]: 'task family type protocol',
  [OPCODES.close]: 'sock',
  [OPCODES.bind]: 'sock addrlen family pid groups',
  [OPCODES.connect]: 'sock addrlen family pid groups',
  [OPCODES.getsockname]: 'sock',
  [OPCODES.getpeername]: 'sock',
  [OPCODES.send]: 'sock length flags',
  [OPCODES.send_reserved]: 'sock length flags',
  [OPCODES.sendmsg]: 'sock length flags addrlen family pid groups controllen',
  [OPCODES.send_reserve]: 'sock length flags addrlen family pid groups controllen',
  [OPCODES.send_commit]: 'sock skb',
  [OPCODES.recv]: 'sock length flags',
  [OPCODES.recv_done]: '',
  [OPCODES.peek]: 'sock',
  [OPCODES.release]: 'sock',
  [OPCODES.setsockopt]: 'sock level name length',
  [OPCODES.getsockopt]: 'sock level name room',
  [OPCODES.poll]: 'sock events',
  [OPCODES.arm_socket]: 'sock arm',
  [OPCODES.ready_next]: '',
  [OPCODES.push_on]: 'sock',
  [OPCODES.push_off]: 'sock',
  [OPCODES.push_next]: '',
  [OPCODES.cn_add_callback]: 'idx val name',
  [OPCODES.cn_announce]: 'idx val registered',
  [OPCODES.cn_del_callback]: 'idx val',
  [OPCODES.cn_send]: 'idx val length portid group gfp',
  [OPCODES.cn_reserve]: 'idx val length portid group gfp',
  [OPCODES.cn_commit]: 'skb',
  [OPCODES.request_notification]: 'length wanted',
  [OPCODES.ksock_create]: 'number groups flags input hooks',
  [OPCODES.ksock_release]: 'unit',
  [OPCODES.ksock_reserve]: 'length group gfp',
  [OPCODES.ksock_message]: 'length group gfp',
  [OPCODES.ksock_unicast]: 'unit skb portid nonblock',
  [OPCODES.ksock_broadcast]: 'unit skb portid group',
  [OPCODES.ksock_notify]: 'unit skb portid group report',
  [OPCODES.ksock_broadcast_asking]: 'unit skb portid group slot',
  [OPCODES.ksock_ack]: 'unit request offset error text cookie badOffset more',
  [OPCODES.dump_open]: 'unit portid seq minAlloc',
  [OPCODES.dump_abort]: 'unit portid',
  [OPCODES.dump_begin]: 'unit portid',
  [OPCODES.dump_continue]: 'sock',
  [OPCODES.slot_take]: '',
  [OPCODES.slot_give]: 'slot',
  [OPCODES.ksock_has_listeners]: 'unit group',
  [OPCODES.ksock_clear_group]: 'unit group',
  [OPCODES.ksock_set_err]: 'unit portid group errno',
  [OPCODES.notifier_on]: '',
  [OPCODES.timer_add]: 'low high',
  [OPCODES.timer_move]: 'timer low high',
  [OPCODES.work_run]: '',
  [OPCODES.timer_delete]: 'timer',
  [OPCODES.clock_advance]: 'milliseconds nanoseconds',
  [OPCODES.log_write]: 'length',
  [OPCODES.socket_overrun]: 'sock',
}

/** Bytes of both headers of a connector message. */
const CN_HEADERS = 36
/** No option's value is longer than these bytes. */
const MOST_VALUE = 64
/** What the length of a filter counts beside its instructions, and the bytes of the longest one that is looked at. */
const FPROG_BYTES = 4
const LONGEST_FILTER = 4096 * 8

/** The argument that tells how many bytes of the transmit window a call reads, send_reserved() of the reserve window. */
const TRANSMITTED: Partial<Record<OPCODES, number>> = {
  [OPCODES.module_add]: 0,
  [OPCODES.module_delete]: 0,
  [OPCODES.namespace_number]: 0,
  [OPCODES.task_spawn]: 6,
  [OPCODES.task_exec]: 1,
  [OPCODES.task_setcomm]: 1,
  [OPCODES.proc_replay]: 0,
  [OPCODES.send]: 1,
  [OPCODES.send_reserved]: 1,
  [OPCODES.sendmsg]: 1,
  [OPCODES.cn_add_callback]: 2,
  [OPCODES.request_notification]: 0,
  [OPCODES.ksock_message]: 0,
  [OPCODES.log_write]: 0,
}

/** The argument that tells how many bytes of the receive window a call reads. */
const IN_RECEIVE: Partial<Record<OPCODES, number>> = { [OPCODES.sendmsg]: 7, [OPCODES.send_reserve]: 7 }

/** The calls that make a message whose bytes the host fills in. */
const RESERVES: readonly OPCODES[] = [OPCODES.send_reserve, OPCODES.cn_reserve, OPCODES.ksock_reserve]

/** The calls that give a message up: the index of the argument that names it. */
const GIVES_UP: Partial<Record<OPCODES, number>> = {
  [OPCODES.send_commit]: 1,
  [OPCODES.cn_commit]: 0,
  [OPCODES.ksock_unicast]: 1,
  [OPCODES.ksock_broadcast]: 1,
  [OPCODES.ksock_notify]: 1,
  [OPCODES.ksock_broadcast_asking]: 1,
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

function transmittedOf(opcode: OPCODES): BytesOf | null {
  if (opcode === OPCODES.cn_send) return (words, at) => CN_HEADERS + (words[at + 2] as number)
  if (opcode === OPCODES.ksock_ack) {
    return (words, at) => (words[at + 4] as number) + (words[at + 5] as number) + (words[at + 7] as number)
  }
  if (opcode === OPCODES.setsockopt) {
    return (words, at) => {
      const bytes = ((words[at + 3] as number) | 0) - FPROG_BYTES
      // One that is too long is refused for its length alone.
      return isFilter(words, at) && bytes > 0 && bytes <= LONGEST_FILTER ? bytes : 0
    }
  }
  const index = TRANSMITTED[opcode]
  return index === undefined ? null : argument(index)
}

function inReceiveOf(opcode: OPCODES): BytesOf | null {
  if (opcode === OPCODES.setsockopt) {
    return (words, at) => (isFilter(words, at) ? 0 : Math.min(words[at + 3] as number, MOST_VALUE))
  }
  const index = IN_RECEIVE[opcode]
  return index === undefined ? null : argument(index)
}

function callOf(name: CallName, opcode: OPCODES, args: string): Call {
  return {
    name,
    opcode,
    args: args === '' ? [] : args.split(' '),
    transmitted: transmittedOf(opcode),
    transmitAt: opcode === OPCODES.send_reserved ? LAYOUT.RESERVE : LAYOUT.TRANSMIT,
    inReceive: inReceiveOf(opcode),
    givesUp: GIVES_UP[opcode] ?? -1,
    reserves: RESERVES.includes(opcode),
  }
}

/** The calls that a journal has, by opcode; undefined for the others. */
export const CALLS: readonly (Call | undefined)[] = ['', ...CALL_NAMES.split(' ')].map((name, opcode) => {
  const args = (ARGUMENTS as Partial<Record<OPCODES, string>>)[opcode as OPCODES]
  return args === undefined ? undefined : callOf(name as CallName, opcode, args)
})

/** The most bytes of both windows, which a filter lies over, and of the transmit or the reserve window, which have as many. */
export function mostTransmitted(call: Call): number {
  return call.opcode === OPCODES.setsockopt ? LAYOUT.TRANSMIT_BYTES + LAYOUT.RECEIVE_BYTES : LAYOUT.TRANSMIT_BYTES
}

/** A digest of the calls that a journal has: their numbers, names and arguments. Journals with another one are not understood. */
export const DOOR_DIGEST: number = digestOf(
  CALLS.map((call) => (call === undefined ? '' : `${call.opcode} ${call.name}(${call.args.length})`)).join(),
)

function digestOf(text: string): number {
  return checksum(Uint32Array.from(text, (letter) => letter.charCodeAt(0)))[0]
}
