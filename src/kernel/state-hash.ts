// The digest of a machine's state, as text.

import type { Machine } from '../machine/index.js'

/** 16 hexadecimal digits. */
export function readStateHash(machine: Machine): string {
  machine.raw.state_hash()
  const hex = (word: number) => word.toString(16).padStart(8, '0')
  return hex(machine.listWord(1)) + hex(machine.listWord(0))
}
