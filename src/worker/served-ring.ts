// A shared socket at the kernel's end: its two ways, what its program is told, and its end.

import { EBADF, ECONNRESET } from '../uapi/index.js'
import type { LongSocket } from '../user/long-socket.js'
import {
  DATA_WANTED,
  ENDED,
  FAILURE,
  FAILURES,
  KERNEL_FULL,
  KERNEL_SIGNAL,
  KERNEL_WANTED,
  PROGRAM_SIGNAL,
  RECORD_HEADER,
  type RingMemory,
  ROOM_WANTED,
} from './ring-memory.js'
import { RingReceiver } from './ring-receiver.js'
import { RingSender } from './ring-sender.js'
import { signal } from './shared-word.js'
import { Violation } from './violation.js'

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
  readonly onViolation: (violation: string) => void
  readonly #onError: (error: unknown) => void
  readonly #sender: RingSender
  readonly #receiver: RingReceiver
  /** A function that the kernel calls may ask for a turn. */
  #busy = false
  readonly #ending = new AbortController()
  ended = false

  constructor({ socket, memory, mostBytes, onError, onViolation }: ServedRingInit) {
    this.memory = memory
    this.onViolation = onViolation
    this.#onError = onError
    const onRefused = (errno: number) => this.#refused(errno)
    this.#sender = new RingSender({ socket, memory, mostBytes, onError, onRefused })
    this.#receiver = new RingReceiver({ socket, memory, onError, onClosed: () => this.cut(EBADF) })
  }

  /** Aborted when it is over: nothing waits for it any more. */
  get ending(): AbortSignal {
    return this.#ending.signal
  }

  /** Whether its next send waits for room in somebody's socket. */
  get stalled(): boolean {
    return this.#sender.stalled
  }

  /** Whether its program has to read before anything else can be written for it. */
  get full(): boolean {
    return this.#receiver.full
  }

  /** Whether the program has given it something to do since it last did anything. @throws Violation */
  get hasWork(): boolean {
    if (this.ended) return false
    return this.#receiver.freed || (!this.stalled && !this.#sender.empty)
  }

  /** Receives and sends so many messages at most, each; how many it were. @throws Violation */
  serve(most: number): number {
    return Math.max(0, this.receive(most)) + Math.max(0, this.send(most))
  }

  /** Writes for the program what its socket has; how many, -1 if that had nothing. @throws Violation */
  receive(most: number): number {
    if (this.#busy || this.ended) return 0
    const moved = this.#alone(() => this.#receiver.move(most))
    if (this.#receiver.publish()) this.#tell(DATA_WANTED)
    return moved === 0 && !this.full && !this.ended ? -1 : moved
  }

  /** Sends what the program has written; how many, -1 if that has to wait for room. @throws Violation */
  send(most: number): number {
    if (this.#busy || this.ended) return 0
    const moved = this.#alone(() => this.#sender.move(most))
    // As on Linux whoever waits for room is woken when half of it is free: not of every message.
    if (this.#sender.publish() && this.#sender.left * 2 <= this.memory.ringBytes) this.#tell(ROOM_WANTED)
    return moved === 0 && this.stalled && !this.ended ? -1 : moved
  }

  #alone(move: () => number): number {
    this.#busy = true
    try {
      return move()
    } finally {
      this.#busy = false
    }
  }

  // As an error of a Linux socket that comes later than the call: the next call gets it.
  #refused(errno: number): void {
    const { control } = this.memory
    Atomics.store(control, FAILURE, errno)
    Atomics.add(control, FAILURES, 1)
    this.#tell(DATA_WANTED)
  }

  // ---- sleep

  #tell(wanted: number): void {
    const { control } = this.memory
    if (Atomics.load(control, wanted) === 0) return
    Atomics.store(control, wanted, 0)
    signal(control, PROGRAM_SIGNAL)
  }

  /** Has the program wake this thread for what it gives it to do. */
  want(how: number): void {
    Atomics.or(this.memory.control, KERNEL_WANTED, this.full ? how | KERNEL_FULL : how)
  }

  // ---- the end

  /** It is over: what the program has written is sent, as far as that is possible now, and whoever sleeps is woken. */
  end(errno: number): void {
    if (this.ended) return
    try {
      // No more than a ring holds: the program may go on writing.
      let left = this.memory.ringBytes / RECORD_HEADER
      for (let sent = 1; sent > 0; left -= sent) sent = this.send(left)
    } catch (error) {
      if (!(error instanceof Violation)) this.#onError(error)
    }
    this.cut(errno)
  }

  /** Something threw that nobody should have. */
  fail(error: unknown): void {
    this.#onError(error)
    this.cut(ECONNRESET)
  }

  /** It is over at once. */
  cut(errno: number): void {
    if (this.ended) return
    this.ended = true
    this.#ending.abort()
    const { control } = this.memory
    Atomics.store(control, ENDED, errno)
    signal(control, PROGRAM_SIGNAL)
    Atomics.store(control, KERNEL_WANTED, 0)
    signal(control, KERNEL_SIGNAL)
  }
}
