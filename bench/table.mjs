// The table at the end: each row against its goals.
import { LEVELS } from './goals.mjs'
import { sides } from './sides/index.mjs'

const HEAD = ['', 'rival', '', 'kernel-connector', 'ratio', '(of the passes)', ...LEVELS]

/** The lines to print. `color` for a terminal. */
export function drawTable(rows, { color = false } = {}) {
  const cells = [HEAD, ...rows.map(rowCells)]
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  return cells.map((row, i) =>
    row
      .map((text, column) =>
        paint(column < 2 ? text.padEnd(widths[column]) : text.padStart(widths[column]), i > 0 && color),
      )
      .join('  ')
      .trimEnd(),
  )
}

function rowCells({ title, unit, against, theirs, ours, ratio, goal, met }) {
  const range = ratio ? `(${number(ratio.low)} to ${number(ratio.high)})` : ''
  const rival = against ? sides[against].title : ''
  const steps = LEVELS.map((level) =>
    goal && level in goal ? `${withUnit(goal[level], goal.unit)} ${verdict(met?.[level])}` : '',
  )
  return [
    title,
    rival,
    against ? spread(theirs, unit) : '',
    spread(ours, unit),
    ratio ? withUnit(ratio.value, 'x') : '',
    range,
    ...steps,
  ]
}

const withUnit = (value, unit) => `${number(value)}${unit === 'x' ? '' : ' '}${unit}`

const verdict = (met) => (met === undefined ? '?' : met ? '✓' : '✗')

/** The median and the minimum, as one figure where they are the same. */
function spread(side, unit) {
  if (!side) return '-'
  const { min, median } = side
  return min === median ? withUnit(min, unit) : `${number(median)} / ${withUnit(min, unit)}`
}

/** Three digits, and separators from 10,000 on. */
export function number(value) {
  if (value >= 10_000) return Math.round(value).toLocaleString('en-US')
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)))
}

const paint = (text, color) => (color ? text.replace('✓', '\x1b[32m✓\x1b[0m').replace('✗', '\x1b[31m✗\x1b[0m') : text)

/** How many cells of each step are met. */
export function countMet(rows) {
  const held = rows.filter((row) => row.met)
  const count = (level) => {
    const asked = held.filter((row) => level in row.met)
    return `${level} ${asked.filter((row) => row.met[level]).length} of ${asked.length}`
  }
  return LEVELS.map(count).join(', ')
}

/** Prose as lines that fit beside the table. */
export function wrap(text, width = 120) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`
    if (longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(`  ${word}`)
  }
  return lines
}
