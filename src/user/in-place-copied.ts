// Messages in place for a socket of another kernel, which shows nobody its memory: they are copies, sent and received as ever. A program
// that builds and reads in place runs with such a socket too.

import type { MessageView, Socket } from '../api.js'
import { ownView } from '../machine/views.js'
import { EAGAIN, MSG_PEEK, MSG_TRUNC, u32 } from '../uapi/index.js'
import { asFunction } from './arguments.js'
import { SystemError } from './errors.js'
import { ALL } from './in-place.js'

type Copied = Pick<Socket, 'send' | 'recv' | 'closed'>

const NO_ROOM = new Uint8Array(0)

export class CopiedInPlace {
  readonly #socket: Copied
  #reserved: Uint8Array | undefined
  #peeked = false

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
    try {
      const length = this.#socket.recv(NO_ROOM, MSG_PEEK | MSG_TRUNC)
      const view = ownView(length)
      this.#socket.recv(view.bytes, MSG_PEEK)
      this.#peeked = true
      return view
    } catch (error) {
      if (error instanceof SystemError && error.errno === -EAGAIN) return null
      throw error
    }
  }

  release(): void {
    if (!this.#peeked) throw new Error('release() without peek(): nothing is peeked')
    this.#peeked = false
    this.#socket.recv(NO_ROOM)
  }

  /** What the listener throws ends it at once: nothing was taken that it has not been handed. */
  drain(listener: (message: MessageView) => void, most = ALL): number {
    asFunction(listener, 'listener')
    const count = u32(most, 'most')
    let handed = 0
    while (handed < count && !(handed > 0 && this.#socket.closed)) {
      const message = this.peek()
      if (message === null) break
      this.release()
      handed++
      listener(message)
    }
    return handed
  }
}
