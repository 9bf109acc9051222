// The panel of ratios: a bar for each row, from 1x to what was measured, with marks where must, aim and dream are met.
import { LEVELS } from '../goals.mjs'
import { logAxis, times } from './axis.mjs'
import { element, line, text, title } from './svg.mjs'

const LABELS = 420
const FIGURES = 64
const ROW = 20
const HEADING = 44
const BAR = 10

const GROUPS = [
  {
    heading: 'How many times faster than its rival (Linux where none is named)',
    has: ({ goalId, goal, curve }) => goalId !== 'chromium-to-node' && (goal ? goal.better === 'more' : !curve),
  },
  { heading: 'Chromium against Node', has: ({ goalId }) => goalId === 'chromium-to-node' },
  { heading: 'How many times slower (less is better)', has: ({ goal }) => goal?.better === 'less' },
]

/** { height, content }, `width` units wide; nothing is drawn of rows without a ratio. */
export function drawRatios(rows, width) {
  const groups = GROUPS.map(({ heading, has }) => ({ heading, rows: rows.filter((row) => row.ratio && has(row)) }))
  const drawn = groups.filter((group) => group.rows.length > 0)
  let height = 0
  const parts = drawn.map((group) => {
    const content = drawGroup(group, width)
    const moved = element('g', { transform: `translate(0 ${height})` }, content)
    height += HEADING + group.rows.length * ROW + ROW
    return moved
  })
  return { height, content: parts.join('') }
}

const valuesOf = ({ ratio, goal }) => [1, ratio.value, ...LEVELS.map((level) => goal?.[level]).filter(Boolean)]

function drawGroup({ heading, rows }, width) {
  const axis = logAxis(rows.flatMap(valuesOf), LABELS, width - FIGURES)
  const bottom = HEADING + rows.length * ROW
  const grid = axis.decades.map(
    (value) =>
      line(axis.place(value), HEADING - 6, axis.place(value), bottom, value === 1 ? 'one' : 'grid') +
      text(axis.place(value), HEADING - 12, times(value), 'muted middle'),
  )
  const bars = rows.map((row, i) => drawRow(row, axis, HEADING + i * ROW + ROW / 2, width))
  return [text(0, 18, heading, 'heading'), ...grid, ...bars].join('')
}

function drawRow(row, axis, y, width) {
  const { title: label, ratio, goal, met } = row
  const one = axis.place(1)
  const end = axis.place(ratio.value)
  const bar = element('rect', {
    x: Math.min(one, end),
    y: y - BAR / 2,
    width: Math.abs(end - one),
    height: BAR,
    class: `bar ${met ? (met.must ? 'met' : 'missed') : 'without'}`,
  })
  const marks = LEVELS.filter((level) => goal?.[level]).map((level) => mark(level, axis.place(goal[level]), y))
  return element(
    'g',
    {},
    title(`${label}: ${times(ratio.value)}, ${times(ratio.low)} to ${times(ratio.high)} in the passes`) +
      text(LABELS - 10, y + 4, label, 'end') +
      bar +
      marks.join('') +
      text(width, y + 4, times(ratio.value), 'end figure'),
  )
}

const HALF = BAR / 2 + 3
const DIAMOND = 4.5

/** Where a step of a goal is. */
export function mark(level, x, y) {
  if (level === 'must') return line(x, y - HALF, x, y + HALF, 'mark must')
  if (level === 'aim') return line(x, y - HALF, x, y + HALF, 'mark aim')
  const corners = [
    [x - DIAMOND, y],
    [x, y - DIAMOND],
    [x + DIAMOND, y],
    [x, y + DIAMOND],
  ]
  return element('polygon', {
    points: corners.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(' '),
    class: 'mark dream',
  })
}
