// How the program of a shared socket waits for the kernel, and wakes it.

import { EAGAIN, ECONNRESET } from '../uapi/index.js'
import {
  BELL_SIGNAL,
  KERNEL_ASYNC,
  KERNEL_BEAT,
  KERNEL_BLOCKED,
  KERNEL_SIGNAL,
  KERNEL_WANTED,
  PROGRAM_SIGNAL,
} from './ring-memory.js'
import { blockOn, signal, whenChanged } from './shared-word.js'

/** Whoever blocks looks so often whether the kernel's worker lives, in milliseconds. */
const LOOK_EVERY = 500

export class ProgramSleep {
  readonly #control: Int32Array
  readonly #bell: Int32Array
  readonly #silence: number

  constructor(control: Int32Array, bell: Int32Array, silence: number) {
    this.#control = control
    this.#bell = bell
    this.#silence = silence
  }

  /** The kernel sleeps, and there is something to do. */
  wakeKernel(): void {
    const asked = Atomics.exchange(this.#control, KERNEL_WANTED, 0)
    if (asked & KERNEL_ASYNC) signal(this.#control, KERNEL_SIGNAL)
    if (asked & KERNEL_BLOCKED) signal(this.#bell, BELL_SIGNAL)
  }

  // What is read here is read before there is another look: a change meanwhile is noticed.
  #want(wanted: number): number {
    const seen = Atomics.load(this.#control, PROGRAM_SIGNAL)
    Atomics.store(this.#control, wanted, 1)
    return seen
  }

  /**
   * Blocks this thread until `look` gives something else than -EAGAIN, or time is over: what it gave.
   * @throws TypeError in a page's own thread
   */
  block(look: () => number, wanted: number, milliseconds = Number.POSITIVE_INFINITY): number {
    if (typeof milliseconds !== 'number') throw new TypeError('milliseconds must be a number')
    const end = performance.now() + milliseconds
    let beat = Atomics.load(this.#control, KERNEL_BEAT)
    let heard = performance.now()
    for (let result = look(); ; result = look()) {
      if (result !== -EAGAIN) return result
      const seen = this.#want(wanted)
      result = look()
      const now = performance.now()
      if (result !== -EAGAIN || !(now < end)) return result
      const latest = Atomics.load(this.#control, KERNEL_BEAT)
      if (latest !== beat) heard = now
      else if (this.#silence > 0 && now - heard > this.#silence) return -ECONNRESET
      beat = latest
      blockOn(this.#control, PROGRAM_SIGNAL, seen, Math.min(end - now, LOOK_EVERY))
    }
  }

  /** Resolves when `ready` is true. Rejects with the signal's reason, and with what `ready` throws. */
  async until(ready: () => boolean, wanted: number, abort: AbortSignal | undefined): Promise<void> {
    const wake = () => signal(this.#control, PROGRAM_SIGNAL)
    abort?.addEventListener('abort', wake)
    try {
      for (;;) {
        abort?.throwIfAborted()
        const seen = this.#want(wanted)
        if (ready()) return
        await whenChanged(this.#control, PROGRAM_SIGNAL, seen)
      }
    } finally {
      abort?.removeEventListener('abort', wake)
    }
  }
}
