// One timer of the virtual clock for all requests of a client: armed for the earliest deadline, off while nobody has one.

import type { CoreKernel, Timer } from '../api.js'
import { check } from '../user/errors.js'

export class DeadlineTimer {
  readonly #kernel: CoreKernel
  readonly #due: () => void
  #timer: Timer | undefined

  constructor(kernel: CoreKernel, due: () => void) {
    this.#kernel = kernel
    this.#due = due
  }

  /** The jiffy that is at least `ms` away; Infinity is for ever. */
  jiffyIn(ms: number): number {
    return ms === Number.POSITIVE_INFINITY ? ms : Math.ceil(this.#kernel.clock.now + ms)
  }

  /** Fires at `deadline` at the latest. SystemError ENOMEM if there is no timer to be had. */
  arm(deadline: number): void {
    if (deadline === Number.POSITIVE_INFINITY) return
    this.#timer ??= this.#kernel.timer_setup(this.#due)
    if (this.#timer.pending && this.#timer.expires <= deadline) return
    check(this.#kernel.mod_timer(this.#timer, deadline), 'mod_timer')
  }

  cancel(): void {
    if (this.#timer !== undefined) this.#kernel.del_timer(this.#timer)
  }
}
