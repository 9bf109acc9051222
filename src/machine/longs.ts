// The windows of a machine for memory of others that is aligned as they are: copied long by long, as a view of a part would cost more than
// most messages. What nobody imports is in no bundle, so this stands beside the other windows.

import { LAYOUT } from './abi.generated.js'
import type { Machine } from './machine.js'

/** Memory of others, in two sizes. */
export interface Room {
  readonly bytes: Uint8Array
  readonly longs: BigUint64Array
}

export class Longs {
  readonly #machine: Machine
  readonly #longs: BigUint64Array
  readonly #bytes: Uint8Array

  constructor(machine: Machine) {
    this.#machine = machine
    this.#longs = new BigUint64Array(machine.words.buffer)
    this.#bytes = new Uint8Array(machine.words.buffer)
  }

  /** Writes `length` bytes that begin at a long into the transmit window, and what fills the last long. */
  transmit(from: BigUint64Array, at: number, length: number): void {
    copyLongs(from, at, this.#longs, LAYOUT.TRANSMIT >>> 3, length)
  }

  /** Copies what the last receive gave to where a long begins, and not a byte more: those behind it are of other messages. */
  copyReceived({ longs, bytes }: Room, at: number): void {
    const machine = this.#machine
    const copied = machine.word(LAYOUT.WORD_COPIED)
    const from = machine.word(LAYOUT.WORD_DATA)
    const whole = copied & ~7
    copyLongs(this.#longs, from >>> 3, longs, at, whole)
    for (let index = whole; index < copied; index++) bytes[at * 8 + index] = this.#bytes[from + index] as number
    if (from !== LAYOUT.RECEIVE) machine.giveBack()
  }
}

function copyLongs(from: BigUint64Array, at: number, into: BigUint64Array, to: number, length: number): void {
  const end = at + ((length + 7) >>> 3)
  for (let next = to; at < end; at++, next++) into[next] = from[at] as bigint
}
