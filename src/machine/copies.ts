// In the debug build whoever reads or writes a message in place has a copy of it, which is detached when its view is over: who keeps one
// meets an error, and not what lies there by then. Around each call of the kernel the copies and its memory are made the same.

import type { MessageView } from '../api.js'
import { copyInto } from '../uapi/typed-arrays.js'
import type { Abi } from './abi.generated.js'

const RESERVE_ENDS = 'the message of reserve() is over: it was committed, or given back'
const PEEK_ENDS = 'the message of peek() is over: it was released'

/** A view of an array of its own, which says so when it is over. */
class Lent implements MessageView {
  /** Whether it can be looked at: it is over, or is being sent, if not. */
  live = true
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #words: Uint32Array<ArrayBuffer>
  readonly #end: string

  /** `end`: what is said to whoever looks at it too late. */
  constructor(length: number, end: string) {
    const buffer = new ArrayBuffer(Math.ceil(length / 4) * 4)
    this.#bytes = new Uint8Array(buffer, 0, length)
    this.#words = new Uint32Array(buffer)
    this.#end = end
  }

  get bytes(): Uint8Array {
    return this.#valid(this.#bytes)
  }

  get words(): Uint32Array {
    return this.#valid(this.#words)
  }

  get length(): number {
    return this.bytes.length
  }

  #valid<T>(value: T): T {
    if (!this.live) throw new Error(this.#end)
    return value
  }

  /** It is over. */
  end(): void {
    this.live = false
    const { buffer } = this.#bytes
    structuredClone(buffer, { transfer: [buffer] })
  }
}

/** A copy that stands for a message. */
export class Copy extends Lent {
  readonly #message: Uint8Array

  /** `message`: where it lies. */
  constructor(message: Uint8Array, end: string) {
    super(message.length, end)
    this.#message = message
    this.load()
  }

  isOf(message: Uint8Array): boolean {
    return this.#message.byteOffset === message.byteOffset && this.#message.length === message.length
  }

  /** Takes over what lies in memory. */
  load(): void {
    copyInto(this.bytes, this.#message)
  }

  /** Puts into memory what was written. */
  store(): void {
    copyInto(this.#message, this.bytes)
  }

  /** Whether it is not what lies in memory. */
  get isChanged(): boolean {
    return this.bytes.some((byte, index) => byte !== this.#message[index])
  }
}

/** All copies of a machine. */
export class Copies {
  readonly #memory: Uint8Array
  /** Those that callbacks read, and may write. */
  readonly #given = new Set<Copy>()
  /** What is peeked, by the socket's reference. */
  readonly #peeked = new Map<number, Copy>()

  constructor(memory: Uint8Array) {
    this.#memory = memory
  }

  #at(at: number, length: number): Uint8Array {
    return this.#memory.subarray(at, at + length)
  }

  /** What a callback is given, until endReading(). */
  give(at: number, length: number, end: string): Copy {
    const copy = new Copy(this.#at(at, length), end)
    this.#given.add(copy)
    return copy
  }

  /** The callback has returned: what it was given is over, be it `copy` or null, and so is what it read of `objects`. */
  endReading(copy: Copy | null, objects: readonly object[], get: () => never): void {
    if (copy !== null) this.#giveBack(copy)
    for (const object of objects) for (const key of Object.keys(object)) Object.defineProperty(object, key, { get })
  }

  #giveBack(copy: Copy): void {
    copy.store()
    this.#given.delete(copy)
    copy.end()
  }

  /** Runs a function that reads what lies there, and must not write: whether it did. */
  show(at: number, length: number, end: string, run: (message: MessageView) => void): boolean {
    const copy = new Copy(this.#at(at, length), end)
    try {
      run(copy)
      return copy.isChanged
    } finally {
      copy.end()
    }
  }

  /** What a socket has peeked: the same copy for the same message. */
  peek(sock: number, at: number, length: number): Copy {
    const message = this.#at(at, length)
    const before = this.#peeked.get(sock)
    if (before?.isOf(message)) return before
    this.release(sock)
    const copy = new Copy(message, PEEK_ENDS)
    this.#peeked.set(sock, copy)
    return copy
  }

  /** The socket has nothing peeked any more. */
  release(sock: number): void {
    const copy = this.#peeked.get(sock)
    if (copy === undefined) return
    this.#peeked.delete(sock)
    copy.end()
  }

  /** Whether a reader has written into what he peeked. */
  isSpoilt(sock: number): boolean {
    return this.#peeked.get(sock)?.isChanged ?? false
  }

  /** Time goes back, or ends. */
  endAll(): void {
    for (const sock of [...this.#peeked.keys()]) this.release(sock)
  }

  /** What a socket has reserved. */
  lend(length: number): MessageView {
    return new Lent(length, RESERVE_ENDS)
  }

  /** Whether what a socket has reserved can be looked at: it cannot while it is being sent. */
  setLive(view: MessageView, live: boolean): void {
    ;(view as Lent).live = live
  }

  /** It is reserved no more. */
  endLent(view: MessageView): void {
    ;(view as Lent).end()
  }

  /** The same calls, each of which finds what was written in place, and what it writes is found there. */
  around(abi: Abi): Abi {
    const around =
      (call: (...args: number[]) => number) =>
      (...args: number[]) => {
        this.beforeCall()
        try {
          return call(...args)
        } finally {
          this.#afterCall()
        }
      }
    const calls: Partial<Abi> = {}
    // Those of a recorder are its object's prototype's.
    for (const name in abi) calls[name as keyof Abi] = around(abi[name as keyof Abi] as (...args: number[]) => number)
    return calls as Abi
  }

  /** What was written is to be in memory: the kernel is called, or looked at. */
  beforeCall(): void {
    for (const copy of this.#given) copy.store()
  }

  // What others have written into the same messages is to be seen.
  #afterCall(): void {
    for (const copy of this.#given) copy.load()
  }
}
