// Records in words.

import { errnoName } from '../../uapi/index.js'
import { LAYOUT, OPCODES } from '../abi.generated.js'
import { argumentNames, callName } from './call-names.js'
import type { Call } from './calls.js'
import { callRecordAt } from './record-index.js'

const KIND_MASK = 15
const SLOT_SHIFT = 4
const LAST_ERRNO = 133
/** Arguments that are places in memory. */
const REFERENCES: readonly string[] = ['task', 'tracee', 'sock', 'drained', 'timer', 'skb', 'request']
/** Arguments that may be below zero. */
const SIGNED: readonly string[] = ['addrlen', 'level', 'name', 'times', 'error', 'badOffset']
/** Calls whose result is a place in memory. */
const MAKES: readonly OPCODES[] = [
  OPCODES.TASK_SPAWN,
  OPCODES.TASK_FORK,
  OPCODES.SOCKET,
  OPCODES.TIMER_ADD,
  OPCODES.SEND_RESERVE,
  OPCODES.CN_RESERVE,
  OPCODES.KSOCK_RESERVE,
  OPCODES.KSOCK_MESSAGE,
  OPCODES.PEEK,
]

/** Calls whose result is never an error. */
const DRAWS: readonly OPCODES[] = [OPCODES.NEXT_RANDOM, OPCODES.FAULT_RANDOM]

const place = (value: number) => `0x${value.toString(16)}`

function argument(name: string, value: number): string {
  if (REFERENCES.includes(name)) return `${name} ${place(value)}`
  return `${name} ${SIGNED.includes(name) ? value | 0 : value}`
}

/** A result as people read it: -EAGAIN for -11. */
export function resultText({ opcode }: Call, result: number): string {
  if (DRAWS.includes(opcode)) return String(result >>> 0)
  if (result < -1 && result >= -LAST_ERRNO) return `-${errnoName(result)}`
  return result > 0 && MAKES.includes(opcode) ? place(result) : String(result)
}

/**
 * A call with its arguments and its result.
 * @example 'send(sock 0x11240, length 64, flags 0) = 64'
 */
export function describeCall(words: Uint32Array, at: number): string {
  const record = callRecordAt(words, at)
  if (record === undefined) return 'no call'
  const { call, args, result } = record
  const texts = argumentNames(call).map((name, index) => argument(name, words[args + index] as number))
  return `${callName(call)}(${texts.join(', ')}) = ${resultText(call, (words[result] as number) | 0)}`
}

const KINDS: Readonly<Record<number, string>> = {
  [LAYOUT.CALL_CN]: 'the connector callback',
  [LAYOUT.CALL_INPUT]: 'the input function',
  [LAYOUT.CALL_BIND]: 'the bind hook',
  [LAYOUT.CALL_UNBIND]: 'the unbind hook',
  [LAYOUT.CALL_TIMER]: 'the timer',
  [LAYOUT.CALL_RELEASE]: 'the release notifier',
  [LAYOUT.CALL_FILTER]: 'the filter of a broadcast',
  [LAYOUT.CALL_DUMP]: 'the dump',
  [LAYOUT.CALL_DUMP_DONE]: 'the end of a dump',
}

/** Which function of the host is called, with what. */
export function describeEnter(words: Uint32Array, at: number): string {
  const [, kindSlot = 0, a = 0, b = 0] = words.subarray(at, at + 4)
  if (kindSlot === LAYOUT.CALL_FAULT) return `the fault rules (${place(a)}, ${b})`
  const kind = KINDS[kindSlot & KIND_MASK] ?? `a function of kind ${kindSlot & KIND_MASK}`
  return `${kind} in slot ${kindSlot >>> SLOT_SHIFT} (${place(a)}, ${b | 0})`
}
