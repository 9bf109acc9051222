// The recorder: writes everything that enters a machine onto a tape, in order, while it enters.

import { type Abi, LAYOUT, OPCODES } from '../abi.generated.js'
import { copyImage } from '../copy-image.js'
import type { Machine, Recorder } from '../machine.js'
import { CALLS, type Call, mostTransmitted } from './calls.js'
import { DenseWriter } from './dense.js'
import { copyBytes, ENTER, FILLED, LEAVE, REWOUND, WRITTEN, wordsOf } from './records.js'
import { Tape } from './tape.js'
import { type AnyCall, wrapCall } from './wrap.js'

const TRANSMIT_AT = LAYOUT.TRANSMIT >>> 2
const RECEIVE_AT = LAYOUT.RECEIVE >>> 2
const DATA = LAYOUT.SKB_DATA >>> 2
const LENGTH = LAYOUT.SKB_LEN >>> 2
const KIND_MASK = 15

/** The message that a function of the host is given, or 0. */
export function messageOf(kindSlot: number, a: number, b: number): number {
  const kind = kindSlot & KIND_MASK
  if (kind === LAYOUT.CALL_FILTER) return b
  const first = [LAYOUT.CALL_CN, LAYOUT.CALL_INPUT, LAYOUT.CALL_DUMP, LAYOUT.CALL_FAULT] as readonly number[]
  return first.includes(kind) ? a : 0
}

/** A function of the host that runs: the message that it may write into, and what that was when it was last looked at. */
interface Frame {
  message: number
  length: number
  bytes: Uint32Array
}

export class JournalRecorder implements Recorder {
  readonly tape = new Tape()
  /** How many calls were written down, nested ones included. */
  calls = 0
  /** How many functions of the host run. */
  depth = 0
  readonly #dense: DenseWriter
  readonly #memory: Uint32Array
  readonly #onHalt: () => void
  readonly #reserved = new Set<number>()
  readonly #frames: Frame[] = []
  readonly #isDense: boolean
  #ended = false

  /**
   * `onHalt` is called before the machine is taken down, which is the end of what can be written down. Who reads the tape while it is
   * written wants whole records on it: `isDense` false.
   */
  constructor(machine: Machine, onHalt: () => void = () => {}, isDense = true) {
    this.#isDense = isDense
    this.#memory = machine.words
    this.#dense = new DenseWriter(this.tape, machine.words.subarray(TRANSMIT_AT))
    this.#onHalt = onHalt
  }

  wrap(raw: Abi): Abi {
    const wrapped: Record<string, AnyCall> = { ...(raw as unknown as Record<string, AnyCall>) }
    for (const call of CALLS) {
      if (call === undefined) continue
      wrapped[call.member] = wrapCall(this, call, raw[call.member] as AnyCall)
    }
    if (this.#isDense) {
      wrapped.send = this.#wrapSend(raw)
      wrapped.recv = this.#wrapRecv(raw)
    }
    wrapped.halt = () => {
      this.#onHalt()
      this.#ended = true
      return raw.halt()
    }
    // As a prototype an object is laid out so that its functions are found without a search.
    return Object.create(wrapped) as Abi
  }

