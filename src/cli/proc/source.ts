// What every source of process events gives, wherever it has them from.

import type { CnMsg, ProcEvent } from '../../uapi/index.js'

/** A message of cn_proc. */
export interface Told {
  readonly type: 'event'
  readonly msg: CnMsg
  readonly event: ProcEvent
}

/** The receive buffer was full (ENOBUFS): messages are missing somewhere behind those that are still queued. */
export interface Overrun {
  readonly type: 'overrun'
}

export type Heard = Told | Overrun

/** What was heard at once. */
export interface Batch {
  readonly heard: readonly Heard[]
  /** How much of all the source is through with, 0 to 1, if it knows. */
  readonly done?: number
}

export interface Source {
  readonly batches: AsyncIterable<Batch>
  /** Events are shown when they happen, not when a page of output is full. */
  readonly live: boolean
  /** What a process is called now, if that can be found out. */
  nameOf?(pid: number): string | undefined
}
