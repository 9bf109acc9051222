// A tape: words that are only ever added, in pieces that never move.

import { DenseReader } from './dense.js'

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
  /** Where sends and receives begin (dense.ts), but for those like the last one that follow another such. */
  #marks = new Uint32Array(1024)
  #marked = 0
  /** Where the last of those ended. */
  #likeEnd = -1
  /** Words that whole records have more than those on the tape. */
  #saved = 0

  /** How many words there are, in whole records. */
  get length(): number {
    return this.#before + this.at + this.#saved
  }

  /** A send or a receive begins here. */
  mark(): void {
    if (this.#marked === this.#marks.length) {
      const more = new Uint32Array(this.#marked * 2)
      more.set(this.#marks)
      this.#marks = more
    }
    this.#marks[this.#marked++] = this.#before + this.at
  }

  /** A send or a receive like the last one begins here. */
  markLike(): void {
    if (this.#before + this.at !== this.#likeEnd) this.mark()
  }

  /** It was taken last, ends at `end`, and stands for a record of so many words more. */
  endLike(end: number, saved: number): void {
    this.at = end
    this.#saved += saved
    this.#likeEnd = this.#before + end
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

  /** Copies all words to `into`, from its index `at` on, as whole records. */
  copyTo(into: Uint32Array, at: number, opcodes: { send: number; recv: number }): void {
    const reader = new DenseReader(this.#flat(), into, at, opcodes)
    for (let index = 0; index < this.#marked; index++) reader.record(this.#marks[index] as number)
    reader.rest()
  }

  #flat(): Uint32Array {
    const flat = new Uint32Array(this.#before + this.at)
    let to = 0
    for (const piece of [...this.#full, this.words.subarray(0, this.at)]) {
      flat.set(piece, to)
      to += piece.length
    }
    return flat
  }
}
