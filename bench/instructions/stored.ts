// The counts that the repository keeps.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Counts } from './measure.js'

export const FILE = 'bench/instructions.json'
export const RENEW = 'npm run bench:instructions -- --write'

/** `root` is the top of the repository. */
export function readStored(root: string): Counts {
  return JSON.parse(readFileSync(join(root, FILE), 'utf8'))
}

export function writeStored(root: string, counts: Counts): void {
  writeFileSync(join(root, FILE), `${JSON.stringify(counts, null, 2)}\n`)
}
