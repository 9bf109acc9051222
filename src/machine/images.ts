// Copies of a machine's memory. Memory that was never touched costs a fault of the processor for each page that is written first, many
// times what the copy itself does; so that of one image which was given back is kept for the next.

import { copyImage } from './copy-image.js'

/** Memory that would be so many times too long is not kept for an image. */
const LONGEST = 2

export class Images {
  #spare: ArrayBuffer | null = null

  /** A copy of what a machine knows, in the spare memory if that fits. Free pages hold zeros, or what was in the spare memory. */
  copy(state: Uint8Array): Uint8Array<ArrayBuffer> {
    const { length } = state
    const spare = this.#spare
    this.#spare = null
    const fits = spare !== null && spare.byteLength >= length && spare.byteLength <= length * LONGEST
    const image = fits ? new Uint8Array(spare, 0, length) : new Uint8Array(length)
    copyImage(state, image, 0)
    return image
  }

  /** The memory of this image is the next one's. */
  recycle(image: Uint8Array<ArrayBuffer>): void {
    this.#spare = image.buffer
  }
}
