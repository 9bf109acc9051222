// One loop over a client's messages. Not an async generator: there return() could not end a next() that waits.

import type { Inbox, Reading } from './inbox.js'
import type { MessageOrLoss } from './messages.js'

export class Reader implements AsyncIterableIterator<MessageOrLoss, undefined>, Reading {
  readonly #inbox: Inbox
  readonly signal: AbortSignal | undefined
  ended = false

  constructor(inbox: Inbox, signal: AbortSignal | undefined) {
    this.#inbox = inbox
    this.signal = signal
  }

  next(): Promise<IteratorResult<MessageOrLoss, undefined>> {
    return this.#inbox.next(this)
  }

  async return(): Promise<IteratorResult<MessageOrLoss, undefined>> {
    this.#inbox.end(this)
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
