// What must not grow with the number of sockets or callbacks.
import type { Counts } from './measure.js'
import { AMONG_CALLBACKS, AMONG_SOCKETS } from './scenes/index.js'

/** A hash table's longest chains are a little longer where there are more of them. */
export const MOST = 1.1

export interface Growth {
  readonly row: string
  readonly base: string
  /** How many times as many instructions. */
  readonly ratio: number
}

/** Each row of many against that of 100, as far as they were measured. */
export function growths(counts: Counts): Growth[] {
  return [AMONG_SOCKETS, AMONG_CALLBACKS].flatMap(([base = '', ...rows]) =>
    rows.filter((row) => row in counts).map((row) => ({ row, base, ratio: counts[row]! / counts[base]! })),
  )
}
