// The plots: what happened at each step, and how it adds up.

import uPlot from 'uplot'
import type { StepRecord } from '../../shared/protocol.js'
import type { Colours } from '../colours.js'
import { count } from '../words.js'

const HEIGHT = 150
const KIB = 1024
/** More points than pixels: then steps are left out. */
const MOST_POINTS = 2000

interface Series {
  readonly label: string
  readonly colour: keyof Colours
  /** The value at a step; `before` is the step before it, or itself at the first one. */
  readonly value: (step: StepRecord, before: StepRecord) => number
}

interface Plan {
  readonly title: string
  readonly series: readonly Series[]
}

const PLANS: readonly Plan[] = [
  {
    title: 'Messages at each step',
    series: [
      { label: 'sent', colour: 'text', value: ({ sample }, before) => sample.messages - before.sample.messages },
      {
        label: 'delivered',
        colour: 'queued',
        value: ({ sample }, before) => sample.delivered - before.sample.delivered,
      },
      { label: 'lost', colour: 'lost', value: ({ sample }, before) => sample.dropped - before.sample.dropped },
    ],
  },
  {
    title: 'Receive buffers',
    series: [
      { label: 'queued, KiB', colour: 'queued', value: ({ sample }) => sample.queued / KIB },
      { label: 'fullest, %', colour: 'late', value: ({ sample }) => sample.fullest },
    ],
  },
  {
    title: 'Memory of the machine',
    series: [{ label: 'in use, KiB', colour: 'handled', value: ({ sample }) => sample.memory / KIB }],
  },
]

/** The plots, in an element that is on the page. */
export class Plots {
  readonly #into: HTMLElement
  #plots: uPlot[] = []
  #colours: Colours | undefined
  #drawn = ''

  constructor(into: HTMLElement) {
    this.#into = into
  }

  /** Draws steps; nothing happens if nothing has changed. A pane that is hidden has no width, and is drawn later. */
  draw(steps: readonly StepRecord[], cursor: number, colours: Colours): void {
    const width = this.#into.clientWidth
    const state = `${steps.length} ${cursor} ${width}`
    if (width === 0 || steps.length === 0 || (state === this.#drawn && colours === this.#colours)) return
    if (colours !== this.#colours || this.#plots.length === 0) this.#make(colours)
    this.#drawn = state
    const every = Math.ceil(steps.length / MOST_POINTS)
    const shown = steps.filter((_, i) => i % every === 0)
    const across = columns(width)
    for (const [i, plan] of PLANS.entries()) {
      const plot = this.#plots[i] as uPlot
      plot.setSize({ width: Math.floor(width / across) - 16, height: HEIGHT })
      plot.setData(dataOf(plan, shown))
      plot.setCursor({ left: plot.valToPos(cursor, 'x'), top: 0 })
    }
  }

  #make(colours: Colours): void {
    for (const plot of this.#plots) plot.destroy()
    this.#into.replaceChildren()
    this.#colours = colours
    this.#plots = PLANS.map((plan) => {
      const figure = document.createElement('figure')
      figure.setAttribute('role', 'img')
      const caption = document.createElement('figcaption')
      caption.textContent = plan.title
      figure.setAttribute(
        'aria-label',
        `${plan.title}: ${plan.series.map(({ label }) => label).join(', ')}. The table below has the numbers.`,
      )
      figure.append(caption)
      this.#into.append(figure)
      return new uPlot(optionsOf(plan, colours), [[], ...plan.series.map(() => [])], figure)
    })
  }
}

const columns = (width: number) => (width > 680 ? 3 : width > 480 ? 2 : 1)

function dataOf({ series }: Plan, steps: readonly StepRecord[]): uPlot.AlignedData {
  const x = steps.map(({ index }) => index)
  return [x, ...series.map(({ value }) => steps.map((step, i) => value(step, steps[Math.max(0, i - 1)] as StepRecord)))]
}

function optionsOf({ series }: Plan, colours: Colours): uPlot.Options {
  const axis = {
    stroke: colours.quiet,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
  }
  return {
    width: 300,
    height: HEIGHT,
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { live: false },
    scales: { x: { time: false }, y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 1) * 1.1)] } },
    axes: [axis, { ...axis, size: 44 }],
    series: [
      { label: 'step' },
      ...series.map(({ label, colour }) => ({ label, stroke: colours[colour], width: 1.5, points: { show: false } })),
    ],
  }
}

/** The numbers of a step, for those who cannot see a plot, and for those who want them exactly. */
export function numbersOf({ sample, time }: StepRecord): readonly (readonly [string, string])[] {
  return [
    ['virtual time', `${Number(time) / 1e6} ms`],
    ['messages sent', count(sample.messages)],
    ['copies delivered', count(sample.delivered)],
    ['copies lost', count(sample.dropped)],
    ['bytes in receive buffers', count(sample.queued)],
    ['the fullest receive buffer', `${Math.round(sample.fullest)} %`],
    ['bytes of memory in use', count(sample.memory)],
  ]
}
