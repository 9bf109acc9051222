// Which calls of the door a journal writes down, and what each reads of memory. What their arguments are called: argument-names.ts.

import { SO_ATTACH_FILTER, SOL_SOCKET } from '../../uapi/index.js'
import { type Abi, ARGUMENT_COUNTS, CALL_NAMES, LAYOUT, OPCODES } from '../abi.generated.js'
import { checksum } from '../checksum.js'

/** A call's name. */
export type CallName = keyof Abi

/** The calls that no journal has: they change nothing, or a machine makes them by itself. */
const SILENT = [
  OPCODES.boot,
  OPCODES.halt,
  OPCODES.bytes_in_use,
  OPCODES.state_hash,
  OPCODES.module_next,
  OPCODES.memory_end,
  OPCODES.stats,
  OPCODES.getsockopt_more,
  OPCODES.timer_next,
  OPCODES.clock_next,
  OPCODES.clock_read,
  OPCODES.log_read,
  OPCODES.callback_next,
  OPCODES.task_next,
  OPCODES.task_find,
  OPCODES.callback_slot,
  OPCODES.request_next,
  OPCODES.ksock_slot,
  OPCODES.dump_slot,
  OPCODES.socket_next,
  OPCODES.socket_describe,
  OPCODES.socket_group,
  OPCODES.socket_queued,
  OPCODES.group_next,
] as const

/** The number of a call that a journal has. */
export type Opcode = Exclude<OPCODES, (typeof SILENT)[number]>

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
  /** How many arguments it has. */
  readonly count: number
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

function callOf(name: CallName, opcode: OPCODES): Call {
  return {
    name,
    opcode,
    count: Number(ARGUMENT_COUNTS[opcode - 1]),
    transmitted: transmittedOf(opcode),
    transmitAt: opcode === OPCODES.send_reserved ? LAYOUT.RESERVE : LAYOUT.TRANSMIT,
    inReceive: inReceiveOf(opcode),
    givesUp: GIVES_UP[opcode] ?? -1,
    reserves: RESERVES.includes(opcode),
  }
}

/** The calls that a journal has, by opcode; undefined for the others. */
export const CALLS: readonly (Call | undefined)[] = ['', ...CALL_NAMES.split(' ')].map((name, opcode) =>
  opcode === 0 || (SILENT as readonly OPCODES[]).includes(opcode) ? undefined : callOf(name as CallName, opcode),
)

/** The most bytes of both windows, which a filter lies over, and of the transmit or the reserve window, which have as many. */
export function mostTransmitted(call: Call): number {
  return call.opcode === OPCODES.setsockopt ? LAYOUT.TRANSMIT_BYTES + LAYOUT.RECEIVE_BYTES : LAYOUT.TRANSMIT_BYTES
}

/** A digest of the calls that a journal has: their numbers, names and arguments. Journals with another one are not understood. */
export const DOOR_DIGEST: number = digestOf(
  CALLS.map((call) => (call === undefined ? '' : `${call.opcode} ${call.name}(${call.count})`)).join(),
)

function digestOf(text: string): number {
  return checksum(Uint32Array.from(text, (letter) => letter.charCodeAt(0)))[0]
}
