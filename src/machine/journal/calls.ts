// Which calls of the door a journal writes down, and what each reads of memory. What they are called: call-names.ts.

import { SO_ATTACH_FILTER, SOL_SOCKET } from '../../uapi/index.js'
import { type Abi, ARGUMENT_COUNTS, LAYOUT, OPCODES } from '../abi.generated.js'
import { memberOf } from '../door.js'

/** A call's name. */
export type CallName = keyof Abi

/** The calls that no journal has: they change nothing, or a machine makes them by itself. */
const SILENT = [
  OPCODES.BOOT,
  OPCODES.HALT,
  OPCODES.BYTES_IN_USE,
  OPCODES.STATE_HASH,
  OPCODES.MODULE_NEXT,
  OPCODES.MEMORY_END,
  OPCODES.STATS,
  OPCODES.GETSOCKOPT_MORE,
  OPCODES.TIMER_NEXT,
  OPCODES.CLOCK_NEXT,
  OPCODES.CLOCK_READ,
  OPCODES.LOG_READ,
  OPCODES.CALLBACK_NEXT,
  OPCODES.TASK_NEXT,
  OPCODES.TASK_FIND,
  OPCODES.CALLBACK_SLOT,
  OPCODES.REQUEST_NEXT,
  OPCODES.KSOCK_SLOT,
  OPCODES.DUMP_SLOT,
  OPCODES.SOCKET_NEXT,
  OPCODES.SOCKET_DESCRIBE,
  OPCODES.SOCKET_GROUP,
  OPCODES.SOCKET_QUEUED,
  OPCODES.GROUP_NEXT,
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
  [OPCODES.MODULE_ADD]: 0,
  [OPCODES.MODULE_DELETE]: 0,
  [OPCODES.NAMESPACE_NUMBER]: 0,
  [OPCODES.TASK_SPAWN]: 6,
  [OPCODES.TASK_EXEC]: 1,
  [OPCODES.TASK_SETCOMM]: 1,
  [OPCODES.PROC_REPLAY]: 0,
  [OPCODES.SEND]: 1,
  [OPCODES.SEND_RESERVED]: 1,
  [OPCODES.SENDMSG]: 1,
  [OPCODES.CN_ADD_CALLBACK]: 2,
  [OPCODES.REQUEST_NOTIFICATION]: 0,
  [OPCODES.KSOCK_MESSAGE]: 0,
  [OPCODES.LOG_WRITE]: 0,
}

/** The argument that tells how many bytes of the receive window a call reads. */
const IN_RECEIVE: Partial<Record<OPCODES, number>> = { [OPCODES.SENDMSG]: 7, [OPCODES.SEND_RESERVE]: 7 }

/** The calls that make a message whose bytes the host fills in. */
const RESERVES: readonly OPCODES[] = [OPCODES.SEND_RESERVE, OPCODES.CN_RESERVE, OPCODES.KSOCK_RESERVE]

/** The calls that give a message up: the index of the argument that names it. */
const GIVES_UP: Partial<Record<OPCODES, number>> = {
  [OPCODES.SEND_COMMIT]: 1,
  [OPCODES.CN_COMMIT]: 0,
  [OPCODES.KSOCK_UNICAST]: 1,
  [OPCODES.KSOCK_BROADCAST]: 1,
  [OPCODES.KSOCK_NOTIFY]: 1,
  [OPCODES.KSOCK_BROADCAST_ASKING]: 1,
}

/** How many bytes a call reads; its arguments lie in `words` from `at` on. */
type BytesOf = (words: Uint32Array, at: number) => number

/** One call of the door. */
export interface Call {
  readonly opcode: OPCODES
  /** What it is of an Abi. */
  readonly member: CallName
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
  if (opcode === OPCODES.CN_SEND) return (words, at) => CN_HEADERS + (words[at + 2] as number)
  if (opcode === OPCODES.KSOCK_ACK) {
    return (words, at) => (words[at + 4] as number) + (words[at + 5] as number) + (words[at + 7] as number)
  }
  if (opcode === OPCODES.SETSOCKOPT) {
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
  if (opcode === OPCODES.SETSOCKOPT) {
    return (words, at) => (isFilter(words, at) ? 0 : Math.min(words[at + 3] as number, MOST_VALUE))
  }
  const index = IN_RECEIVE[opcode]
  return index === undefined ? null : argument(index)
}

function callOf(opcode: OPCODES, count: number): Call {
  return {
    opcode,
    member: memberOf(opcode.toString(36)),
    count,
    transmitted: transmittedOf(opcode),
    transmitAt: opcode === OPCODES.SEND_RESERVED ? LAYOUT.RESERVE : LAYOUT.TRANSMIT,
    inReceive: inReceiveOf(opcode),
    givesUp: GIVES_UP[opcode] ?? -1,
    reserves: RESERVES.includes(opcode),
  }
}

/** The calls that a journal has, by opcode; undefined for the others. */
export const CALLS: readonly (Call | undefined)[] = Array.from(`0${ARGUMENT_COUNTS}`, (count, opcode) =>
  opcode === 0 || (SILENT as readonly OPCODES[]).includes(opcode) ? undefined : callOf(opcode, Number(count)),
)

/** The most bytes of both windows, which a filter lies over, and of the transmit or the reserve window, which have as many. */
export function mostTransmitted(call: Call): number {
  return call.opcode === OPCODES.SETSOCKOPT ? LAYOUT.TRANSMIT_BYTES + LAYOUT.RECEIVE_BYTES : LAYOUT.TRANSMIT_BYTES
}

/**
 * A digest of the calls that a journal has: their numbers, names and arguments. Journals with another one are not understood. Who changes
 * the door finds the new one in what test/journal/every-call.test.ts says.
 */
export const DOOR_DIGEST = 0x661970b
