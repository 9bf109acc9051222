// The arguments of a call that came from the other end, each looked at before it is used.

import { Violation } from './violation.js'
import type { Plain } from './wire.js'

export class Arguments {
  readonly #values: readonly unknown[]
  #at = 0
  /** The bytes that came with the call. Valid as long as the batch is kept: see keep(). */
  data: Uint8Array

  constructor(values: readonly unknown[], data: Uint8Array) {
    this.#values = values
    this.data = data
  }

  #next(): unknown {
    if (this.#at >= this.#values.length) throw new Violation('a call with too few arguments')
    return this.#values[this.#at++]
  }

  #integer(least: number, most: number): number {
    const value = this.#next()
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      throw new Violation('an argument that is no integer of its width')
    }
    return value as number
  }

  /** 32 bits, with a sign or without. */
  integer(): number {
    return this.#integer(-(2 ** 31), 2 ** 32 - 1)
  }

  /** 16 bits. */
  short(): number {
    return this.#integer(0, 0xffff)
  }

  /** A count, which is never below 0. */
  count(): number {
    return this.#integer(0, 2 ** 31)
  }

  /** Any integer that a number can be. */
  long(): number {
    return this.#integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  }

  /** What `read` reads, unless it is null. */
  optional(read: () => number): number | undefined {
    if (this.#values[this.#at] !== null) return read()
    this.#at++
    return undefined
  }

  integerOrNone(): number | undefined {
    return this.optional(() => this.integer())
  }

  flag(): boolean {
    const value = this.#next()
    if (typeof value !== 'boolean') throw new Violation('an argument that is no boolean')
    return value
  }

  text(longest: number): string {
    const value = this.#next()
    if (typeof value !== 'string' || value.length > longest) throw new Violation('an argument that is no short text')
    return value
  }

  /** A list of so many arguments at most, to be read as arguments. */
  list(longest: number): Arguments {
    const value = this.#next()
    if (!Array.isArray(value) || value.length > longest) throw new Violation('an argument that is no short list')
    return new Arguments(value, this.data)
  }

  get more(): boolean {
    return this.#at < this.#values.length
  }

  end(): void {
    if (this.more) throw new Violation('a call with too many arguments')
  }

  /** The call has to wait: the rest of the batch need not stay for its bytes. */
  keep(): void {
    if (this.data.length < this.data.buffer.byteLength) this.data = this.data.slice()
  }
}

/** What a call gives: values, and the bytes behind them. */
export interface Result {
  readonly values: readonly Plain[]
  readonly bytes?: readonly Uint8Array[]
}

export const NOTHING: Result = { values: [] }
