// How the suite says how far it is, and lets its host breathe meanwhile.

/** Is told in words what is being done. */
export type Tell = (text: string) => void

const LONGEST_SILENCE_MS = 100

/** Counts what one part of the suite has done. */
export class Steps {
  readonly #tell: Tell
  readonly #part: string
  readonly #total: number
  #done = 0
  #told = Number.NEGATIVE_INFINITY

  constructor(tell: Tell, part: string, total: number) {
    this.#tell = tell
    this.#part = part
    this.#total = total
  }

  /** Another one begins. Gives up the turn now and then: a page that never does is not asked anything. */
  async next(): Promise<void> {
    this.#done++
    if (performance.now() - this.#told < LONGEST_SILENCE_MS) return
    this.#tell(`${this.#part} ${this.#done}/${this.#total}`)
    await new Promise((resolve) => setTimeout(resolve))
    this.#told = performance.now()
  }
}

/** What `run` gives; what it throws says what it was. */
export async function saying<T>(name: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}
