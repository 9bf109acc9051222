// The bytes of a WebAssembly module, read forward and written.

/** Reads bytes from `at` up to `end`, and never past it. */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at === this.end
  }

  byte(): number {
    const { at } = this
    this.skip(1)
    return this.bytes[at]!
  }

  skip(size: number): void {
    if (size > this.end - this.at)
      throw new RangeError(`${size} bytes from byte ${this.at} end behind byte ${this.end}`)
    this.at += size
  }

  /** The next `size` bytes, as a reader of their own. */
  take(size: number): Reader {
    const { at } = this
    this.skip(size)
    return new Reader(this.bytes, at, this.at)
  }

  /** An unsigned LEB128 of 32 bits. */
  u32(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  /** Any LEB128, whatever its size and sign. */
  skipNumber(): void {
    while (this.byte() >= 128);
  }

  /** What is left of it. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.at, this.end)
  }
}

/** An unsigned LEB128. */
export function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(Math.floor(value / 128))]
}

/** A signed LEB128 of a number from 0 to 2^31 - 1. */
export function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >> 7)]
}

/** Bytes with their number before them. */
export function sized(bytes: ArrayLike<number>): number[] {
  return [...leb(bytes.length), ...Array.from(bytes)]
}

/** A vector with more items. */
export function appended(vector: Uint8Array, items: readonly number[][]): number[] {
  const reader = new Reader(vector)
  return [...leb(reader.u32() + items.length), ...reader.rest(), ...items.flat()]
}
