// Typed arrays that grow: twice as long whenever they are full.

/** 32-bit words, added at the end. */
export class GrowingWords {
  #words = new Uint32Array(1024)
  length = 0

  /** All that was added: a view, valid until more is. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.length)
  }

  at(index: number): number {
    return this.#words[index] as number
  }

  add(words: ArrayLike<number>): void {
    this.#words = grown(this.#words, this.length + words.length)
    this.#words.set(words, this.length)
    this.length += words.length
  }

  clear(): void {
    this.length = 0
  }
}

/** Bytes, added at the end. */
export class GrowingBytes {
  #bytes = new Uint8Array(4096)
  length = 0

  /** All that was added: a view, valid until more is. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  add(bytes: Uint8Array): void {
    this.#bytes = grown(this.#bytes, this.length + bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  clear(): void {
    this.length = 0
  }
}

function grown<T extends Uint8Array | Uint32Array>(array: T, least: number): T {
  if (array.length >= least) return array
  const larger = new (array.constructor as new (length: number) => T)(Math.max(least, 2 * array.length))
  larger.set(array)
  return larger
}
