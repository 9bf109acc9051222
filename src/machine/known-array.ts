// The array that was given to calls twice in a row: what it is has been looked at, so giving it once more costs a comparison. Loops that
// send or receive have one buffer, mostly.

import { firstBytes, isSteady, lengthOf } from '../uapi/typed-arrays.js'

/** No larger memory is kept from being collected. */
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

  /** Another one was given. */
  note(array: Uint8Array): void {
    const again = array === this.#last
    this.#last = isSteady(array, MOST_KEPT) ? array : undefined
    if (!again || this.#last === undefined || lengthOf(array) > this.#most) return
    this.#array = array
    this.length = lengthOf(array)
    this.view = firstBytes(array, this.length)
  }
}
