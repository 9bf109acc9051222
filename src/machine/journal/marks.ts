// Images of a machine on its way through a journal, so that going back is not going through all of it again.

export interface Mark {
  /** How many calls had been played. */
  readonly calls: number
  /** The word of the journal that is next. */
  readonly at: number
  readonly image: Uint8Array
}

/** Bytes of images that are kept at most, beside the first one. */
const MOST_BYTES = 64 * 1024 * 1024
const FIRST_DISTANCE = 256

export class Marks {
  readonly #first: Mark
  #later: Mark[] = []
  #bytes = 0
  /** How many calls lie between two images at least. */
  #distance = FIRST_DISTANCE

  /** The first one is always kept. */
  constructor(first: Mark) {
    this.#first = first
  }

  /** Takes an image here, if the last one is far enough away. */
  offer(calls: number, at: number, image: () => Uint8Array): void {
    const last = this.#later.at(-1) ?? this.#first
    if (calls - last.calls < this.#distance) return
    const mark = { calls, at, image: image() }
    this.#later.push(mark)
    this.#bytes += mark.image.length
    if (this.#bytes > MOST_BYTES) this.#thin()
  }

  // Every other one goes, and from now on they lie twice as far apart.
  #thin(): void {
    this.#later = this.#later.filter((_, index) => index % 2 === 1)
    this.#bytes = this.#later.reduce((sum, { image }) => sum + image.length, 0)
    this.#distance *= 2
  }

  /** The last image at or before so many calls. */
  atOrBefore(calls: number): Mark {
    let found = this.#first
    for (const mark of this.#later) if (mark.calls <= calls) found = mark
    return found
  }
}
