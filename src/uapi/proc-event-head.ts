// What struct proc_event begins with: all that a source of recorded events reads of them.

import {
  PROC_EVENT_COMM,
  PROC_EVENT_COREDUMP,
  PROC_EVENT_EXEC,
  PROC_EVENT_FORK,
  PROC_EVENT_GID,
  PROC_EVENT_NONE,
  PROC_EVENT_PTRACE,
  PROC_EVENT_SID,
  PROC_EVENT_UID,
} from '../../assembly/uapi/constants.js'
import { getU32, shortFor, viewOf } from './bytes.js'
import { PROC_EVENT } from './layout.js'
import type { ProcEvent } from './proc-event.js'
import { PROC_EVENT_EXIT } from './u32-constants.js'

/** The kinds that this package knows. */
export const PROC_EVENT_KINDS: readonly number[] = [
  PROC_EVENT_NONE,
  PROC_EVENT_FORK,
  PROC_EVENT_EXEC,
  PROC_EVENT_UID,
  PROC_EVENT_GID,
  PROC_EVENT_SID,
  PROC_EVENT_PTRACE,
  PROC_EVENT_COMM,
  PROC_EVENT_COREDUMP,
  PROC_EVENT_EXIT,
]

/** Says what is wrong with a `what`. */
export const unknownKind = (what: number): string =>
  `proc_event of no known kind: what is 0x${(what >>> 0).toString(16)}`

/** Why these bytes are no event of a known kind, or null. */
export function procEventFault(array: Uint8Array): string | null {
  const short = shortFor(array, PROC_EVENT.size, 'proc_event')
  if (short !== null) return short
  const what = getU32(viewOf(array), PROC_EVENT.what)
  return PROC_EVENT_KINDS.includes(what) ? null : unknownKind(what)
}

/** The kind and the time of what has no fault. */
export function procEventHead(view: DataView): Pick<ProcEvent, 'what' | 'timestamp_ns'> {
  return {
    what: getU32(view, PROC_EVENT.what) as ProcEvent['what'],
    timestamp_ns: view.getBigUint64(PROC_EVENT.timestamp_ns, true),
  }
}
