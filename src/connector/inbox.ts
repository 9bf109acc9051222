// Messages and losses on their way to the reader: a bounded queue, and the readers that wait at its other end.

import { LossError } from './errors.js'
import type { ClientMessage, Gap, Loss, MessageOrLoss } from './messages.js'

/** One loop over the messages. An error ends it. */
export interface Reading {
  readonly signal: AbortSignal | undefined
  ended: boolean
}

/** A call of next() that waits. */
interface Waiter {
  readonly reading: Reading
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
  readonly abort: () => void
}

export interface InboxOptions {
  readonly maxQueued: number
  /** Whether losses end a reader's loop, or are values of it. */
  readonly losses: 'errors' | 'values'
  /** Brings what the socket holds, as long as it is wanted. */
  readonly fetch: () => void
  /** Brings what will come, as long as it is wanted. */
  readonly await: () => void
}

type Result = IteratorResult<MessageOrLoss, undefined>

const END: Result = Object.freeze({ done: true, value: undefined })

export class Inbox {
  readonly #options: InboxOptions
  readonly #items: MessageOrLoss[] = []
  readonly #waiters: Waiter[] = []
  #messages = 0
  /** A reader asks, but does not wait yet. */
  #asked = false
  #closed = false
  #cause: Error | undefined

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** Whether a reader is there for the next message. */
  get wanted(): boolean {
    return this.#waiters.length > 0 || (this.#asked && this.#items.length === 0)
  }

  /** Whether the messages of one more datagram may come. */
  get hasRoom(): boolean {
    return this.wanted || this.#messages < this.#options.maxQueued
  }

  message(message: ClientMessage): void {
    if (this.#give(message)) return
    this.#messages++
    this.#items.push(message)
  }

  gap(gap: Gap): void {
    if (!this.#give(gap)) this.#items.push(gap)
  }

  /** Losses of one kind in a row become one: their number stays bounded by that of the messages. */
  loss(loss: Loss): void {
    if (this.#give(loss)) return
    for (let at = this.#items.length - 1; at >= 0; at--) {
      const item = this.#items[at]
      if (item?.type !== 'loss') break
      if (item.reason !== loss.reason) continue
      this.#items[at] = { ...item, ...(loss.missing && { missing: (item.missing ?? 0) + loss.missing }) }
      return
    }
    this.#items.push(loss)
  }

  next(reading: Reading): Promise<Result> {
    if (reading.ended) return Promise.resolve(END)
    const { signal } = reading
    if (signal?.aborted) return this.#refuse(reading, signal.reason)
    const item = this.#items.shift() ?? this.#fetch()
    if (item === undefined) return this.#wait(reading)
    if (item.type === 'message') this.#messages--
    return this.#isError(item) ? this.#refuse(reading, new LossError(item)) : Promise.resolve(resultOf(item))
  }

  /** Ends a loop; its calls that wait end with it. */
  end(reading: Reading): void {
    reading.ended = true
    for (const waiter of this.#waiters.filter((other) => other.reading === reading)) this.#release(waiter).resolve(END)
  }

  /** What is queued is dropped, readers end: with the error, if there is one. */
  close(error: Error | undefined): void {
    this.#closed = true
    this.#cause = error
    this.#items.length = 0
    this.#messages = 0
    for (const waiter of [...this.#waiters]) this.#finish(this.#release(waiter))
  }

  /** Saves what waits for a reader. */
  keep(): () => void {
    const items = [...this.#items]
    return () => {
      this.#closed = false
      this.#cause = undefined
      this.#items.length = 0
      this.#messages = 0
      for (const item of items) this.#put(item)
    }
  }

  #put(item: MessageOrLoss): void {
    if (item.type === 'message') this.message(item)
    else if (item.type === 'gap') this.gap(item)
    else this.loss(item)
  }

  #fetch(): MessageOrLoss | undefined {
    this.#asked = true
    this.#options.fetch()
    this.#asked = false
    return this.#items.shift()
  }

  #wait(reading: Reading): Promise<Result> {
    return new Promise((resolve, reject) => {
      const abort = () => this.#fail(waiter, reading.signal?.reason)
      const waiter: Waiter = { reading, resolve, reject, abort }
      if (this.#closed) {
        this.#finish(waiter)
        return
      }
      this.#waiters.push(waiter)
      reading.signal?.addEventListener('abort', abort)
      this.#options.await()
    })
  }

  #refuse(reading: Reading, error: unknown): Promise<never> {
    this.end(reading)
    return Promise.reject(error)
  }

  /** To the reader that has waited longest; false if none waits. */
  #give(item: MessageOrLoss): boolean {
    const waiter = this.#waiters[0]
    if (waiter === undefined) return false
    if (this.#isError(item)) this.#fail(waiter, new LossError(item))
    else this.#release(waiter).resolve(resultOf(item))
    return true
  }

  #fail(waiter: Waiter, error: unknown): void {
    this.#release(waiter).reject(error)
    this.end(waiter.reading)
  }

  #finish({ reading, resolve, reject }: Waiter): void {
    reading.ended = true
    if (this.#cause === undefined) resolve(END)
    else reject(this.#cause)
  }

  #release(waiter: Waiter): Waiter {
    waiter.reading.signal?.removeEventListener('abort', waiter.abort)
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
    return waiter
  }

  #isError(item: MessageOrLoss): item is Loss | Gap {
    return item.type !== 'message' && this.#options.losses === 'errors'
  }
}

function resultOf(item: MessageOrLoss): Result {
  return { done: false, value: item }
}
