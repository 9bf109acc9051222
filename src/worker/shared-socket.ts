// A socket whose messages go through shared memory, as its program has it.

import { EAGAIN, ECONNRESET, EMSGSIZE, type SockaddrNl, u32 } from '../uapi/index.js'
import { copyInto, lengthOf } from '../uapi/typed-arrays.js'
import { sockaddr } from '../user/address.js'
import { asBytes, asObject, signalOf } from '../user/arguments.js'
import { check, SystemError } from '../user/errors.js'
import type { Destination, SharedSocket as SharedSocketInterface } from './api.js'
import type { Connection, SentRings } from './connection.js'
import { ProgramSleep } from './program-sleep.js'
import {
  ADDRESSED,
  DATA_WANTED,
  ENDED,
  ERROR_LENGTH,
  FAILURE,
  FAILURES,
  KERNEL_FULL,
  KERNEL_WANTED,
  mostRecordBytes,
  PROGRAM_SIGNAL,
  RECEIVE,
  RECORD_EXTRA,
  RECORD_GROUPS,
  RECORD_HEADER,
  RECORD_LENGTH,
  RECORD_PORTID,
  RingMemory,
  ROOM_WANTED,
  TRANSMIT,
} from './ring-memory.js'
import { RingReader } from './ring-reader.js'
import { RingWriter } from './ring-writer.js'
import { signal } from './shared-word.js'

export class SharedSocket implements SharedSocketInterface {
  readonly bytes: number
  readonly #control: Int32Array
  readonly #reader: RingReader
  readonly #writer: RingWriter
  readonly #sleep: ProgramSleep
  /** Bytes of one message at most. */
  readonly #most: number
  /** Refused sends that this socket has told of. */
  #told = 0
  /** What it says when the connection has ended and nobody was left to write so. */
  #gone = 0
  #port = 0
  #groups = 0
  #length = 0

  /** Only a remote socket makes it. */
  constructor({ memory, bell }: SentRings, connection: Connection) {
    const rings = new RingMemory(memory)
    const most = mostRecordBytes(rings.ringBytes)
    this.bytes = rings.ringBytes
    this.#control = rings.control
    this.#most = Math.min(most, connection.limits.callBytes)
    this.#reader = new RingReader(rings.ring(RECEIVE), most)
    this.#writer = new RingWriter(rings.ring(TRANSMIT))
    this.#sleep = new ProgramSleep(rings.control, new Int32Array(bell), connection.silence)
    // The connection may live for much longer.
    const socket = new WeakRef(this)
    void connection.ended.then(() => socket.deref()?.connectionEnded())
  }

  /** @internal */
  connectionEnded(): void {
    this.#gone = ECONNRESET
    signal(this.#control, PROGRAM_SIGNAL)
  }

  get failures(): number {
    return Atomics.load(this.#control, FAILURES)
  }

  get closed(): boolean {
    return this.#ended !== 0
  }

  get sender(): SockaddrNl {
    return sockaddr(this.#port, this.#groups)
  }

  get length(): number {
    return this.#length
  }

  get #ended(): number {
    return this.#gone || Atomics.load(this.#control, ENDED)
  }

  // What was refused meanwhile; 0 for nothing new.
  #pending(): number {
    const failures = Atomics.load(this.#control, FAILURES)
    if (failures === this.#told) return 0
    this.#told = failures
    return -Atomics.load(this.#control, FAILURE)
  }

  // ---- sending

  send(data: Uint8Array, to?: Destination): number {
    return check(this.trySend(data, to), 'send')
  }

  trySend(data: Uint8Array, to?: Destination): number {
    const bytes = asBytes(data, 'data')
    if (to === undefined) return this.#write(bytes, 0, 0, 0)
    const { nl_pid = 0, nl_groups = 0 } = asObject(to, 'to')
    return this.#write(bytes, ADDRESSED, u32(nl_pid, 'nl_pid'), u32(nl_groups, 'nl_groups'))
  }

  sendWait(data: Uint8Array, milliseconds?: number, to?: Destination): number {
    return check(
      this.#sleep.block(() => this.trySend(data, to), ROOM_WANTED, milliseconds),
      'send',
    )
  }

  #write(data: Uint8Array, extra: number, port: number, groups: number): number {
    const control = this.#control
    if (this.#ended !== 0) return -this.#ended
    if (Atomics.load(control, FAILURES) !== this.#told) return this.#pending()
    const length = lengthOf(data)
    if (length > this.#most) return -EMSGSIZE
    const writer = this.#writer
    const at = writer.place(length)
    if (at < 0) return -EAGAIN
    const { numbers, bytes } = writer.ring
    const word = at >>> 2
    numbers[word + RECORD_LENGTH] = length
    numbers[word + RECORD_EXTRA] = extra
    numbers[word + RECORD_PORTID] = port
    numbers[word + RECORD_GROUPS] = groups
    bytes.set(data, at + RECORD_HEADER)
    writer.commit()
    writer.publish()
    if (Atomics.load(control, KERNEL_WANTED) !== 0) this.#sleep.wakeKernel()
    return length
  }

  // ---- receiving

  recv(buffer: Uint8Array): number {
    return check(this.tryRecv(buffer), 'recv')
  }

  recvWait(buffer: Uint8Array, milliseconds?: number): number {
    return check(
      this.#sleep.block(() => this.tryRecv(buffer), DATA_WANTED, milliseconds),
      'recv',
    )
  }

  tryRecv(buffer: Uint8Array): number {
    const room = asBytes(buffer, 'buffer')
    const failed = this.#pending()
    if (failed !== 0) return failed
    const reader = this.#reader
    const length = reader.next()
    if (length < 0) return -(this.#ended || EAGAIN)
    const { numbers, bytes } = reader.ring
    const word = reader.at >>> 2
    const extra = numbers[word + RECORD_EXTRA] as number
    const copied = length === ERROR_LENGTH ? 0 : Math.min(length, lengthOf(room))
    if (length !== ERROR_LENGTH) {
      copyInto(room, bytes.subarray(reader.data, reader.data + copied))
      this.#port = numbers[word + RECORD_PORTID] as number
      this.#groups = numbers[word + RECORD_GROUPS] as number
      this.#length = extra
    }
    reader.take()
    reader.publish()
    // A kernel that has more wants to know in good time, not of every record.
    if (Atomics.load(this.#control, KERNEL_WANTED) & KERNEL_FULL && reader.used * 2 <= this.bytes) {
      this.#sleep.wakeKernel()
    }
    return length === ERROR_LENGTH ? -extra : copied
  }

  // ---- waiting

  readable(options: { signal?: AbortSignal } = {}): Promise<void> {
    const given = signalOf(options)
    return this.#sleep.until(() => this.#saysSomething || !this.#reader.empty, DATA_WANTED, given)
  }

  async writable(bytes = 0, options: { signal?: AbortSignal } = {}): Promise<void> {
    const given = signalOf(options)
    if (u32(bytes, 'bytes') > this.#most) throw new SystemError(-EMSGSIZE, 'send')
    await this.#sleep.until(() => this.#saysSomething || this.#writer.place(bytes) >= 0, ROOM_WANTED, given)
  }

  /** Whether the next call has an error to tell. */
  get #saysSomething(): boolean {
    return this.#ended !== 0 || this.failures !== this.#told
  }
}
