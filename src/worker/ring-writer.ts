// The end of a ring that writes. It believes nothing but its own tail: a reader who lies about its head loses its own records.

import { type Ring, recordBytes, WRAP } from './ring-memory.js'
import { Violation } from './violation.js'

export class RingWriter {
  readonly ring: Ring
  readonly #capacity: number
  readonly #mask: number
  /** Bytes written, published or not, and bytes read as they were last seen; 32 bits with a sign. */
  #tail: number
  #head: number
  #next = 0
  #published: number

  constructor(ring: Ring) {
    this.ring = ring
    this.#capacity = ring.bytes.length
    this.#mask = this.#capacity - 1
    this.#tail = Atomics.load(ring.control, ring.words.tail)
    this.#head = Atomics.load(ring.control, ring.words.head)
    this.#published = this.#tail
  }

  /** How far the reader had read when it was last looked at. */
  get head(): number {
    return this.#head
  }

  /**
   * Where a record with `length` bytes may begin; -1 if there is no room for it.
   * @throws Violation if the reader has read what was never written
   */
  place(length: number): number {
    const size = recordBytes(length)
    let at = this.#tail & this.#mask
    const left = this.#capacity - at
    const skipped = left < size ? left : 0
    if (!this.#fits(skipped + size)) return -1
    if (skipped > 0) {
      this.ring.numbers[at >>> 2] = WRAP
      at = 0
    }
    this.#next = (this.#tail + skipped + size) | 0
    return at
  }

  /** The record that was placed is written. Nobody sees it before it is published. */
  commit(): void {
    this.#tail = this.#next
  }

  #fits(size: number): boolean {
    const free = this.#capacity - size
    if (((this.#tail - this.#head) | 0) <= free) return true
    this.#head = Atomics.load(this.ring.control, this.ring.words.head)
    const used = (this.#tail - this.#head) | 0
    const unread = (this.#published - this.#head) | 0
    if (unread < 0 || used > this.#capacity || (this.#head & 7) !== 0)
      throw new Violation('a ring that was read too far')
    return used <= free
  }

  /** Lets the reader see what was written; whether there was anything. */
  publish(): boolean {
    if (this.#published === this.#tail) return false
    this.#published = this.#tail
    Atomics.store(this.ring.control, this.ring.words.tail, this.#tail)
    return true
  }
}
