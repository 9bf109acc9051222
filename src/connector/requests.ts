// Requests that wait for their replies, and the document's rule of which message is one: connector.txt 97-112.

import { type CbId, ECANCELED } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import { LossError, TimeoutError } from './errors.js'
import type { ClientMessage, Loss } from './messages.js'

/** How a request ends: `end` first, then one of the others. */
export interface Outcome {
  readonly resolve: (reply: ClientMessage) => void
  readonly reject: (error: unknown) => void
  readonly end: () => void
}

/** A request that waits. */
export interface PendingRequest {
  readonly id: CbId
  readonly seq: number
  /** The acknowledge number that it was sent with. */
  readonly ack: number
  readonly timeout: number
  /** The jiffy at which it is too late; Infinity for never. */
  readonly deadline: number
  readonly outcome: Outcome
  /** Why the request would reach nobody now; '' if it would. */
  readonly reason?: () => string
  /** An overrun was met after it was sent: its reply may be lost. */
  doubtful: boolean
}

export class PendingRequests {
  readonly #bySeq = new Map<number, PendingRequest>()
  readonly #emptied: () => void
  #next: number

  /** `emptied` is called when the last request ends. */
  constructor(firstSequence: number, emptied: () => void) {
    this.#next = firstSequence
    this.#emptied = emptied
  }

  get size(): number {
    return this.#bySeq.size
  }

  /** The next sequence number: counted up as u32; one that a request still waits with is passed over. */
  get nextSeq(): number {
    while (this.#bySeq.has(this.#next)) this.#next = (this.#next + 1) >>> 0
    return this.#next
  }

  /** A message with this number is sent now. */
  useSeq(seq: number): void {
    this.#next = (seq + 1) >>> 0
  }

  /** It was not sent after all: the next message may have its number, unless others have been used since. */
  giveBackSeq(seq: number): void {
    if (this.#next === (seq + 1) >>> 0) this.#next = seq
  }

  add(request: PendingRequest): void {
    this.#bySeq.set(request.seq, request)
  }

  /** A reply has the request's seq and its ack + 1: then the request ends with it. Anything else is a new message: false. */
  settle(message: ClientMessage): boolean {
    const request = this.#bySeq.get(message.seq)
    if (request === undefined || message.ack !== (request.ack + 1) >>> 0) return false
    this.#remove(request)
    request.outcome.resolve(message)
    return true
  }

  /** Ends a request with an error, unless it has ended. */
  reject(request: PendingRequest, error: unknown): void {
    if (this.#bySeq.get(request.seq) !== request) return
    this.#remove(request)
    request.outcome.reject(error)
  }

  /** Marks all that wait now: what follows in the socket's queue may still hold their replies. */
  doubt(): void {
    for (const request of this.#bySeq.values()) request.doubtful = true
  }

  /** The queue is empty: what is still in doubt will not be answered. */
  rejectDoubtful(loss: Loss): void {
    for (const request of this.#bySeq.values()) if (request.doubtful) this.reject(request, new LossError(loss))
  }

  /** Ends those that are late at `now`; returns the next deadline, or Infinity. */
  expire(now: number): number {
    let next = Number.POSITIVE_INFINITY
    for (const request of this.#bySeq.values()) {
      if (request.deadline <= now) this.reject(request, tooLate(request))
      else next = Math.min(next, request.deadline)
    }
    return next
  }

  /** Ends those that have a deadline: there is no timer to be had for them. */
  rejectTimed(error: unknown): void {
    for (const request of this.#bySeq.values()) {
      if (request.deadline !== Number.POSITIVE_INFINITY) this.reject(request, error)
    }
  }

  rejectAll(error: unknown): void {
    for (const request of this.#bySeq.values()) this.reject(request, error)
  }

  /** Saves what numbers go on from. Whoever waits when time goes back is told so, and nothing else is touched: the kernel is as it was. */
  keep(): () => void {
    const next = this.#next
    return () => {
      this.#next = next
      const waiting = [...this.#bySeq.values()]
      this.#bySeq.clear()
      for (const { outcome } of waiting) {
        outcome.end()
        outcome.reject(new SystemError(-ECANCELED, 'rewind'))
      }
    }
  }

  #remove(request: PendingRequest): void {
    this.#bySeq.delete(request.seq)
    request.outcome.end()
    if (this.#bySeq.size === 0) this.#emptied()
  }
}

function tooLate({ id, seq, timeout, reason }: PendingRequest): TimeoutError {
  return new TimeoutError(id, seq, timeout, reason?.())
}
