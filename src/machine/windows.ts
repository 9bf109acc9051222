// The fixed windows in a machine's memory: what goes in with a call and what comes out of it, without a copy more than there must be.

import { type CnMsgInit, NLMSG_DONE } from '../uapi/index.js'
import { copyInto, firstBytes, lengthOf } from '../uapi/typed-arrays.js'
import { type Abi, LAYOUT } from './abi.generated.js'
import { KnownArray } from './known-array.js'

/** Bytes of both headers of a connector message. */
export const CN_HEADERS = 36
/** Longer copies out of the receive window are rarer than the views that they would need. */
const CACHED_VIEWS = 1024

export abstract class Windows {
  /** The calls, of which a long receive needs one. */
  abstract abi: Abi
  /** All result words, and all other words of memory; and its bytes. */
  readonly words: Uint32Array
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #transmit: Uint8Array<ArrayBuffer>
  readonly #receive: Uint8Array<ArrayBuffer>
  readonly #views: (Uint8Array | undefined)[] = []
  /** What was sent last. */
  readonly sentArray = new KnownArray(LAYOUT.TRANSMIT_BYTES)
  /** What was received into last. */
  readonly receivedArray = new KnownArray()

  constructor(memory: ArrayBuffer) {
    this.words = new Uint32Array(memory)
    this.bytes = new Uint8Array(memory)
    this.#transmit = this.bytes.subarray(LAYOUT.TRANSMIT, LAYOUT.TRANSMIT + LAYOUT.TRANSMIT_BYTES)
    this.#receive = this.bytes.subarray(LAYOUT.RECEIVE, LAYOUT.RECEIVE + LAYOUT.RECEIVE_BYTES)
  }

  /** A result word. */
  word(index: number): number {
    return this.words[(LAYOUT.RESULT >>> 2) + index] as number
  }

