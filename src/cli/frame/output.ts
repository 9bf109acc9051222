// Lines on their way to stdout: written in large pieces, and not faster than they are read.

import type { Stream } from './surroundings.js'

/** When so many characters wait, they are written. */
const PIECE = 1 << 14

export class Output {
  readonly #stream: Stream
  #waiting = ''

  constructor(stream: Stream) {
    this.#stream = stream
  }

  /** Adds a line. It is written with the next full piece, or by flush(). */
  line(text: string): void {
    this.#waiting += `${text}\n`
  }

  /** Whether enough waits to be written. */
  get full(): boolean {
    return this.#waiting.length >= PIECE
  }

  /** Writes what waits, and comes back when the stream takes more. Other events (a closed pipe, Ctrl-C) are served meanwhile. */
  async flush(): Promise<void> {
    const text = this.#waiting
    this.#waiting = ''
    const stream = this.#stream
    if (text !== '' && stream.write(text) === false && stream.once !== undefined) {
      await new Promise<void>((resolve) => void stream.once?.('drain', resolve))
    }
    await new Promise<void>((resolve) => void setImmediate(resolve))
  }
}
