// Messages in place for a socket of another kernel, which shows nobody its memory: they are copies, sent and received as ever. A program
// that builds and reads in place runs with such a socket too.

import type { MessageView, Socket } from '../api.js'
import { errorOf } from '../machine/index.js'
import { ownView } from '../machine/views.js'
import { EAGAIN, EBADF, MSG_PEEK, MSG_TRUNC, u32 } from '../uapi/index.js'
import { asFunction, asInteger } from './arguments.js'
import { SystemError } from './errors.js'
import { ALL } from './in-place.js'

type Copied = Pick<Socket, 'send' | 'recv' | 'closed'>

const NO_ROOM = new Uint8Array(0)
/** So many messages are taken before the first of them is handed over, as sockets of a machine do it. */
const AT_ONCE = 64
/** What was peeked: nothing, the next message, or one that somebody has taken since. */
const [NOTHING, PEEKED, TAKEN] = [0, 1, 2] as const

export class CopiedInPlace {
  readonly #socket: Copied
  #reserved: Uint8Array | undefined
  #peeked: typeof NOTHING | typeof PEEKED | typeof TAKEN = NOTHING

  constructor(socket: Copied) {
    this.#socket = socket
  }

  /** A message too long, or of no bytes, is refused when it is sent. */
  reserve(length: number): MessageView {
    const view = ownView(u32(length, 'length'))
    this.#reserved = view.bytes
    return view
  }

  commit(length: number | undefined, flags: number): number {
    const reserved = this.#reserved
    if (reserved === undefined) throw new Error('commit() without reserve(): nothing is reserved')
    const size = length === undefined ? reserved.length : u32(length, 'length')
    if (size > reserved.length) {
      throw new RangeError(`length must be at most the ${reserved.length} bytes of reserve(), not ${size}`)
    }
    const sent = this.#socket.send(reserved.subarray(0, size), flags)
    this.#reserved = undefined
    return sent
  }

  peek(): MessageView | null {
    const view = this.#receive(MSG_PEEK)
    if (view !== null) this.#peeked = PEEKED
    return view
  }

  release(): void {
    const peeked = this.#peeked
    if (peeked === NOTHING) throw new Error('release() without peek(): nothing is peeked')
    this.#peeked = NOTHING
    if (peeked === PEEKED) this.#socket.recv(NO_ROOM)
  }

  /** Another receive has taken the next message: release() takes nothing more. */
  taken(): void {
    if (this.#peeked === PEEKED) this.#peeked = TAKEN
  }

  // The next message, or null where recv() throws EAGAIN.
  #receive(flags: number): MessageView | null {
    try {
      const view = ownView(this.#socket.recv(NO_ROOM, MSG_PEEK | MSG_TRUNC))
      this.#socket.recv(view.bytes, flags)
      return view
    } catch (error) {
      if (error instanceof SystemError && error.errno === -EAGAIN) return null
      throw error
    }
  }

  drain(listener: (message: MessageView) => void, most = ALL): number {
    asFunction(listener, 'listener')
    const count = asInteger(most, 'most', 0, ALL)
    if (this.#socket.closed) throw new SystemError(-EBADF, 'recv')
    let handed = 0
    while (handed < count) {
      const errors: unknown[] = []
      const messages = this.#take(Math.min(count - handed, AT_ONCE), errors)
      for (const message of messages) {
        if (this.#socket.closed) break
        handed++
        try {
          listener(message)
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0) throw errorOf(errors, 'listeners')
      if (messages.length === 0 || this.#socket.closed) break
    }
    return handed
  }

  // What is queued, at most so many messages, and what a receive threw behind them.
  #take(most: number, errors: unknown[]): MessageView[] {
    const messages: MessageView[] = []
    try {
      for (let message = this.#receive(0); message !== null; message = this.#receive(0)) {
        this.taken()
        if (messages.push(message) === most) break
      }
    } catch (error) {
      errors.push(error)
    }
    return messages
  }
}
