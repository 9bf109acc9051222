// What the serving end has to say: gathered until the turn ends, and sent as one message.

import type { Account } from './account.js'
import { joinBytes } from './bytes.js'
import type { Plain, WireAnswer, WireMessage } from './wire.js'

export interface Answer {
  readonly call: number
  /** Bytes of the call. */
  readonly callBytes: number
  readonly status: number
  readonly values: readonly Plain[]
  readonly bytes: readonly Uint8Array[]
}

export class Outbox {
  readonly #account: Account
  readonly #post: (message: unknown, transfer: ArrayBuffer[]) => void
  #answers: WireAnswer[] = []
  #messages: WireMessage[] = []
  #answerParts: Uint8Array[] = []
  #messageParts: Uint8Array[] = []
  #callBytes = 0
  readonly #lost = new Map<number, number>()
  #scheduled = false
  #closed = false

  constructor(account: Account, post: (message: unknown, transfer: ArrayBuffer[]) => void) {
    this.#account = account
    this.#post = post
  }

  answer({ call, callBytes, status, values, bytes }: Answer): void {
    const length = lengthOf(bytes)
    this.#account.answered(length)
    this.#answers.push([call, status, length, ...values])
    this.#answerParts.push(...bytes)
    this.#callBytes += callBytes
    this.#schedule()
  }

  /** A message to a callback; one for which there is no room is lost, and its loss is told when there is room again. */
  message(callback: number, fields: readonly number[], data: Uint8Array): void {
    if (this.#closed) return
    if (this.#lost.size > 0 || !this.#account.admit(data.length)) {
      this.#lost.set(callback, (this.#lost.get(callback) ?? 0) + 1)
      return
    }
    this.#messages.push([callback, data.length, ...fields])
    this.#messageParts.push(data)
    this.#schedule()
  }

  /** The other end has read more: it may be told what it lost. */
  confirmed(): void {
    if (this.#lost.size > 0) this.#schedule()
  }

  /** Nothing more is sent. */
  close(): void {
    this.#closed = true
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#closed) return
    const losses = this.#messages.length === 0 ? [...this.#lost] : []
    const stamp = this.#account.sent({
      calls: this.#answers.length,
      callBytes: this.#callBytes,
      answerBytes: lengthOf(this.#answerParts),
      messages: this.#messages.length,
      messageBytes: lengthOf(this.#messageParts),
    })
    const bytes = joinBytes([...this.#answerParts, ...this.#messageParts])
    const batch = { type: 'answers', stamp, answers: this.#answers, messages: this.#messages, losses, bytes }
    this.#answers = []
    this.#messages = []
    this.#answerParts = []
    this.#messageParts = []
    this.#callBytes = 0
    if (losses.length > 0) this.#lost.clear()
    this.#post(batch, bytes === null ? [] : [bytes])
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}
