// The panels of curves: what one thing costs against how many there are of something, both with a logarithm.
import { count, duration, logAxis } from './axis.mjs'
import { element, line, text, title } from './svg.mjs'

const LEFT = 58
const TOP = 44
const BOTTOM = 44
const LEGEND_ROW = 18
const LEGEND_COLUMNS = 2

/** The points of one curve: { linux, ours }, each a list of { x, y } in the order of x. */
export function pointsOf(rows, name) {
  const points = rows.filter(({ curve }) => curve?.name === name).toSorted((a, b) => a.curve.x - b.curve.x)
  const linux = points.filter(({ against, theirs }) => against === 'linux' && theirs)
  const ours = points.filter((row) => row.ours)
  return {
    linux: linux.map(({ curve, theirs }) => ({ x: curve.x, y: theirs.min })),
    ours: ours.map((row) => ({ x: row.curve.x, y: row.ours.min })),
  }
}

/** The points of a whole: so many times what one of them costs. */
export const wholeOf = (points) => points.map(({ x, y }) => ({ x, y: x * y }))

/** A panel; `series` are { title, className, points }. */
export function drawCurves({ heading, xTitle, series }, width, height) {
  const drawn = series.filter(({ points }) => points.length > 0)
  const all = drawn.flatMap(({ points }) => points)
  const floor = height - BOTTOM - Math.ceil(drawn.length / LEGEND_COLUMNS) * LEGEND_ROW
  const x = logAxis(
    all.map((point) => point.x),
    LEFT,
    width - 8,
  )
  const y = logAxis(
    all.map((point) => point.y),
    floor,
    TOP,
  )
  return [
    text(0, 18, heading, 'heading'),
    ...x.decades.map(
      (value) =>
        line(x.place(value), TOP, x.place(value), floor, 'grid') +
        text(x.place(value), floor + 16, count(value), 'muted middle'),
    ),
    ...y.decades.map(
      (value) =>
        line(LEFT, y.place(value), width - 8, y.place(value), 'grid') +
        text(LEFT - 8, y.place(value) + 4, duration(value), 'muted end'),
    ),
    text((LEFT + width) / 2, floor + 34, xTitle, 'muted middle'),
    ...drawn.map((one) => drawSeries(one, x, y)),
    ...drawn.map((one, i) => legend(one, i, width, floor + BOTTOM)),
  ].join('')
}

function drawSeries({ title: label, className, points }, x, y) {
  const places = points.map((point) => `${x.place(point.x).toFixed(1)},${y.place(point.y).toFixed(1)}`)
  const dots = points.map((point) =>
    element(
      'circle',
      { cx: x.place(point.x), cy: y.place(point.y), r: 3 },
      title(`${label}, ${count(point.x)}: ${duration(point.y)}`),
    ),
  )
  return element('g', { class: className }, element('polyline', { points: places.join(' ') }) + dots.join(''))
}

function legend({ title: label, className }, i, width, top) {
  const x = LEFT + ((i % LEGEND_COLUMNS) * (width - LEFT)) / LEGEND_COLUMNS
  const y = top + Math.floor(i / LEGEND_COLUMNS) * LEGEND_ROW + LEGEND_ROW / 2
  const sample =
    element('polyline', { points: `${x},${y} ${x + 22},${y}` }) + element('circle', { cx: x + 11, cy: y, r: 3 })
  return element('g', { class: className }, sample) + text(x + 28, y + 4, label, 'small')
}
