// Bytes that come piece by piece, in one array that doubles when it is full.

const FIRST_BYTES = 1024

export class GrowingBytes {
  #array = new Uint8Array(FIRST_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Adds `length` zeros and gives them as an array to write into, valid until the next call. */
  extend(length: number): Uint8Array {
    const start = this.#length
    if (start + length > this.#array.length) this.#grow(start + length)
    this.#length = start + length
    return this.#array.subarray(start, start + length)
  }

  /** A copy of what came from `from` on. */
  copy(from: number): Uint8Array {
    return this.#array.slice(from, this.#length)
  }

  /** Forgets everything. */
  clear(): void {
    this.#array = new Uint8Array(FIRST_BYTES)
    this.#length = 0
  }

  #grow(least: number): void {
    const array = new Uint8Array(Math.max(least, this.#array.length * 2))
    array.set(this.#array.subarray(0, this.#length))
    this.#array = array
  }
}
