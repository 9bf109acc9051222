// The bytes of a batch: one buffer, which is handed over and not copied again.

const NO_BYTES = new Uint8Array(0)

/** Puts parts one behind another into a buffer of their own; null if there are none. A part that is alone and fills its buffer is taken as it is. */
export function joinBytes(parts: readonly Uint8Array[]): ArrayBuffer | null {
  let total = 0
  for (const part of parts) total += part.length
  if (total === 0) return null
  const only = parts.find((part) => part.length === total)
  if (only !== undefined && only.buffer instanceof ArrayBuffer && only.buffer.byteLength === total) return only.buffer
  const joined = new Uint8Array(total)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined.buffer
}

/** Hands out the bytes of a batch from its beginning. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(buffer: ArrayBuffer | null) {
    this.#bytes = buffer === null ? NO_BYTES : new Uint8Array(buffer)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** The next bytes, as a view; undefined if there are not so many. */
  take(length: number): Uint8Array | undefined {
    if (!Number.isInteger(length) || length < 0 || length > this.left) return undefined
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

/** Copies bytes into buffers, one after another, as far as they go. */
export function scatter(bytes: Uint8Array, into: readonly Uint8Array[]): void {
  let at = 0
  for (const buffer of into) {
    const part = bytes.subarray(at, at + buffer.length)
    buffer.set(part)
    at += part.length
  }
}
