// From the kernel to a program's ring: what its socket receives is written there.

import { EAGAIN, EBADF } from '../uapi/index.js'
import type { LongSocket } from '../user/long-socket.js'
import {
  ERROR_LENGTH,
  mostRecordBytes,
  RECEIVE,
  RECORD_EXTRA,
  RECORD_GROUPS,
  RECORD_HEADER,
  RECORD_LENGTH,
  RECORD_PORTID,
  type RingMemory,
} from './ring-memory.js'
import { QUANTUM_BYTES } from './ring-sender.js'
import { RingWriter } from './ring-writer.js'

export interface RingReceiverInit {
  readonly socket: LongSocket
  readonly memory: RingMemory
  /** Is told what functions of this side threw. */
  readonly onError: (error: unknown) => void
  /** The socket is closed, and it was not the program that closed it. */
  readonly onClosed: () => void
}

export class RingReceiver {
  readonly #socket: LongSocket
  readonly #control: Int32Array
  readonly #writer: RingWriter
  readonly #most: number
  readonly #onError: (error: unknown) => void
  readonly #onClosed: () => void
  readonly #sender = new Uint32Array(2)
  /** The program has to read before there is room for what comes next: the head that was seen then. */
  #fullAt: number | undefined
  /** An error that the socket gave, for which there was no room. */
  #errno = 0

  constructor({ socket, memory, onError, onClosed }: RingReceiverInit) {
    this.#socket = socket
    this.#control = memory.control
    this.#writer = new RingWriter(memory.ring(RECEIVE))
    this.#most = mostRecordBytes(memory.ringBytes)
    this.#onError = onError
    this.#onClosed = onClosed
  }

  /** Whether the program has to read before anything else can be written for it. */
  get full(): boolean {
    return this.#fullAt !== undefined
  }

  /** Whether it was full, and the program has read since. */
  get freed(): boolean {
    return this.full && Atomics.load(this.#control, RECEIVE.head) !== this.#fullAt
  }

  /** Receives so many messages at most; how many it were. @throws Violation */
  move(most: number): number {
    this.#fullAt = undefined
    let moved = 0
    let bytes = 0
    while (moved < most && bytes < QUANTUM_BYTES) {
      const written = this.#errno === 0 ? this.#receive() : this.#writeError(this.#errno)
      if (written < 0) break
      moved++
      bytes += written
    }
    return moved
  }

  /** Lets the program see what was written; whether there was anything. */
  publish(): boolean {
    return this.#writer.publish()
  }

  /** The bytes of a message that was written; -1 if there is none, or no room for it. */
  #receive(): number {
    const length = this.#socket.nextLength()
    if (length === -EAGAIN) return -1
    if (length === -EBADF) {
      this.#onClosed()
      return -1
    }
    if (length < 0) return this.#writeError(-length)
    const room = Math.min(length, this.#most)
    const at = this.#place(room)
    if (at < 0) return -1
    const result = this.#take(at, length, room)
    if (result < 0) return this.#writeError(-result)
    this.#describe(at, room, result)
    return room
  }

  #take(at: number, length: number, room: number): number {
    try {
      return this.#socket.receive(this.#writer.ring, (at + RECORD_HEADER) >>> 3, room, this.#sender)
    } catch (error) {
      // The message has been received: it was a function behind it that threw.
      this.#onError(error)
      return length
    }
  }

  #place(length: number): number {
    const at = this.#writer.place(length)
    if (at < 0) this.#fullAt = this.#writer.head
    return at
  }

  #describe(at: number, length: number, extra: number): void {
    const { numbers } = this.#writer.ring
    const word = at >>> 2
    numbers[word + RECORD_LENGTH] = length
    numbers[word + RECORD_EXTRA] = extra
    numbers[word + RECORD_PORTID] = this.#sender[0] as number
    numbers[word + RECORD_GROUPS] = this.#sender[1] as number
    this.#writer.commit()
  }

  // The socket has given its error away: it is kept until there is room for it.
  #writeError(errno: number): number {
    this.#errno = errno
    const at = this.#place(0)
    if (at < 0) return -1
    this.#errno = 0
    this.#describe(at, ERROR_LENGTH, errno)
    return 0
  }
}
