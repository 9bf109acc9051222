// What is under way between the serving end and one other: calls that are not answered, and what was said and not yet read over there.

import type { ServeLimits } from './api.js'
import { Violation } from './violation.js'

/**
 * Calls that may be under way for each that is allowed: it may be taken back by another, and so may the one before it in its place, whose
 * answer crossed that other call on the way.
 */
const CALLS_PER_CALL = 3

const RANDOM_WORDS = 64

/** What one batch to the other end holds, and what it answered. */
export interface Batch {
  readonly stamp: number
  readonly calls: number
  /** Bytes of the calls that it answers. */
  readonly callBytes: number
  readonly answerBytes: number
  readonly messages: number
  readonly messageBytes: number
}

export class Account {
  readonly #limits: ServeLimits
  readonly #unread: Batch[] = []
  /** Drawn by the dozen: a draw is a call of the host. */
  readonly #random = new Uint32Array(RANDOM_WORDS)
  #made = 0
  #last: number
  calls = 0
  callBytes = 0
  answerBytes = 0
  messages = 0
  messageBytes = 0

  constructor(limits: ServeLimits) {
    this.#limits = limits
    this.#last = this.#draw()
  }

  /** The newest stamp that the other end has confirmed: that of the welcome at first. */
  get stamp(): number {
    return this.#last
  }

  // 21 bits that the other end cannot guess, over a number that never comes twice.
  #draw(): number {
    const index = this.#made % RANDOM_WORDS
    if (index === 0) crypto.getRandomValues(this.#random)
    return ((this.#random[index] as number) >>> 11) * 2 ** 32 + (this.#made++ >>> 0)
  }

  /** Calls have come. @throws Violation if they are more than the other end may have under way */
  arrived(calls: number, bytes: number): void {
    this.calls += calls
    this.callBytes += bytes
    if (this.calls > this.#limits.calls * CALLS_PER_CALL) throw new Violation('more calls than are allowed')
    if (this.callBytes > this.#limits.bytesInFlight) throw new Violation('more bytes than are allowed')
  }

  /** A batch is about to leave. */
  sent(batch: Omit<Batch, 'stamp'>): number {
    const stamp = this.#draw()
    this.#unread.push({ ...batch, stamp })
    return stamp
  }

  /** An answer with so many bytes is about to leave. */
  answered(bytes: number): void {
    this.answerBytes += bytes
  }

  /** A message to a callback is about to leave, if there is room for it. */
  admit(bytes: number): boolean {
    if (this.messages >= this.#limits.callbackMessages) return false
    if (this.messageBytes > 0 && this.messageBytes + bytes > this.#limits.bytesInFlight) return false
    this.messages++
    this.messageBytes += bytes
    return true
  }

  /** Whether answers with bytes may leave. */
  get hasRoom(): boolean {
    return this.answerBytes < this.#limits.bytesInFlight
  }

  /** The other end has read everything up to this stamp. @returns whether that is news @throws Violation */
  confirm(stamp: number): boolean {
    if (stamp === this.#last) return false
    const index = this.#unread.findIndex((batch) => batch.stamp === stamp)
    if (index < 0) throw new Violation('a stamp that was never given')
    for (const batch of this.#unread.splice(0, index + 1)) {
      this.calls -= batch.calls
      this.callBytes -= batch.callBytes
      this.answerBytes -= batch.answerBytes
      this.messages -= batch.messages
      this.messageBytes -= batch.messageBytes
    }
    this.#last = stamp
    return true
  }
}
