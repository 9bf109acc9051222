// Virtual time, which the kernel keeps as 64 bits of nanoseconds, as numbers that lose nothing.

import type { Machine } from './machine.js'

const NS_PER_MS = 1e6
/** Where virtual time ends, in milliseconds: 64 bits of nanoseconds, over 500 years. */
export const LAST_MS = 2 ** 44
// 2^32 nanoseconds are this many milliseconds and nanoseconds.
const HIGH_MS = 4294
const HIGH_NS = 967296

/** Whole milliseconds since boot, and the nanoseconds above them. */
export function readClock(machine: Machine): { ms: number; ns: number } {
  machine.raw.clock_read()
  const high = machine.listWord(1)
  const rest = high * HIGH_NS + machine.listWord(0)
  return { ms: high * HIGH_MS + Math.floor(rest / NS_PER_MS), ns: rest % NS_PER_MS }
}
