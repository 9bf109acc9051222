// The table of the command.
import type { Counts } from './measure.js'
import type { Growth } from './scale.js'
import { withCommas } from './scene.js'

const HEAD = ['', 'count', 'stored', 'difference']

/** The lines to print. */
export function drawTable(counts: Counts, stored: Counts): string[] {
  const cells = [HEAD, ...Object.entries(counts).map(([row, count]) => [row, ...compared(count, stored[row])])]
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

function compared(count: number, stored: number | undefined): string[] {
  if (stored === undefined) return [withCommas(count), '-', 'new']
  return [withCommas(count), withCommas(stored), count === stored ? '' : percent(count / stored)]
}

/** A line for each row that grows with a number. */
export function drawGrowths(growths: readonly Growth[]): string[] {
  return growths.map(({ row, base, ratio }) => `${row}: ${percent(ratio)} against "${base}"`)
}

function percent(ratio: number): string {
  const change = (ratio - 1) * 100
  return `${change < 0 ? '' : '+'}${change.toFixed(2)} %`
}
