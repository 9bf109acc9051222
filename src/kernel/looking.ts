// Looking into the machine where a call of it may be running: the words and the window that queries answer in are put back as they
// were, so that whoever was in the middle of using them notices nothing.

import { LAYOUT, type Machine } from '../machine/index.js'

/** More list words, and more bytes of the receive window, than any query here writes. */
const WORDS = 32
const BYTES = 256

/** Gives what `look` gives; it may call `machine.raw` for queries only. */
export function looking<T>(machine: Machine, look: () => T): T {
  const at = (LAYOUT.RESULT >>> 2) + LAYOUT.WORD_LIST
  const words = machine.words.slice(at, at + WORDS)
  const bytes = machine.valueBytes(BYTES)
  try {
    return look()
  } finally {
    machine.words.set(words, at)
    machine.putValue(bytes)
  }
}

/** Nanoseconds since boot. */
export function readTime(machine: Machine): bigint {
  machine.raw.clock_read()
  return readLong(machine, 0)
}

/** A number of two list words. */
export function readLong(machine: Machine, index: number): bigint {
  return (BigInt(machine.listWord(index + 1)) << 32n) | BigInt(machine.listWord(index))
}
