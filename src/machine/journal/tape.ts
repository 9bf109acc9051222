// A tape: words that are only ever added, in pieces that never move.

/** Words of a piece: 1 MiB. */
const PIECE = 262144

export class Tape {
  /** The piece that is written now. */
  words = new Uint32Array(PIECE)
  /** Where its next word goes. */
  at = 0
  /** The pieces before it, as far as they were written. */
  readonly #full: Uint32Array[] = []
  #before = 0

  /** How many words there are. */
  get length(): number {
    return this.#before + this.at
  }

  /** Makes room for `count` words in one piece; the index of the first of them, in `words` as it is now. */
  take(count: number): number {
    if (this.at + count > this.words.length) this.#next(count)
    const { at } = this
    this.at = at + count
    return at
  }

  #next(count: number): void {
    this.#full.push(this.words.subarray(0, this.at))
    this.#before += this.at
    this.words = new Uint32Array(Math.max(PIECE, count))
    this.at = 0
  }

  /** One word. Those that were written last are found quickest. */
  word(index: number): number | undefined {
    if (index >= this.#before) return index < this.length ? this.words[index - this.#before] : undefined
    let from = this.#before
    for (let piece = this.#full.length - 1; piece >= 0; piece--) {
      const words = this.#full[piece] as Uint32Array
      from -= words.length
      if (index >= from) return words[index - from]
    }
    return undefined
  }

  /** Copies all words to `into`, from its index `at` on. */
  copyTo(into: Uint32Array, at: number): void {
    let to = at
    for (const piece of [...this.#full, this.words.subarray(0, this.at)]) {
      into.set(piece, to)
      to += piece.length
    }
  }
}