  /** Forgets which socket the last -EAGAIN was for. */
  clearBlocked(): void {
    this.words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_BLOCKED] = 0
  }

  /** Runs a function, and has the last -EAGAIN's socket be what it was, unless that is closed. */
  keepingBlocked<T>(fn: () => T): T {
    const { words } = this
    const id = (LAYOUT.RESULT >>> 2) + LAYOUT.WORD_BLOCKED
    const kept = (LAYOUT.RESULT >>> 2) + LAYOUT.WORD_BLOCKED_BEFORE
    if (words[id] === 0) return fn()
    const [sock, what] = [this.word(LAYOUT.WORD_BLOCKED_SOCK), this.word(LAYOUT.WORD_BLOCKED_FOR)]
    words[kept] = words[id] as number
    try {
      return fn()
    } finally {
      words[id] = words[kept] as number
      words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_BLOCKED_SOCK] = sock
      words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_BLOCKED_FOR] = what
      words[kept] = 0
    }
  }

  /** A list word. */
  listWord(index: number): number {
    return this.words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_LIST + index] as number
  }

  /** Writes bytes into the transmit window; they must fit. */
  transmit(data: Uint8Array): void {
    this.#transmit.set(data)
  }

  /** Writes the parts of a datagram into the transmit window. */
  transmitParts(parts: readonly Uint8Array[]): void {
    let at = 0
    for (const part of parts) {
      this.#transmit.set(part, at)
      at += lengthOf(part)
    }
  }

  /** Writes the parts of a datagram into a reserved message. */
  fillParts(skb: number, parts: readonly Uint8Array[]): void {
    let at = skb + LAYOUT.SKB_DATA
    for (const part of parts) {
      this.bytes.set(part, at)
      at += lengthOf(part)
    }
  }

  /** What a reserved message holds: the part of memory where `length` bytes of it lie. Not to be kept. */
  messageBytes(skb: number, length: number): Uint8Array {
    return this.bytes.subarray(skb + LAYOUT.SKB_DATA, skb + LAYOUT.SKB_DATA + length)
  }

  /** Sets how many bytes of a message count. */
  setMessageLength(skb: number, length: number): void {
    this.words[(skb + LAYOUT.SKB_LEN) >>> 2] = length
  }

  /** How many bytes a message has. */
  messageLength(skb: number): number {
    return this.words[(skb + LAYOUT.SKB_LEN) >>> 2] as number
  }

  /** Writes words into the transmit window, for structs of u32. */
  transmitWords(words: readonly number[]): void {
    this.words.set(words, LAYOUT.TRANSMIT >>> 2)
  }

  /** Writes the headers of a connector message and `length` bytes of its data, zeros behind what there is, into the transmit window. */
  transmitConnector(msg: Required<CnMsgInit>, length: number): void {
    this.#writeConnector(LAYOUT.TRANSMIT, msg, length)
  }

  /** The same into a reserved message. */
  fillConnector(skb: number, msg: Required<CnMsgInit>, length: number): void {
    this.#writeConnector(skb + LAYOUT.SKB_DATA, msg, length)
  }

  #writeConnector(at: number, msg: Required<CnMsgInit>, length: number): void {
    const { words } = this
    const word = at >>> 2
    words[word] = CN_HEADERS + length
    words[word + 1] = NLMSG_DONE
    words[word + 2] = msg.seq
    words[word + 3] = 0
    words[word + 4] = msg.id.idx
    words[word + 5] = msg.id.val
    words[word + 6] = msg.seq
    words[word + 7] = msg.ack
    words[word + 8] = (msg.len & 0xffff) | (msg.flags << 16)
    const { data } = msg
    const given = lengthOf(data)
    this.bytes.set(given <= length ? data : firstBytes(data, length), at + CN_HEADERS)
    if (given < length) this.bytes.fill(0, at + CN_HEADERS + given, at + CN_HEADERS + length)
  }

  /** Writes an option's value or control messages into the receive window. */
  putValue(value: Uint8Array): void {
    this.#receive.set(value)
  }

  /** Writes a filter's instructions where the kernel looks for them: over both windows. */
  putProgram(program: Uint8Array): void {
    this.bytes.set(program, LAYOUT.TRANSMIT)
  }

  /** A copy of the first bytes of the receive window. */
  valueBytes(length: number): Uint8Array {
    return this.#receive.slice(0, length)
  }

  /** Copies what the last receive gave into a buffer, which has room for it. */
  copyReceived(into: Uint8Array): void {
    const copied = this.word(LAYOUT.WORD_COPIED)
    const at = this.word(LAYOUT.WORD_DATA)
    if (at !== LAYOUT.RECEIVE) {
      try {
        copyInto(into, this.bytes.subarray(at, at + copied))
      } finally {
        this.giveBack()
      }
      return
    }
    if (copied >= CACHED_VIEWS) copyInto(into, this.#receive.subarray(0, copied))
    else copyInto(into, this.#views[copied] ?? this.#newView(copied))
  }

  #newView(length: number): Uint8Array {
    const view = this.#receive.subarray(0, length)
    this.#views[length] = view
    return view
  }

  /** Copies what the last receive gave into several buffers, one after another. */
  scatterReceived(into: readonly Uint8Array[]): void {
    const copied = this.word(LAYOUT.WORD_COPIED)
    const from = this.word(LAYOUT.WORD_DATA)
    let done = 0
    for (const buffer of into) {
      const part = Math.min(buffer.length, copied - done)
      if (part <= 0) continue
      copyInto(buffer, this.bytes.subarray(from + done, from + done + part))
      done += part
    }
    if (from !== LAYOUT.RECEIVE) this.giveBack()
  }

  /** The last receive's message was too long for the window, and has been read where it lay. */
  giveBack(): void {
    this.abi.drain_next(0, LAYOUT.DRAIN_LONG, 0)
  }

  /** struct cn_ctl_msg and the ranges of a notification request, which request_next() has told. */
  requestWords(): number[] {
    const group = this.listWord(1)
    const idx = this.listWord(2)
    const val = this.listWord(3)
    const from = this.listWord(4) >>> 2
    const ranges = this.words.subarray(from, from + (idx + val) * 2)
    return [idx, val, group, ranges.length * 4, ...ranges]
  }

  /** Text of the receive window. */
  text(length: number): string {
    return decoder.decode(this.#receive.subarray(0, length))
  }

  /** Writes text into the transmit window, cut at `most` bytes between characters; how many bytes it takes. */
  transmitText(text: string, most: number): number {
    return encoder.encodeInto(text, this.#transmit.subarray(0, most)).written
  }
}

const encoder = new TextEncoder()
// What begins with a byte order mark keeps it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
