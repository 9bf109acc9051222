// The stage: the boxes of a machine, and the messages of a step on their way between them.

import { render } from 'lit-html'
import type { MachineView } from '../shared/protocol.js'
import type { Colours } from './colours.js'
import { box, element } from './dom.js'
import type { EventLog } from './event-log.js'
import { type Box, type Route, routesOf } from './routes.js'
import { type ShowMessage, stageTemplate } from './stage.js'
import { Travel } from './travel.js'

/** Messages of one step that travel; of more, every so manyth does. */
const MOST_OF_A_STEP = 240
const LONGEST_MS = 900
const SHORTEST_MS = 250
const MS_PER_SECOND = 1000
/** How much later the last message of a step sets out, in parts of the time that each needs. */
const SPREAD = 0.8

export class StageView {
  readonly #stage = box('stage')
  readonly #boxesElement = box('boxes')
  readonly #travel = new Travel(element('travel', HTMLCanvasElement))
  readonly #show: ShowMessage
  readonly #still = matchMedia('(prefers-reduced-motion: reduce)')
  #boxes = new Map<string, Box>()
  #shown: MachineView | undefined
  /** The step whose messages were sent on their way last. */
  #travelled: number | null = null
  #size = ''

  /** @param show is told which message the user wants to see */
  constructor(show: ShowMessage) {
    this.#show = show
  }

  /** Another run: nothing of the last one is left. */
  clear(): void {
    this.#travel.clear()
    this.#travel.setTrails([])
    this.#shown = undefined
    this.#travelled = null
  }

  /** Shows a machine. */
  show(view: MachineView): void {
    if (view === this.#shown) return
    this.#shown = view
    render(stageTemplate(view, this.#show), this.#boxesElement)
    this.measure()
  }

  /** Finds out where the boxes are now. */
  measure(): void {
    const corner = this.#stage.getBoundingClientRect()
    const size = `${corner.width} ${corner.height} ${devicePixelRatio}`
    if (size !== this.#size) {
      this.#size = size
      this.#travel.resize(corner.width, corner.height)
      this.#travelled = null
    }
    this.#boxes = new Map()
    for (const one of this.#boxesElement.querySelectorAll<HTMLElement>('[data-node]')) {
      const { left, top, width, height } = one.getBoundingClientRect()
      this.#boxes.set(one.dataset.node as string, { left: left - corner.left, top: top - corner.top, width, height })
    }
  }

  /**
   * Sends the messages of a step on their way, if the step was come to by stepping or playing; else their ways are shown.
   *
   * @param cameFrom the step before it, or null after a jump
   * @param speed steps in a second
   */
  travel(log: EventLog, view: MachineView, cameFrom: number | null, now: number, speed: number): void {
    if (this.#travelled === view.step) return
    const animate = cameFrom !== null && !this.#still.matches && this.#travelled !== null
    const from = animate ? Math.max(cameFrom, this.#travelled as number) : view.step - 1
    this.#travelled = view.step
    const routes = this.#routes(log, view, from)
    this.#travel.setTrails(routes)
    if (!animate) this.#travel.clear()
    else this.#launch(routes, now, Math.max(SHORTEST_MS, Math.min(LONGEST_MS, MS_PER_SECOND / speed)))
  }

  /** The ways of the messages after one step, up to that of the view. */
  #routes(log: EventLog, view: MachineView, from: number): Route[] {
    const begin = from < 0 ? 0 : log.endOf(from)
    const end = log.endOf(view.step)
    const every = Math.ceil((end - begin) / MOST_OF_A_STEP) || 1
    const routes: Route[] = []
    for (let index = begin; index < end; index += every) {
      if (log.isMessage(index)) routes.push(...routesOf(log.get(index), view, this.#boxes))
    }
    return routes
  }

  #launch(routes: readonly Route[], now: number, length: number): void {
    const each = length / (1 + SPREAD)
    for (const [i, route] of routes.entries()) {
      this.#travel.launch(route, now + (SPREAD * each * i) / routes.length, each)
    }
  }

  /** Draws what moves; whether anything does. */
  draw(now: number, colours: Colours): boolean {
    return this.#travel.draw(now, colours)
  }
}
