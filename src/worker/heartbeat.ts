// Whether the other end is still there, where the host does not say so.

/** Counts silence in real time. */
export class Heartbeat {
  readonly #timer: ReturnType<typeof setInterval> | undefined
  #heard = true
  #asked = false

  /** @param interval milliseconds, 0 for never */
  constructor(interval: number, ask: () => void, gone: () => void) {
    if (interval === 0) return
    this.#timer = setInterval(() => {
      if (this.#heard) this.#heard = false
      else if (this.#asked) gone()
      else {
        this.#asked = true
        ask()
      }
    }, interval)
    // In Node it would keep the process alive.
    ;(this.#timer as { unref?(): void }).unref?.()
  }

  /** The other end has said something. */
  heard(): void {
    this.#heard = true
  }

  /** It has answered. @returns whether it was asked */
  answered(): boolean {
    const asked = this.#asked
    this.#asked = false
    return asked
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
