// What a program sends to cn_proc (id {1, 1}): whether it listens and, since Linux 6.6, to which events.

import { asObject, bytes, u32 } from './args.js'
import { getU32, setU32, viewOf } from './bytes.js'
import { PROC_INPUT } from './layout.js'

/** struct proc_input (linux/cn_proc.h), or its first word alone. */
export interface ProcInput {
  /** PROC_CN_MCAST_LISTEN or PROC_CN_MCAST_IGNORE. */
  readonly mcast_op: number
  /** PROC_EVENT_* bits that are wanted; left out: the short form of 4 bytes, which means all. */
  readonly event_type?: number
}

/**
 * 4 bytes, or 8 with event_type: the data of a cn_msg to cn_proc.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width
 * @example encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN, event_type: PROC_EVENT_FORK | PROC_EVENT_EXIT })
 */
export function encodeProcInput(input: ProcInput): Uint8Array {
  const { mcast_op, event_type } = asObject(input, 'input')
  const array = new Uint8Array(event_type === undefined ? PROC_INPUT.event_type : PROC_INPUT.size)
  const view = viewOf(array)
  setU32(view, PROC_INPUT.mcast_op, u32(mcast_op, 'mcast_op'))
  if (event_type !== undefined) setU32(view, PROC_INPUT.event_type, u32(event_type, 'event_type'))
  return array
}

/**
 * What cn_proc was asked. cn_proc takes 4 or 8 bytes, nothing else.
 *
 * @throws RangeError if there are neither 4 nor 8 bytes
 */
export function decodeProcInput(array: Uint8Array): ProcInput {
  const input = tryDecodeProcInput(array)
  if (input === null) throw new RangeError(`proc_input has 4 or 8 bytes, there are ${array.length}`)
  return input
}

/** The same as {@link decodeProcInput}; null where that throws RangeError. */
export function tryDecodeProcInput(array: Uint8Array): ProcInput | null {
  const { length } = bytes(array, 'proc_input')
  if (length !== PROC_INPUT.event_type && length !== PROC_INPUT.size) return null
  const view = viewOf(array)
  const mcast_op = getU32(view, PROC_INPUT.mcast_op)
  return length === PROC_INPUT.size ? { mcast_op, event_type: getU32(view, PROC_INPUT.event_type) } : { mcast_op }
}
