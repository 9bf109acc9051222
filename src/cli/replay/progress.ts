// The line on a terminal that tells how far the replay is.

interface Terminal {
  write(text: string): unknown
}

/** To the start of the line, and clear it. */
const CLEAR = '\r\u001b[K'

export class Progress {
  readonly #total: number
  readonly #terminal: Terminal | undefined
  #done = 0

  /** Without a terminal nothing is shown. */
  constructor(total: number, terminal: Terminal | undefined) {
    this.#total = total
    this.#terminal = terminal
  }

  next(name: string): void {
    this.#done++
    this.#terminal?.write(`${CLEAR}${this.#done}/${this.#total} ${name}`)
  }

  clear(): void {
    this.#terminal?.write(CLEAR)
  }
}
