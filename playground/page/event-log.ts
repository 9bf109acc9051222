// All messages and receives of a run, as the page keeps them.

import { TAP_VERDICTS } from '../../src/api/tap.js'
import type { TapVerdict } from '../../src/api.js'
import { type EventBatch, LOST, RECEIVER, ROW, WORDS } from '../shared/event-rows.js'
import { GrowingBytes, GrowingWords } from '../shared/growing.js'

/** One event, as an object. */
export interface LoggedEvent {
  /** Its place in the log. */
  readonly index: number
  /** The step in which it happened. */
  readonly step: number
  readonly kind: 'message' | 'receive'
  /** The message's number; 0 for an error that was received. */
  readonly number: number
  readonly protocol: number
  /** The sender's port, 0 for the kernel. */
  readonly from: number
  /** Whose call it was, `comm[pid]`; '' for the kernel. */
  readonly who: string
  /** Where it was sent to; of a receive, the receiver's port and no group. */
  readonly to: { readonly portid: number; readonly group: number }
  readonly result: number
  readonly length: number
  /** Nanoseconds. */
  readonly time: bigint
  /** Of a receive: the number of the socket. */
  readonly socket: number
  /** A view of its bytes; empty for a receive. */
  readonly data: Uint8Array
  readonly deliveries: readonly LoggedDelivery[]
}

export interface LoggedDelivery {
  /** The receiver's socket and port, 0 for the kernel. */
  readonly socket: number
  readonly portid: number
  readonly verdict: TapVerdict
  /** `comm[pid]`, '' for the kernel. */
  readonly who: string
}

const IS_LOST = TAP_VERDICTS.map((verdict) => LOST.includes(verdict))

export class EventLog {
  readonly #rows = new GrowingWords()
  readonly #receivers = new GrowingWords()
  readonly #bytes = new GrowingBytes()
  readonly #names: string[] = []
  /** The place of each message, by its number. */
  readonly #places = new Map<number, number>()

  get length(): number {
    return this.#rows.length / ROW
  }

  /** Adds what the worker has written; the batch is used up. */
  append({ rows, receivers, bytes, names }: EventBatch): void {
    const before = this.length
    const receiversBefore = this.#receivers.length / RECEIVER
    this.#names.push(...names)
    for (let at = 0; at < rows.length; at += ROW) {
      rows[at + WORDS.bytesAt]! += this.#bytes.length
      if (rows[at + WORDS.kind] !== 0) continue
      rows[at + WORDS.receiversAt]! += receiversBefore
      this.#places.set(rows[at + WORDS.number]!, before + at / ROW)
    }
    this.#rows.add(rows)
    this.#receivers.add(receivers)
    this.#bytes.add(bytes)
  }

  #word(index: number, word: number): number {
    return this.#rows.at(index * ROW + word)
  }

  isMessage(index: number): boolean {
    return this.#word(index, WORDS.kind) === 0
  }

  /** The place of the message with this number, or undefined. */
  placeOf(number: number): number | undefined {
    return this.#places.get(number)
  }

  /** How many events there are up to the end of a step. */
  endOf(step: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#word(middle, WORDS.step) <= step) low = middle + 1
      else high = middle
    }
    return low
  }

  /** How many receivers of an event will not get it. */
  lost(index: number): number {
    if (!this.isMessage(index)) return 0
    const first = this.#word(index, WORDS.receiversAt)
    let lost = 0
    for (let i = first; i < first + this.#word(index, WORDS.receivers); i++) {
      if (IS_LOST[this.#receivers.at(i * RECEIVER + 2)]) lost++
    }
    return lost
  }

  /** @throws RangeError if there is no such event */
  get(index: number): LoggedEvent {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(`there is no event ${index}: the log has ${this.length}`)
    }
    const word = (field: number) => this.#word(index, field)
    const isMessage = word(WORDS.kind) === 0
    const at = word(WORDS.bytesAt)
    const last = word(WORDS.receiversAt)
    return {
      index,
      step: word(WORDS.step),
      kind: isMessage ? 'message' : 'receive',
      number: word(WORDS.number),
      protocol: word(WORDS.protocol),
      from: word(WORDS.from),
      who: this.#names[word(WORDS.name)] ?? '',
      to: { portid: word(WORDS.toPort), group: word(WORDS.toGroup) },
      result: word(WORDS.result) | 0,
      length: word(WORDS.length),
      time: (BigInt(word(WORDS.timeHigh)) << 32n) | BigInt(word(WORDS.timeLow)),
      socket: isMessage ? 0 : last,
      data: this.#bytes.bytes.subarray(at, isMessage ? at + word(WORDS.length) : at),
      deliveries: Array.from({ length: isMessage ? word(WORDS.receivers) : 0 }, (_, i) => this.#delivery(last + i)),
    }
  }

  #delivery(place: number): LoggedDelivery {
    const word = (field: number) => this.#receivers.at(place * RECEIVER + field)
    return {
      socket: word(0),
      portid: word(1),
      verdict: TAP_VERDICTS[word(2)]!,
      who: this.#names[word(3)] ?? '',
    }
  }
}
