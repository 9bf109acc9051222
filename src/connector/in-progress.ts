// How many requests of a service are in progress, and who waits until none is.

export class InProgress {
  readonly #max: number
  readonly #idle = new Set<() => void>()
  #count = 0

  constructor(max: number) {
    this.#max = max
  }

  get count(): number {
    return this.#count
  }

  get full(): boolean {
    return this.#count >= this.#max
  }

  begin(): void {
    this.#count++
  }

  end(): void {
    if (--this.#count > 0) return
    const waiting = [...this.#idle]
    this.#idle.clear()
    for (const resolve of waiting) resolve()
  }

  /** Resolves when none is. */
  idle(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      if (this.#count === 0) return resolve()
      const done = () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const abort = () => {
        this.#idle.delete(done)
        reject(signal?.reason)
      }
      this.#idle.add(done)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }
}
