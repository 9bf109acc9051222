// Copies of a machine's memory. Memory that was never touched costs a fault of the processor for each page that is written first, many
// times what the copy itself does; so that of one image which was given back is kept for the next.

/** Memory that would be so many times too long is not kept for an image. */
const LONGEST = 2

export class Images {
  #spare: ArrayBuffer | null = null

  /** A copy of `bytes` from `start` to `end`, in the spare memory if that fits. */
  copy(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spare
    const length = end - start
    this.#spare = null
    if (spare === null || spare.byteLength < length || spare.byteLength > length * LONGEST)
      return bytes.slice(start, end)
    const image = new Uint8Array(spare, 0, length)
    image.set(bytes.subarray(start, end))
    return image
  }

  /** The memory of this image is the next one's. */
  recycle(image: Uint8Array<ArrayBuffer>): void {
    this.#spare = image.buffer
  }
}