  // The two calls of a message's way have functions of their own: there the cost counts.
  #wrapSend(raw: Abi): Abi['send'] {
    const { tape } = this
    const dense = this.#dense
    return (sock, length, flags) => {
      this.#begin()
      const at = dense.send(OPCODES.SEND, sock, length, flags, Math.min(length >>> 0, LAYOUT.TRANSMIT_BYTES))
      const { words } = tape
      const result = raw.send(sock, length, flags)
      words[at] = result
      return result
    }
  }

  #wrapRecv(raw: Abi): Abi['recv'] {
    const { tape } = this
    const dense = this.#dense
    return (sock, length, flags) => {
      this.#begin()
      const at = dense.recv(OPCODES.RECV, sock, length, flags)
      const { words } = tape
      const result = raw.recv(sock, length, flags)
      words[at] = result
      return result
    }
  }

  #begin(): void {
    if (this.depth !== 0) this.#noteWritten()
    this.calls++
  }

  /** Copies everything that was written down to `into`, from its index `at` on, as whole records. */
  copyTo(into: Uint32Array, at: number): void {
    this.tape.copyTo(into, at, { send: OPCODES.SEND, recv: OPCODES.RECV })
  }

  /** Begins the record of a call, of so many words; where it begins. What functions have written so far comes before it. */
  open(opcode: number, count: number): number {
    this.#begin()
    const at = this.tape.take(count)
    this.tape.words[at] = opcode
    return at
  }

  /** Writes down what a call reads, whose arguments lie in `words` from `at` on. */
  read(call: Call, words: Uint32Array, at: number): void {
    if (call.transmitted !== null) {
      this.#copy(call.transmitAt >>> 2, Math.min(call.transmitted(words, at), mostTransmitted(call)))
    }
    if (call.inReceive !== null) this.#copy(RECEIVE_AT, Math.min(call.inReceive(words, at), LAYOUT.RECEIVE_BYTES))
    if (call.givesUp >= 0) this.#giveUp(words[at + call.givesUp] as number)
  }

  #copy(from: number, bytes: number): void {
    const to = this.tape.take(wordsOf(bytes))
    copyBytes(this.#memory, from, this.tape.words, to, bytes)
  }

  // If the host has filled the message, its bytes are read.
  #giveUp(message: number): void {
    const isFilled = this.#reserved.delete(message)
    const at = this.tape.take(1)
    const length = isFilled ? (this.#memory[(message >>> 2) + LENGTH] as number) : 0
    this.tape.words[at] = isFilled ? length | FILLED : 0
    this.#copy((message >>> 2) + DATA, length)
  }

  /** A call has made a message that the host fills in. */
  reserved(message: number): void {
    this.#reserved.add(message)
  }

  // ---- functions of the host

  enter(kindSlot: number, a: number, b: number): void {
    if (this.#ended) return
    const at = this.tape.take(4)
    this.tape.words.set([ENTER, kindSlot, a, b], at)
    let frame = this.#frames[this.depth]
    if (frame === undefined) {
      frame = { message: 0, length: 0, bytes: new Uint32Array(64) }
      this.#frames.push(frame)
    }
    frame.message = messageOf(kindSlot, a, b)
    this.depth++
    if (frame.message !== 0) this.#look(frame)
  }

  leave(_kindSlot: number, _a: number, _b: number, result: number): void {
    if (this.#ended) return
    this.#noteWritten()
    this.depth--
    const at = this.tape.take(2)
    const { words } = this.tape
    words[at] = LEAVE
    words[at + 1] = result
  }

  #look(frame: Frame): void {
    const at = frame.message >>> 2
    frame.length = this.#memory[at + LENGTH] as number
    const count = wordsOf(frame.length)
    if (frame.bytes.length < count) frame.bytes = new Uint32Array(count * 2)
    copyBytes(this.#memory, at + DATA, frame.bytes, 0, frame.length)
  }

  // A function may write into its message, and have that read before it returns: by an answer, or by whoever shares the message.
  #noteWritten(): void {
    for (let index = 0; index < this.depth; index++) {
      const frame = this.#frames[index] as Frame
      if (frame.message === 0 || !this.#hasChanged(frame)) continue
      this.#look(frame)
      const at = this.tape.take(3 + wordsOf(frame.length))
      const { words } = this.tape
      words[at] = WRITTEN
      words[at + 1] = index
      words[at + 2] = frame.length
      copyBytes(frame.bytes, 0, words, at + 3, frame.length)
    }
  }

  #hasChanged({ message, length, bytes }: Frame): boolean {
    const memory = this.#memory
    const at = (message >>> 2) + DATA
    if (memory[(message >>> 2) + LENGTH] !== length) return true
    const whole = length >>> 2
    for (let index = 0; index < whole; index++) if (memory[at + index] !== bytes[index]) return true
    const rest = length & 3
    return rest !== 0 && (((memory[at + whole] as number) ^ (bytes[whole] as number)) & ((1 << (rest * 8)) - 1)) !== 0
  }

  // ---- time goes back

  rewound(image: Uint8Array): void {
    this.#reserved.clear()
    const count = wordsOf(image.length)
    const at = this.tape.take(2 + count)
    const { words } = this.tape
    words[at] = REWOUND
    words[at + 1] = image.length
    words.fill(0, at + 2, at + 2 + count)
    copyImage(image, new Uint8Array(words.buffer, words.byteOffset, words.byteLength), (at + 2) * 4)
  }
}
