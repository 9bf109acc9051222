// The messages on their way, drawn on a canvas above the boxes. A message is a few numbers in one array, never an object.

import { TAP_VERDICTS } from '../../src/api/tap.js'
import { LOST } from '../shared/event-rows.js'
import type { Colours } from './colours.js'
import type { Route } from './routes.js'

/** So many travel at once; more would be a cloud anyway. The oldest make room. */
export const MOST_TRAVELLING = 4096
/** Ways of the step that stay to be seen. */
const MOST_TRAILS = 60
/** Numbers of one message: begin, length of time, six of its way, its verdict. */
const STRIDE = 9
const FAR = 0.82
const DOT = 4
/** Above this many, dots are squares: they are quicker to draw. */
const MANY = 400

const IS_LOST = TAP_VERDICTS.map((verdict) => LOST.includes(verdict))
const HANDLED = TAP_VERDICTS.indexOf('handled')
const DELAYED = TAP_VERDICTS.indexOf('delayed')
const FILTERED = TAP_VERDICTS.indexOf('filtered')

export class Travel {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #pool = new Float64Array(MOST_TRAVELLING * STRIDE)
  #next = 0
  /** Until when anything moves. */
  #busyUntil = 0
  #trails: readonly Route[] = []
  #stale = true
  #scale = 1

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('this browser has no canvas')
    this.#canvas = canvas
    this.#context = context
  }

  /** How many messages are on their way now. */
  moving(now: number): number {
    let count = 0
    for (let at = 0; at < this.#pool.length; at += STRIDE) {
      if (this.#pool[at]! + this.#pool[at + 1]! > now) count++
    }
    return count
  }

  /** The canvas has another size, in pixels of the page. */
  resize(width: number, height: number): void {
    this.#scale = Math.min(2, devicePixelRatio)
    this.#canvas.width = Math.round(width * this.#scale)
    this.#canvas.height = Math.round(height * this.#scale)
    this.#stale = true
  }

  /** The ways that stay to be seen, until they are replaced. */
  setTrails(routes: readonly Route[]): void {
    this.#trails = routes.slice(0, MOST_TRAILS)
    this.#stale = true
  }

  /** A message sets out. Times are those of requestAnimationFrame. */
  launch({ points, verdict }: Route, begin: number, length: number): void {
    const at = this.#next * STRIDE
    this.#next = (this.#next + 1) % MOST_TRAVELLING
    this.#pool[at] = begin
    this.#pool[at + 1] = length
    this.#pool.set(points, at + 2)
    this.#pool[at + 8] = verdict
    this.#busyUntil = Math.max(this.#busyUntil, begin + length)
  }

  /** Nothing moves any more. */
  clear(): void {
    this.#pool.fill(0)
    this.#busyUntil = 0
    this.#stale = true
  }

  /** Draws what is to be seen now; false if nothing moves, then nothing was drawn unless something else has changed. */
  draw(now: number, colours: Colours): boolean {
    const busy = now < this.#busyUntil
    if (!busy && !this.#stale) return false
    this.#stale = busy
    const context = this.#context
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#drawTrails(colours)
    if (busy) this.#drawMoving(now, colours)
    return busy
  }

  #drawTrails(colours: Colours): void {
    const context = this.#context
    context.lineWidth = 1.5
    context.globalAlpha = 0.45
    for (const { points, verdict } of this.#trails) {
      const [x0, y0, x1, y1, x2, y2] = points
      const lost = IS_LOST[verdict] === true
      context.strokeStyle = colourOf(verdict, colours)
      context.setLineDash(lost ? [3, 4] : [])
      context.beginPath()
      context.moveTo(x0, y0)
      if (x1 === x2 && y1 === y2) context.lineTo(x2, y2)
      else context.quadraticCurveTo(x1, y1, x2, y2)
      context.stroke()
    }
    context.setLineDash([])
    context.globalAlpha = 1
    for (const { points, verdict } of this.#trails) this.#mark(points[4], points[5], verdict, colours)
  }

  #drawMoving(now: number, colours: Colours): void {
    const pool = this.#pool
    const many = this.moving(now) > MANY
    for (let at = 0; at < pool.length; at += STRIDE) {
      const share = (now - pool[at]!) / pool[at + 1]!
      if (!(share >= 0 && share < 1)) continue
      const verdict = pool[at + 8]!
      const along = IS_LOST[verdict] ? Math.min(share, FAR) : share
      const t = along * along * (3 - 2 * along)
      const u = 1 - t
      const x = u * u * pool[at + 2]! + 2 * u * t * pool[at + 4]! + t * t * pool[at + 6]!
      const y = u * u * pool[at + 3]! + 2 * u * t * pool[at + 5]! + t * t * pool[at + 7]!
      if (many) {
        this.#context.fillStyle = colourOf(verdict, colours)
        this.#context.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT)
      } else if (IS_LOST[verdict] && share >= FAR) this.#mark(x, y, verdict, colours)
      else this.#dot(x, y, verdict, colours)
    }
  }

  /** Shapes tell verdicts apart, not only colours: a cross is lost, a ring is late, a square was handled. */
  #dot(x: number, y: number, verdict: number, colours: Colours): void {
    const context = this.#context
    context.fillStyle = colourOf(verdict, colours)
    context.strokeStyle = context.fillStyle
    context.lineWidth = 2
    context.beginPath()
    if (verdict === HANDLED) context.rect(x - DOT, y - DOT, 2 * DOT, 2 * DOT)
    else context.arc(x, y, DOT, 0, 2 * Math.PI)
    if (verdict === DELAYED) context.stroke()
    else context.fill()
  }

  #mark(x: number, y: number, verdict: number, colours: Colours): void {
    if (!IS_LOST[verdict]) {
      this.#dot(x, y, verdict, colours)
      return
    }
    const context = this.#context
    context.strokeStyle = colours.lost
    context.lineWidth = 2.5
    context.beginPath()
    context.moveTo(x - DOT, y - DOT)
    context.lineTo(x + DOT, y + DOT)
    context.moveTo(x + DOT, y - DOT)
    context.lineTo(x - DOT, y + DOT)
    context.stroke()
  }
}

function colourOf(verdict: number, colours: Colours): string {
  if (IS_LOST[verdict]) return colours.lost
  if (verdict === HANDLED) return colours.handled
  if (verdict === DELAYED) return colours.late
  return verdict === FILTERED ? colours.quiet : colours.queued
}
