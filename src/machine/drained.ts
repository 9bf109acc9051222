// Draining: what is queued at a socket is handed to a function, many messages for each call of the kernel. They lie where they lay in
// the queue, and are read there.

import type { MessageView } from '../api.js'
import { EAGAIN } from '../uapi/index.js'
import { type Abi, LAYOUT } from './abi.generated.js'
import type { Copies } from './copies.js'
import type { Views } from './views.js'

/** Whose messages they are. */
export interface Drainable {
  /** 0 once it is closed. */
  readonly reference: number
}

/** What draining needs of the machine. */
interface Source {
  readonly abi: Abi
  readonly words: Uint32Array
  readonly messages: Views
  readonly copies: Copies | null
  /** What functions of the host threw meanwhile; nobody else hears of it. */
  takeErrors(): unknown[] | null
  /** What is to be thrown when the call is settled. */
  noteErrors(errors: readonly unknown[]): void
}

type Listener = (message: MessageView) => void

/** In what drain_next() answers: how many messages. */
const COUNT = 127
const OVER = 'a drained message is valid until the listener returns: copy what must live longer'

export class Drained {
  /** How many drains run, each but the first in a listener of another. */
  depth = 0
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  /**
   * Hands messages to a function until there is none, it throws, or closes the socket; at most so many: how many it was handed, or the -errno
   * behind them.
   * @throws RangeError for one too many within another
   */
  handOver(socket: Drainable, listener: Listener, most: number): number {
    const { depth } = this
    if (depth === LAYOUT.DRAIN_MOST) {
      throw new RangeError(`drains are nested deeper than ${depth}: one of them calls itself without end`)
    }
    this.depth++
    try {
      return depth === 0
        ? this.#drain(socket, listener, most, 0, LAYOUT.DRAIN_MOST)
        : this.#drain(socket, listener, most, LAYOUT.DRAIN_MOST + depth, 1)
    } finally {
      this.depth--
    }
  }

  #drain(socket: Drainable, listener: Listener, most: number, place: number, atOnce: number): number {
    const source = this.#source
    let handed = 0
    for (;;) {
      const result = source.abi.drain_next(socket.reference, place, Math.min(most - handed, atOnce))
      if (result <= 0) return result < 0 && result !== -EAGAIN ? result : handed
      // Of what only the machine calls: a tap.
      let errors = source.takeErrors()
      const { words, messages, copies } = source
      const first = (LAYOUT.DRAIN >>> 2) + place
      const end = first + (result & COUNT)
      for (let at = first; at < end && socket.reference !== 0; at++) {
        const message = words[at] as number
        const length = words[(message + LAYOUT.SKB_LEN) >>> 2] as number
        try {
          if (copies === null) listener(messages.at(message + LAYOUT.SKB_DATA, length))
          else handCopied(copies, message + LAYOUT.SKB_DATA, length, listener)
        } catch (error) {
          errors ??= []
          errors.push(error)
        }
        handed++
      }
      if (result & LAYOUT.FLAG_DUMPING && socket.reference !== 0) source.abi.dump_continue(socket.reference)
      if (errors !== null) source.noteErrors(errors)
      if (errors !== null || handed >= most || socket.reference === 0) {
        source.abi.drain_next(0, place, 0)
        return handed
      }
    }
  }
}

function handCopied(copies: Copies, at: number, length: number, listener: Listener): void {
  if (copies.show(at, length, OVER, listener)) {
    throw new Error('a drained message was written to: others may have the same one')
  }
}
