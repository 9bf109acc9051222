// How the events of a run lie in typed arrays: a hundred thousand of them cost no object each.
//
// An event is one row of words, its receivers are rows of another table, its bytes lie in one arena, names are numbered.

import type { TapVerdict } from '../../src/api.js'

/** Words of an event's row, and of a receiver's. */
export const ROW = 15
export const RECEIVER = 4

/** The words of an event's row. */
export const WORDS = {
  step: 0,
  /** 0 for a message, 1 for a receive. */
  kind: 1,
  number: 2,
  protocol: 3,
  from: 4,
  name: 5,
  toPort: 6,
  toGroup: 7,
  result: 8,
  length: 9,
  bytesAt: 10,
  receivers: 11,
  timeLow: 12,
  timeHigh: 13,
  /** Of a message: where its receivers begin; of a receive: the socket. */
  receiversAt: 14,
} as const

/** Verdicts of messages that their receiver will not get. */
export const LOST: readonly TapVerdict[] = ['no-room', 'no-memory', 'congested', 'refused', 'dropped']

/** Events on their way from the worker to the page; places in it count from 0, names go on from batch to batch. */
export interface EventBatch {
  readonly rows: Uint32Array<ArrayBuffer>
  readonly receivers: Uint32Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly names: readonly string[]
}
