// The array that was given to calls twice in a row: what it is has been looked at, so giving it once more costs a comparison. Loops that
// send or receive have one buffer, mostly.

import { firstBytes, isSteady, lengthOf } from '../uapi/typed-arrays.js'

/** No larger memory is known, and kept from being collected until another is; the last array of all is kept until the next one comes. */
const MOST_KEPT = 1 << 20

export class KnownArray {
  /** How many bytes it has. */
  length = 0
  /** The same bytes, as an array that overrides nothing. */
  view: Uint8Array = new Uint8Array(0)
  readonly #most: number
  #array: unknown = this.view
  #last: Uint8Array | undefined

  /** Of arrays with more bytes than `most` none gets known. */
  constructor(most = MOST_KEPT) {
    this.#most = most
  }

  /** Whether it is this one. When its memory is taken away the view has no bytes. */
  is(array: unknown): boolean {
    return array === this.#array && this.view.length === this.length
  }

  /** An array was given. It is looked at when it comes a second time: looking takes longer than most copies. */
  note(array: Uint8Array): void {
    if (array !== this.#last) {
      this.#last = array
      return
    }
    if (this.is(array) || !isSteady(array, MOST_KEPT) || lengthOf(array) > this.#most) return
    this.#array = array
    this.length = lengthOf(array)
    this.view = firstBytes(array, this.length)
  }
}
