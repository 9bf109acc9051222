// The end of a ring that reads. Whoever writes may write anything, at any moment: each word is read once, and looked at before it is used.

import { ERROR_LENGTH, RECORD_HEADER, type Ring, recordBytes, WRAP } from './ring-memory.js'
import { Violation } from './violation.js'

export class RingReader {
  readonly ring: Ring
  readonly #capacity: number
  readonly #mask: number
  readonly #most: number
  /** What was read, taken back or not, and what was written as it was last seen; 32 bits with a sign. */
  #head: number
  #tail: number
  #next = 0
  #published: number
  /** Where the record begins that was looked at last. */
  at = 0

  /** @param most bytes of one record */
  constructor(ring: Ring, most: number) {
    this.ring = ring
    this.#capacity = ring.bytes.length
    this.#mask = this.#capacity - 1
    this.#most = most
    this.#head = Atomics.load(ring.control, ring.words.head)
    this.#tail = this.#head
    this.#published = this.#head
  }

  /** Whether there is nothing to read, after a look at what the writer has published. @throws Violation */
  get empty(): boolean {
    return this.#head === this.#tail && !this.#look()
  }

  #look(): boolean {
    const tail = Atomics.load(this.ring.control, this.ring.words.tail)
    const written = (tail - this.#head) | 0
    if (written < 0 || written > this.#capacity || (tail & 7) !== 0) {
      throw new Violation('a ring that was written too far')
    }
    this.#tail = tail
    return written > 0
  }

  /**
   * The length of the next record, which is then at `at`; -1 if there is none.
   * @throws Violation
   */
  next(): number {
    if (this.empty) return -1
    const at = this.#head & this.#mask
    const length = this.ring.numbers[at >>> 2] as number
    return length <= this.#most ? this.#found(this.#head, at, length, length) : this.#special(at, length)
  }

  // The ring's end, a record without bytes, or nothing that there is.
  #special(at: number, length: number): number {
    if (length === ERROR_LENGTH) return this.#found(this.#head, at, 0, length)
    const first = this.ring.numbers[0] as number
    const bytes = first === ERROR_LENGTH ? 0 : first
    if (length !== WRAP || bytes > this.#most) throw new Violation('a record that is longer than any')
    return this.#found((this.#head + this.#capacity - at) | 0, 0, bytes, first)
  }

  #found(start: number, at: number, bytes: number, length: number): number {
    const size = recordBytes(bytes)
    if (size > ((this.#tail - start) | 0) || at + size > this.#capacity) {
      throw new Violation('a record that is longer than what was written')
    }
    this.at = at
    this.#next = (start + size) | 0
    return length
  }

  /** Where the bytes of that record begin. */
  get data(): number {
    return this.at + RECORD_HEADER
  }

  /** Bytes that were not taken yet, as far as is known. */
  get used(): number {
    return (this.#tail - this.#head) | 0
  }

  /** Goes on behind that record. Its writer may have its room back when that is published. */
  take(): void {
    this.#head = this.#next
  }

  /** Gives the room of what was taken back; whether there was any. */
  publish(): boolean {
    if (this.#published === this.#head) return false
    this.#published = this.#head
    Atomics.store(this.ring.control, this.ring.words.head, this.#head)
    return true
  }
}
