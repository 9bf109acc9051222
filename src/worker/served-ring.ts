// A shared socket at the kernel's end: what its program wrote is sent, what the socket receives is written for its program.

import { AF_NETLINK, EAGAIN, EBADF, ECONNRESET, EIO } from '../uapi/index.js'
import { NOWHERE, SOCKADDR_NL_BYTES } from '../user/address.js'
import type { LongSocket } from '../user/long-socket.js'
import {
  ADDRESSED,
  DATA_WANTED,
  ENDED,
  ERROR_LENGTH,
  FAILURE,
  FAILURES,
  KERNEL_FULL,
  KERNEL_SIGNAL,
  KERNEL_WANTED,
  mostRecordBytes,
  PROGRAM_SIGNAL,
  RECEIVE,
  RECORD_EXTRA,
  RECORD_GROUPS,
  RECORD_HEADER,
  RECORD_LENGTH,
  RECORD_PORTID,
  type RingMemory,
  ROOM_WANTED,
  TRANSMIT,
} from './ring-memory.js'
import { RingReader } from './ring-reader.js'
import { RingWriter } from './ring-writer.js'
import { signal } from './shared-word.js'
import { Violation } from './violation.js'

/** Bytes of messages after which another ring has its turn. */
const QUANTUM_BYTES = 65536

export interface ServedRingInit {
  readonly socket: LongSocket
  readonly memory: RingMemory
  /** Bytes of one send at most. */
  readonly mostBytes: number
  /** Is told what functions of this side threw. */
  readonly onError: (error: unknown) => void
  /** The program does not keep to the rules. */
  readonly onViolation: (violation: string) => void
}

export class ServedRing {
  readonly memory: RingMemory
  readonly onError: (error: unknown) => void
  readonly onViolation: (violation: string) => void
  readonly #socket: LongSocket
  readonly #reader: RingReader
  readonly #writer: RingWriter
  readonly #most: number
  readonly #to = { addrlen: SOCKADDR_NL_BYTES, family: AF_NETLINK, pid: 0, groups: 0 }
  readonly #sender = new Uint32Array(2)
  /** A function that the kernel calls may ask for a turn. */
  #busy = false
  /** The next send waits for room in somebody's socket. */
  stalled = false
  /** The program has to read before there is room for what comes next: the head that was seen then. */
  #fullAt: number | undefined
  /** An error that the socket gave, for which there was no room. */
  #errno = 0
  ended = false

  constructor({ socket, memory, mostBytes, onError, onViolation }: ServedRingInit) {
    this.memory = memory
    this.onError = onError
    this.onViolation = onViolation
    this.#socket = socket
    this.#most = mostRecordBytes(memory.ringBytes)
    this.#reader = new RingReader(memory.ring(TRANSMIT), Math.min(this.#most, mostBytes))
    this.#writer = new RingWriter(memory.ring(RECEIVE))
  }

  /** Whether the program has to read before anything else can be written for it. */
  get full(): boolean {
    return this.#fullAt !== undefined
  }

  /** Whether the program has given it something to do since it last did anything. @throws Violation */
  get hasWork(): boolean {
    if (this.ended) return false
    if (this.full && Atomics.load(this.memory.control, RECEIVE.head) !== this.#fullAt) return true
    return !this.stalled && !this.#reader.empty
  }

  /** Receives and sends so many messages at most, each; how many it were. @throws Violation */
  serve(most: number): number {
    return Math.max(0, this.receive(most)) + Math.max(0, this.send(most))
  }

  /** Writes for the program what its socket has; how many, -1 if that had nothing. @throws Violation */
  receive(most: number): number {
    const moved = this.#alone(() => this.#fill(most))
    return moved === 0 && !this.full && !this.#busy && !this.ended ? -1 : moved
  }

  /** Sends what the program has written; how many, -1 if that has to wait for room. @throws Violation */
  send(most: number): number {
    const moved = this.#alone(() => this.#drain(most))
    return moved === 0 && this.stalled && !this.#busy && !this.ended ? -1 : moved
  }

  #alone(move: () => number): number {
    if (this.#busy || this.ended) return 0
    this.#busy = true
    try {
      return move()
    } finally {
      this.#busy = false
    }
  }

  // ---- from the program

  #drain(most: number): number {
    const reader = this.#reader
    let moved = 0
    let bytes = 0
    this.stalled = false
    while (moved < most && bytes < QUANTUM_BYTES && !this.ended) {
      const length = reader.next()
      if (length < 0) break
      const result = this.#send(length)
      if (result === -EAGAIN) {
        this.stalled = true
        break
      }
      reader.take()
      moved++
      bytes += length
      if (result < 0) this.#failed(-result)
    }
    // As on Linux whoever waits for room is woken when half of it is free: not of every message.
    if (reader.publish() && reader.used * 2 <= this.memory.ringBytes) this.#tell(ROOM_WANTED)
    return moved
  }

