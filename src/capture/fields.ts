// The fields of a capture file, read in one byte order. Nothing reads outside of the file: the error names the place.

// A text that starts with U+FEFF starts with it: it is no mark of a byte order here.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

export class Fields {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean

  constructor(bytes: Uint8Array, little: boolean) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = little
  }

  /** Bytes of the file. */
  get length(): number {
    return this.#bytes.length
  }

  /** @throws RangeError, with the place and the name of what is read, if it does not end within the file */
  need(at: number, length: number, what: string): void {
    if (at + length > this.#bytes.length) throw new RangeError(`the capture ends inside the ${what} at byte ${at}`)
  }

  u8(at: number): number {
    return this.#view.getUint8(at)
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.#little)
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.#little)
  }

  i64(at: number): bigint {
    return this.#view.getBigInt64(at, this.#little)
  }

  /** A view, no copy. */
  part(at: number, length: number): Uint8Array {
    return this.#bytes.subarray(at, at + length)
  }

  /** UTF-8 up to a NUL or the end; what is none of it becomes U+FFFD. */
  text(at: number, length: number): string {
    const part = this.part(at, length)
    const end = part.indexOf(0)
    // A copy: browsers decode no shared memory.
    return decoder.decode(new Uint8Array(end < 0 ? part : part.subarray(0, end)))
  }
}
