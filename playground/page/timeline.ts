// The timeline's picture: a bar for each step, as high as it has messages, red as far as copies were lost.

import type { Colours } from './colours.js'
import type { Session } from './session.js'

const GAP = 1
const WIDEST = 28

export class Timeline {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('this browser has no canvas')
    this.#canvas = canvas
    this.#context = context
  }

  draw({ steps, counts }: Session, cursor: number, colours: Colours): void {
    const canvas = this.#canvas
    const scale = Math.min(2, devicePixelRatio)
    const width = canvas.clientWidth
    const height = canvas.clientHeight
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    const context = this.#context
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, width, height)
    const columns = Math.min(steps.length, Math.floor(width / 2))
    if (columns === 0) return
    const { messages, lost, most } = summed(counts.words, steps.length, columns)
    // As the slider below puts its thumb: the first and the last step stand half a thumb inside.
    const room = Math.min(WIDEST, width / columns)
    const span = width - room
    for (let column = 0; column < columns; column++) {
      const x = columns === 1 ? 0 : (span * column) / (columns - 1)
      const full = heightOf(messages[column]!, most, height)
      const red = lost[column] === 0 ? 0 : Math.min(full, heightOf(lost[column]!, most, height))
      const here = Math.floor((cursor * columns) / steps.length) === column
      context.globalAlpha = here ? 1 : 0.55
      context.fillStyle = messages[column] === 0 ? colours.line : colours.queued
      context.fillRect(x, height - full, Math.max(1, room - GAP), full - red)
      context.fillStyle = colours.lost
      context.fillRect(x, height - red, Math.max(1, room - GAP), red)
      context.globalAlpha = 1
      if (!here) continue
      context.fillStyle = colours.text
      context.fillRect(x, 0, Math.max(1, room - GAP), 2)
    }
  }
}

/** Steps put together into as many columns as there is room for. */
function summed(words: Uint32Array, steps: number, columns: number) {
  const messages = new Float64Array(columns)
  const lost = new Float64Array(columns)
  let most = 1
  for (let step = 0; step < steps; step++) {
    const column = Math.floor((step * columns) / steps)
    messages[column]! += words[2 * step]!
    lost[column]! += words[2 * step + 1]!
    most = Math.max(most, messages[column]!)
  }
  return { messages, lost, most }
}

/** Roots, so that one message is seen beside a hundred. */
function heightOf(value: number, most: number, height: number): number {
  return value === 0 ? 2 : Math.max(4, Math.sqrt(value / most) * (height - 4))
}