  #send(length: number): number {
    const { ring, at } = this.#reader
    const word = at >>> 2
    const extra = ring.numbers[word + RECORD_EXTRA] as number
    if (extra !== 0 || length === ERROR_LENGTH) this.#address(word, extra, length)
    try {
      return this.#socket.send(ring.longs, (at + RECORD_HEADER) >>> 3, length, extra === 0 ? NOWHERE : this.#to)
    } catch (error) {
      this.onError(error)
      return -EIO
    }
  }

  #address(word: number, extra: number, length: number): void {
    if (extra !== ADDRESSED || length === ERROR_LENGTH) throw new Violation('a record of no kind')
    const { numbers } = this.#reader.ring
    this.#to.pid = numbers[word + RECORD_PORTID] as number
    this.#to.groups = numbers[word + RECORD_GROUPS] as number
  }

  // As an error of a Linux socket that comes later than the call: the next call gets it.
  #failed(errno: number): void {
    const { control } = this.memory
    Atomics.store(control, FAILURE, errno)
    Atomics.add(control, FAILURES, 1)
    this.#tell(DATA_WANTED)
  }

  // ---- to the program

  #fill(most: number): number {
    this.#fullAt = undefined
    let moved = 0
    let bytes = 0
    while (moved < most && bytes < QUANTUM_BYTES && !this.ended) {
      const written = this.#errno === 0 ? this.#receive() : this.#writeError(this.#errno)
      if (written < 0) break
      moved++
      bytes += written
    }
    if (this.#writer.publish()) this.#tell(DATA_WANTED)
    return moved
  }

  /** The bytes of a message that was written; -1 if there is none, or no room for it. */
  #receive(): number {
    const length = this.#socket.nextLength()
    if (length === -EAGAIN) return -1
    if (length === -EBADF) {
      // It was not the program that closed it: a rewound kernel never had it.
      this.cut(EBADF)
      return -1
    }
    if (length < 0) return this.#writeError(-length)
    const room = Math.min(length, this.#most)
    const at = this.#place(room)
    if (at < 0) return -1
    const { ring } = this.#writer
    const sender = this.#sender
    let result = length
    try {
      result = this.#socket.receive(ring, (at + RECORD_HEADER) >>> 3, room, sender)
    } catch (error) {
      // The message has been received: it was a function behind it that threw.
      this.onError(error)
    }
    if (result < 0) return this.#writeError(-result)
    this.#describe(at, room, result)
    return room
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

  // ---- sleep

  /** Has the program wake this thread for what it gives it to do. */
  want(how: number): void {
    Atomics.or(this.memory.control, KERNEL_WANTED, this.full ? how | KERNEL_FULL : how)
  }

  #tell(wanted: number): void {
    const { control } = this.memory
    if (Atomics.load(control, wanted) === 0) return
    Atomics.store(control, wanted, 0)
    signal(control, PROGRAM_SIGNAL)
  }

  /** It is over: what the program has written is sent, as far as that is possible now, and whoever sleeps is woken. */
  end(errno: number): void {
    if (this.ended) return
    try {
      // No more than a ring holds: the program may go on writing.
      let left = this.memory.ringBytes / RECORD_HEADER
      for (let sent = 1; sent > 0; left -= sent) sent = this.send(left)
    } catch (error) {
      if (!(error instanceof Violation)) this.onError(error)
    }
    this.cut(errno)
  }

  /** Something threw that nobody should have. */
  fail(error: unknown): void {
    this.onError(error)
    this.cut(ECONNRESET)
  }

  /** It is over at once. */
  cut(errno: number): void {
    if (this.ended) return
    this.ended = true
    const { control } = this.memory
    Atomics.store(control, ENDED, errno)
    signal(control, PROGRAM_SIGNAL)
    Atomics.store(control, KERNEL_WANTED, 0)
    signal(control, KERNEL_SIGNAL)
  }
}
