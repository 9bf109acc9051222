// Calls of this end on their way: as many under way as the serving end allows, the others in line, and no more than there is room for.

import { EAGAIN } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import type { ServeLimits } from './api.js'
import type { Plain } from './wire.js'

export interface CallInit {
  readonly op: string
  /** What errors call it. */
  readonly syscall: string
  readonly args: readonly Plain[]
  /** A copy that may be handed over. */
  readonly data?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
}

/** What an answer holds. */
export interface Answered {
  readonly values: readonly unknown[]
  /** A view into the bytes of the whole batch. */
  readonly bytes: Uint8Array
}

/** One call until it is answered. */
export class Call {
  readonly init: CallInit
  readonly bytes: number
  readonly promise: Promise<Answered>
  /** Its number, once it is under way. */
  number: number | undefined
  resolve!: (answered: Answered) => void
  #reject!: (error: unknown) => void
  #forget: (() => void) | undefined

  constructor(init: CallInit, aborted: (call: Call) => void) {
    this.init = init
    this.bytes = init.data?.length ?? 0
    this.promise = new Promise((resolve, reject) => {
      this.resolve = (answered) => {
        this.#forget?.()
        resolve(answered)
      }
      this.#reject = reject
    })
    const { signal } = init
    if (signal === undefined) return
    const abort = () => aborted(this)
    signal.addEventListener('abort', abort, { once: true })
    this.#forget = () => signal.removeEventListener('abort', abort)
  }

  reject(error: unknown): void {
    this.#forget?.()
    this.#reject(error)
  }

  /** It ends with an errno. */
  fail(errno: number, syscall = this.init.syscall): void {
    this.reject(new SystemError(errno, syscall))
  }
}

export class Line {
  readonly #limits: ServeLimits
  readonly #maxQueued: number
  readonly #underWay = new Map<number, Call>()
  #queue: Call[] = []
  #queuedBytes = 0
  #bytes = 0

  constructor(limits: ServeLimits, maxQueued: number) {
    this.#limits = limits
    this.#maxQueued = maxQueued
  }

  get underWay(): number {
    return this.#underWay.size
  }

  /** A call of no more than `callBytes`. @returns whether it has a place; if not, it is EAGAIN */
  join(call: Call): boolean {
    const full = this.#queue.length > 0 && this.#queuedBytes + call.bytes > this.#limits.bytesInFlight
    if (!this.#fits(call) && (this.#queue.length >= this.#maxQueued || full)) {
      call.fail(-EAGAIN)
      return false
    }
    this.#queue.push(call)
    this.#queuedBytes += call.bytes
    return true
  }

  #fits(call: Call): boolean {
    return this.#queue.length === 0 && this.#mayLeave(call)
  }

  #mayLeave(call: Call): boolean {
    return this.#underWay.size < this.#limits.calls && this.#bytes + call.bytes <= this.#limits.bytesInFlight
  }

  /** The next one that may be under way now, as number `number`. */
  next(number: number): Call | undefined {
    const call = this.#queue[0]
    if (call === undefined || !this.#mayLeave(call)) return undefined
    this.#queue.shift()
    this.#queuedBytes -= call.bytes
    this.#bytes += call.bytes
    call.number = number
    this.#underWay.set(number, call)
    return call
  }

  /** Takes back a call that is still in line. @returns whether it was */
  leave(call: Call): boolean {
    const index = this.#queue.indexOf(call)
    if (index < 0) return false
    this.#queue.splice(index, 1)
    this.#queuedBytes -= call.bytes
    return true
  }

  /** The call of this number is answered. */
  answered(number: number): Call | undefined {
    const call = this.#underWay.get(number)
    if (call === undefined) return undefined
    this.#underWay.delete(number)
    this.#bytes -= call.bytes
    return call
  }

  /** All of them, which have nothing more to wait for. */
  clear(): Call[] {
    const calls = [...this.#underWay.values(), ...this.#queue]
    this.#underWay.clear()
    this.#queue = []
    return calls
  }
}
