// Waiting for nothing but time.

import type { Machine } from '../machine/index.js'
import { startTimer } from './virtual-timer.js'
import type { Wait, Waiters } from './waiters.js'

interface SleepInit {
  readonly waiters: Waiters
  readonly machine: Machine
  readonly milliseconds: number
  readonly signal: AbortSignal | undefined
  resolve(): void
  reject(error: unknown): void
}

/** One sleep. Its time counts from its first turn. */
export class Sleep implements Wait {
  readonly socket = 0
  readonly what = 0
  readonly #init: SleepInit
  #begun = false
  #due: boolean
  #settled = false
  #stopTimer: (() => void) | undefined

  constructor(init: SleepInit) {
    this.#init = init
    this.#due = init.milliseconds === 0
  }

  resume(): void {
    const { signal, resolve } = this.#init
    if (this.#settled) return
    if (signal?.aborted) this.cancel(signal.reason)
    else if (this.#due) this.#end(resolve)
    else if (!this.#begun) this.#begin()
  }

  /** It ends with this error, now. */
  cancel(error: unknown): void {
    this.#end(() => this.#init.reject(error))
  }

  #begin(): void {
    const { machine, milliseconds, signal } = this.#init
    this.#begun = true
    try {
      this.#stopTimer = startTimer(machine, milliseconds, () => {
        this.#due = true
        this.#wake()
      })
    } catch (error) {
      this.cancel(error)
      return
    }
    signal?.addEventListener('abort', this.#wake, { once: true })
  }

  // A timer that came back when time went backwards may wake a sleep that has ended.
  readonly #wake = (): void => {
    if (this.#settled) return
    const { scheduler } = this.#init.waiters
    if (scheduler === undefined) this.resume()
    else scheduler.ready(this)
  }

  #end(finish: () => void): void {
    if (this.#settled) return
    this.#settled = true
    this.#stopTimer?.()
    this.#init.signal?.removeEventListener('abort', this.#wake)
    this.#init.waiters.ended(this)
    finish()
  }
}
