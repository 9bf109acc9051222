// Listeners: functions of the host that are handed what comes into a socket, when the call that brought it is over. The kernel says
// which message is next and whose listeners get it; they read it where it lies, one after the other.

import type { MessageView } from '../api.js'
import { type Abi, LAYOUT } from './abi.generated.js'
import type { Copies } from './copies.js'
import type { Views } from './views.js'

/** What a socket's listener does. */
export interface Listener {
  readonly onMessage: (message: MessageView) => void
  /** A pending error of the socket: errno. */
  fail(error: number): void
  /** The message was a part of a dump, which goes on. */
  continueDump(): void
}

/** What listeners need of the machine. */
interface Source {
  readonly abi: Abi
  readonly words: Uint32Array
  readonly messages: Views
  readonly copies: Copies | null
}

const LISTENER_BITS = 9
const DUMPING = 256
const ERROR_MASK = 255
const SPECIAL = DUMPING | ERROR_MASK
const OVER = 'a pushed message is valid until the listener returns: copy what must live longer'

export class Pushed {
  readonly #source: Source
  /** By the kernel's slot + 1. */
  readonly #listeners: (Listener | undefined)[] = [undefined]
  /** What they threw. */
  #errors: unknown[] | null = null
  #count = 0

  constructor(source: Source) {
    this.#source = source
  }

  /** Whether there is a listener. */
  get areAny(): boolean {
    return this.#count > 0
  }

  /** The kernel has given this place to a listener. */
  add(place: number, listener: Listener): void {
    while (this.#listeners.length < place) this.#listeners.push(undefined)
    // One whose socket was closed may be left there.
    if (this.#listeners[place] === undefined) this.#count++
    this.#listeners[place] = listener
  }

  /** Empties a place, unless it is another listener's meanwhile. Whether it was this one's. */
  remove(place: number, listener: Listener): boolean {
    if (this.#listeners[place] !== listener) return false
    this.#listeners[place] = undefined
    this.#count--
    return true
  }

  /** All listeners: what belongs to an image. */
  listeners(): readonly (Listener | undefined)[] {
    return this.#listeners.slice()
  }

  /** Puts them back. */
  setListeners(listeners: readonly (Listener | undefined)[]): void {
    this.#listeners.length = 0
    for (const listener of listeners) this.#listeners.push(listener)
    this.#count = listeners.filter((one) => one !== undefined).length
  }

  /** Hands over all that is due, and what that brings; the errors that there are, and what listeners threw. */
  handOver(errors: unknown[] | null): unknown[] | null {
    const { abi } = this.#source
    this.#errors = errors
    for (let count = abi.push_next(); count !== 0; count = abi.push_next()) this.#push(count)
    const all = this.#errors
    this.#errors = null
    return all
  }

  #push(count: number): void {
    const { words, messages, copies } = this.#source
    const message = words[LAYOUT.PUSHED >>> 2] as number
    const length = message === 0 ? 0 : (words[(message + LAYOUT.SKB_LEN) >>> 2] as number)
    const at = message + LAYOUT.SKB_DATA
    if (copies === null) this.#call(count, messages.at(at, length))
    // In the debug build they read a copy, which gives nothing any more afterwards.
    else if (copies.show(at, length, OVER, (copy) => this.#call(count, copy)))
      this.#noteError(new Error('a pushed message was written to: others get the same one'))
  }

  #call(count: number, view: MessageView): void {
    const { words } = this.#source
    const listeners = this.#listeners
    const end = (LAYOUT.PUSH >>> 2) + count
    for (let at = LAYOUT.PUSH >>> 2; at < end; at++) {
      const entry = words[at] as number
      const listener = listeners[entry >>> LISTENER_BITS]
      // Closed meanwhile.
      if (listener === undefined) continue
      try {
        if ((entry & SPECIAL) === 0) {
          const { onMessage } = listener
          onMessage(view)
        } else callSpecial(listener, view, entry & SPECIAL)
      } catch (error) {
        this.#noteError(error)
      }
    }
  }

  #noteError(error: unknown): void {
    this.#errors ??= []
    this.#errors.push(error)
  }
}

function callSpecial(listener: Listener, view: MessageView, what: number): void {
  const error = what & ERROR_MASK
  if (error !== 0) {
    listener.fail(error)
    return
  }
  try {
    const { onMessage } = listener
    onMessage(view)
  } finally {
    listener.continueDump()
  }
}
