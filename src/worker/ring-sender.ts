// From a program's ring to the kernel: what it wrote is sent by its socket.

import { AF_NETLINK, EAGAIN, EIO } from '../uapi/index.js'
import { NOWHERE, SOCKADDR_NL_BYTES } from '../user/address.js'
import type { LongSocket } from '../user/long-socket.js'
import {
  ADDRESSED,
  ERROR_LENGTH,
  mostRecordBytes,
  RECORD_EXTRA,
  RECORD_GROUPS,
  RECORD_HEADER,
  RECORD_PORTID,
  type RingMemory,
  TRANSMIT,
} from './ring-memory.js'
import { RingReader } from './ring-reader.js'
import { Violation } from './violation.js'

/** Bytes of messages after which another ring has its turn. */
export const QUANTUM_BYTES = 65536

export interface RingSenderInit {
  readonly socket: LongSocket
  readonly memory: RingMemory
  /** Bytes of one send at most. */
  readonly mostBytes: number
  /** Is told what functions of this side threw. */
  readonly onError: (error: unknown) => void
  /** The kernel has refused a message. */
  readonly onRefused: (errno: number) => void
}

export class RingSender {
  readonly #socket: LongSocket
  readonly #reader: RingReader
  readonly #onError: (error: unknown) => void
  readonly #onRefused: (errno: number) => void
  readonly #to = { addrlen: SOCKADDR_NL_BYTES, family: AF_NETLINK, pid: 0, groups: 0 }
  /** The next message waits for room in somebody's socket. */
  stalled = false

  constructor({ socket, memory, mostBytes, onError, onRefused }: RingSenderInit) {
    this.#socket = socket
    this.#reader = new RingReader(memory.ring(TRANSMIT), Math.min(mostRecordBytes(memory.ringBytes), mostBytes))
    this.#onError = onError
    this.#onRefused = onRefused
  }

  /** Whether the program has written nothing more. @throws Violation */
  get empty(): boolean {
    return this.#reader.empty
  }

  /** Bytes that are still to be sent, as far as is known. */
  get left(): number {
    return this.#reader.used
  }

  /** Sends so many messages at most; how many it were. @throws Violation */
  move(most: number): number {
    const reader = this.#reader
    let moved = 0
    let bytes = 0
    this.stalled = false
    while (moved < most && bytes < QUANTUM_BYTES) {
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
      if (result < 0) this.#onRefused(-result)
    }
    return moved
  }

  /** Gives the program its room back; whether there was any. */
  publish(): boolean {
    return this.#reader.publish()
  }

  #send(length: number): number {
    const { ring, at } = this.#reader
    const word = at >>> 2
    const extra = ring.numbers[word + RECORD_EXTRA] as number
    if (extra !== 0 || length === ERROR_LENGTH) this.#address(word, extra, length)
    try {
      return this.#socket.send(ring.longs, (at + RECORD_HEADER) >>> 3, length, extra === 0 ? NOWHERE : this.#to)
    } catch (error) {
      this.#onError(error)
      return -EIO
    }
  }

  #address(word: number, extra: number, length: number): void {
    if (extra !== ADDRESSED || length === ERROR_LENGTH) throw new Violation('a record of no kind')
    const { numbers } = this.#reader.ring
    this.#to.pid = numbers[word + RECORD_PORTID] as number
    this.#to.groups = numbers[word + RECORD_GROUPS] as number
  }
}
