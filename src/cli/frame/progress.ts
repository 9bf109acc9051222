// A line on a terminal that says how far the work is.

import type { Stream } from './surroundings.js'

/** To the start of the line; and what is behind is wiped. */
const START = '\r'
const WIPE = '\x1b[K'

/** A line that is written over, on a terminal; on anything else nothing is written. */
export class Progress {
  readonly #terminal: Stream | undefined
  readonly #interval: number
  #last = Number.NEGATIVE_INFINITY
  #shown = false

  /** @param interval the least milliseconds between two changes of the line; by default every one is shown */
  constructor(stream: Stream, interval = 0) {
    this.#terminal = stream.isTTY ? stream : undefined
    this.#interval = interval
  }

  /** @param text made only if it is shown */
  show(text: () => string): void {
    if (this.#terminal === undefined) return
    const now = performance.now()
    if (now - this.#last < this.#interval) return
    this.#last = now
    this.#shown = true
    this.#terminal.write(`${START}${text()}${WIPE}`)
  }

  /** Wipes the line, before something else is written and at the end. */
  clear(): void {
    if (this.#shown) this.#terminal?.write(`${START}${WIPE}`)
    this.#shown = false
  }
}

/** `playing events: 12 % (1 of 8)` */
export function share(what: string, done: number, total: number): string {
  return `${what}: ${Math.floor((100 * done) / total)} % (${done} of ${total})`
}
