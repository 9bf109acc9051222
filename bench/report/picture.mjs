// The picture of a run: the ratios against their goals, and what grows with listeners and sockets. One SVG with its own
// colours for light and for dark.
import { LEVELS } from '../goals.mjs'
import { drawCurves, pointsOf, wholeOf } from './curves.mjs'
import { drawRatios, mark } from './ratios.mjs'
import { element, text } from './svg.mjs'

const WIDTH = 1080
const MARGIN = 24
const INNER = WIDTH - 2 * MARGIN
const GAP = 40
const CURVES = 360
const HEAD = 76

const STYLE = `
svg { --paper: #ffffff; --ink: #1f2328; --muted: #59636e; --grid: #dde1e6; --ours: #0a58ca; --theirs: #b35900; --pale: #cfe0fa }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --ink: #e6edf3; --muted: #9198a1; --grid: #2a313a; --ours: #6cb0ff; --theirs: #f0a04b; --pale: #16345c }
}
.paper { fill: var(--paper) }
text { fill: var(--ink); font: 12px system-ui, sans-serif }
.heading { font-weight: 600; font-size: 14px }
.muted, .small { font-size: 11px }
.muted { fill: var(--muted) }
.middle { text-anchor: middle }
.end { text-anchor: end }
.figure { font-weight: 600; font-variant-numeric: tabular-nums }
.grid { stroke: var(--grid) }
.one { stroke: var(--muted) }
.met { fill: var(--ours) }
.without { fill: var(--muted) }
.missed { fill: var(--pale); stroke: var(--theirs); stroke-dasharray: 3 2 }
.mark { stroke: var(--ink) }
.must { stroke-width: 3 }
.aim { stroke-width: 1.2 }
.dream { fill: var(--paper); stroke-width: 1.2 }
polyline { fill: none; stroke-width: 2 }
circle { stroke-width: 1.5; fill: var(--paper) }
.ours { stroke: var(--ours) }
.theirs { stroke: var(--theirs) }
.whole polyline { stroke-dasharray: 6 4 }
`

/** The SVG's text. `run` is what `--json` writes: { machine, passes, quick, rows }. */
export function drawPicture({ machine, passes, quick, rows }) {
  const panels = curvePanels(rows)
  const ratios = drawRatios(rows, INNER)
  const below = HEAD + ratios.height + GAP / 2
  const height = below + (panels.length > 0 ? CURVES + MARGIN : 0)
  const width = (INNER - GAP * (panels.length - 1)) / panels.length
  const content = [
    element('style', {}, STYLE),
    element('rect', { width: WIDTH, height, class: 'paper' }),
    at(MARGIN, 0, head({ machine, passes, quick })),
    at(MARGIN, HEAD, ratios.content),
    ...panels.map((panel, i) => at(MARGIN + i * (width + GAP), below, drawCurves(panel, width, CURVES))),
  ]
  const label = 'kernel-connector against its rivals and its goals'
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${height}`,
    role: 'img',
    'aria-label': label,
  }
  return `${element('svg', { ...attributes, width: WIDTH, height }, content.join('\n'))}\n`
}

const at = (x, y, content) => element('g', { transform: `translate(${x} ${y})` }, content)

function head({ machine, passes, quick }) {
  const { cpu, cores, system, node, chromium } = machine
  const where = `${cpu}, ${cores} cores, ${system}, Node ${node}${chromium ? `, Chromium ${chromium}` : ''}`
  const how = `${passes} interleaved passes, each figure from a fresh process; ratios of minima${quick ? '; quick: no figures to quote' : ''}`
  let x = 0
  const keys = [...LEVELS.map((level) => [level, mark(level, 6, 0)]), ['must missed', dashed], ['no goal', plain]]
  const legend = keys.map(([words, sign]) => {
    const one = at(x, 62, sign + text(24, 4, words, 'small'))
    x += 44 + words.length * 6.5
    return one
  })
  return text(0, 22, where, 'muted') + text(0, 40, how, 'muted') + legend.join('')
}

const dashed = element('rect', { x: -2, y: -5, width: 18, height: 10, class: 'missed' })
const plain = element('rect', { x: -2, y: -5, width: 18, height: 10, class: 'without' })

function curvePanels(rows) {
  const listeners = pointsOf(rows, 'listeners')
  const sockets = pointsOf(rows, 'sockets')
  return [
    {
      heading: 'A multicast of 64 B',
      xTitle: 'listeners',
      series: [
        { title: 'Linux, per listener', className: 'theirs', points: listeners.linux },
        { title: 'here, per listener', className: 'ours', points: listeners.ours },
        { title: 'Linux, whole send', className: 'theirs whole', points: wholeOf(listeners.linux) },
        { title: 'here, whole send', className: 'ours whole', points: wholeOf(listeners.ours) },
      ],
    },
    {
      heading: 'send + recv of 64 B at random',
      xTitle: 'sockets',
      series: [
        { title: 'Linux', className: 'theirs', points: sockets.linux },
        { title: 'here', className: 'ours', points: sockets.ours },
      ],
    },
  ].filter(({ series }) => series.some(({ points }) => points.length > 1))
}
