// Where on the timeline the page is, and how it moves: by steps, by playing, by jumps back and forth.

import type { Session } from './session.js'

/** Steps in a second of real time. */
export const SPEEDS = [0.5, 1, 2, 5, 20, 100] as const

const MS_PER_SECOND = 1000
/** So much time is made up for, at most. */
const LONGEST_MS = 250
const ENDLESS = Number.MAX_SAFE_INTEGER

export class Playback {
  #session: Session
  cursor = 0
  /** The step before the cursor, if it came from there by stepping or playing: its messages travel. */
  cameFrom: number | null = null
  playing = false
  speed: number = 2
  /** The step that is not known yet and shall be shown as soon as it is. */
  #wanted: number | null = null
  #due = 0

  constructor(session: Session) {
    this.#session = session
  }

  /** Begins anew with another run. */
  attach(session: Session): void {
    this.#session = session
    this.cursor = 0
    this.cameFrom = null
    this.playing = false
    this.#wanted = null
  }

  /** Whether it waits for a step. */
  get waiting(): boolean {
    return this.#wanted !== null && this.#session.open
  }

  /** Whether it goes on by itself: it plays, or waits for a step. */
  get moving(): boolean {
    return this.playing || this.waiting
  }

  /** Shows a step, now or as soon as the scene has come to it. */
  goTo(step: number): void {
    const target = Math.max(0, step)
    const { last, open } = this.#session
    if (target <= last || !open) {
      // A scene that is on its way to somewhere else goes no further.
      if (this.waiting) this.#session.until(last)
      this.#wanted = null
      this.#move(Math.min(target, last))
      return
    }
    this.#wanted = target
    this.#session.until(target)
  }

  /** One step on, or back. */
  step(by: number): void {
    this.playing = false
    this.goTo(this.cursor + by)
  }

  /** To the last step that the scene has, however far that is. */
  toEnd(): void {
    this.playing = false
    this.goTo(this.#session.open ? ENDLESS : this.#session.last)
  }

  play(): void {
    this.playing = true
    this.#due = 1
    if (!this.#session.open && this.cursor === this.#session.last) this.#move(0)
  }

  /** Stops where it is; the scene goes no further. */
  pause(): void {
    this.playing = false
    this.#wanted = null
    this.#session.until(this.#session.last)
  }

  /** Moves on by so many milliseconds of real time. */
  tick(ms: number): void {
    this.#takeWanted()
    if (!this.playing) return
    // Time goes on while a step is waited for: then there are several steps to go. But a page that was hidden does not catch up.
    const longest = Math.max(1, (LONGEST_MS * this.speed) / MS_PER_SECOND)
    this.#due = Math.min(longest, this.#due + (ms * this.speed) / MS_PER_SECOND)
    const steps = Math.floor(this.#due)
    if (steps === 0 || this.waiting) return
    this.#due -= steps
    if (!this.#session.open && this.cursor >= this.#session.last) this.playing = false
    else this.goTo(this.cursor + steps)
  }

  #takeWanted(): void {
    if (this.#wanted === null) return
    const { last, open } = this.#session
    const reached = last >= this.#wanted || !open
    if (last > this.cursor) this.#move(Math.min(last, this.#wanted))
    if (reached) this.#wanted = null
  }

  #move(step: number): void {
    this.cameFrom = step > this.cursor ? this.cursor : null
    this.cursor = step
  }
}
