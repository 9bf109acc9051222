// The command: measures all scenes and holds them against what is stored.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { instrument } from './instrument.js'
import { countingBoot } from './kernel.js'
import { type Counts, measure } from './measure.js'
import { growths, MOST } from './scale.js'
import { scenes } from './scenes/index.js'
import { FILE, RENEW, readStored, writeStored } from './stored.js'
import { drawGrowths, drawTable } from './table.js'

const USAGE = `usage: npm run bench:instructions -- [options]

  --write   write the counts to ${FILE}
  --help    this text
`

/** The exit code: 1 if something grows that must not. `root` is the top of the repository. */
export function main(args: string[], root: string): number {
  const options = { write: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
  const { values } = parseArgs({ args, options })
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const boot = countingBoot(instrument(new Uint8Array(readFileSync(join(root, 'build/release.wasm')))))
  const counts: Counts = Object.assign({}, ...scenes.map((scene) => measure(scene, boot)))
  const stored = readStored(root)
  const grown = growths(counts)
  const lines = [
    'Wasm instructions of one operation; bytes where the row says so',
    '',
    ...drawTable(counts, stored),
    '',
    ...drawGrowths(grown),
    '',
  ]
  if (values.write) writeStored(root, counts)
  process.stdout.write(`${[...lines, verdict(counts, stored, values.write)].join('\n')}\n`)
  return grown.some(({ ratio }) => ratio > MOST) ? 1 : 0
}

function verdict(counts: Counts, stored: Counts, written = false): string {
  const rows = new Set([...Object.keys(counts), ...Object.keys(stored)])
  const changed = [...rows].filter((row) => counts[row] !== stored[row]).length
  if (changed === 0) return `All as ${FILE} has it.`
  return `${changed} of ${rows.size} rows differ from ${FILE}; ${written ? 'it is renewed.' : `to renew it: ${RENEW}`}`
}
