// In the debug build whoever reads or writes a message in place has a copy of it, which is detached when its view is over: who keeps one
// meets an error, and not what lies there by then. Around each call of the kernel the copies and its memory are made the same.

import type { MessageView } from '../api.js'
import { copyInto } from '../uapi/typed-arrays.js'

/** What a socket has in place. */
export type Place = 'reserved' | 'peeked'

const ENDS: Readonly<Record<Place, string>> = {
  reserved: 'the message of reserve() is over: it was committed, or given back',
  peeked: 'the message of peek() is over: it was released',
}

/** A copy that stands for a message. */
export class Copy implements MessageView {
  /** Whether it is the message now: it is not while that is being sent. */
  live = true
  readonly #message: Uint8Array
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #words: Uint32Array<ArrayBuffer>
  readonly #end: string

  /** `message`: where it lies; `end`: what is said to whoever looks at it too late. */
  constructor(message: Uint8Array, end: string) {
    const { length } = message
    const buffer = new ArrayBuffer((length + 3) & ~3)
    this.#message = message
    this.#bytes = new Uint8Array(buffer, 0, length)
    this.#words = new Uint32Array(buffer)
    this.#end = end
    this.load()
  }

  get bytes(): Uint8Array {
    return this.#valid(this.#bytes)
  }

  get words(): Uint32Array {
    return this.#valid(this.#words)
  }

  get length(): number {
    return this.#valid(this.#message).length
  }

  #valid<T>(value: T): T {
    if (!this.live) throw new Error(this.#end)
    return value
  }

  isOf(message: Uint8Array): boolean {
    return this.#message.byteOffset === message.byteOffset && this.#message.length === message.length
  }

  /** Takes over what lies in memory. */
  load(): void {
    copyInto(this.#bytes, this.#message)
  }

  /** Puts into memory what was written. */
  store(): void {
    copyInto(this.#message, this.#bytes)
  }

  /** Whether it is not what lies in memory. */
  get isChanged(): boolean {
    return this.#bytes.some((byte, index) => byte !== this.#message[index])
  }

  /** It is over. */
  end(): void {
    this.live = false
    const { buffer } = this.#bytes
    structuredClone(buffer, { transfer: [buffer] })
  }
}

/** All copies of a machine. */
export class Copies {
  readonly #memory: Uint8Array
  /** Those that callbacks read, and may write. */
  readonly #given = new Set<Copy>()
  /** By the socket's reference. */
  readonly #places: Readonly<Record<Place, Map<number, Copy>>> = { reserved: new Map(), peeked: new Map() }

  constructor(memory: Uint8Array) {
    this.#memory = memory
  }

  #at(at: number, length: number): Uint8Array {
    return this.#memory.subarray(at, at + length)
  }

  /** What a callback is given, until giveBack(). */
  give(at: number, length: number, end: string): Copy {
    const copy = new Copy(this.#at(at, length), end)
    this.#given.add(copy)
    return copy
  }

  giveBack(copy: Copy): void {
    copy.store()
    this.#given.delete(copy)
    copy.end()
  }

  /** What a socket has in place: the same copy for the same message. */
  put(place: Place, sock: number, at: number, length: number): Copy {
    const message = this.#at(at, length)
    const before = this.#places[place].get(sock)
    if (before?.isOf(message)) return before
    this.end(place, sock)
    const copy = new Copy(message, ENDS[place])
    this.#places[place].set(sock, copy)
    return copy
  }

  /** The socket has nothing more there. */
  end(place: Place, sock: number): void {
    const copy = this.#places[place].get(sock)
    if (copy === undefined) return
    this.#places[place].delete(sock)
    copy.end()
  }

  /** Whether a reader has written into what he peeked. */
  isSpoilt(sock: number): boolean {
    return this.#places.peeked.get(sock)?.isChanged ?? false
  }

  /** The reserved message is being sent: nobody may write into it. */
  beginCommit(sock: number): void {
    this.beforeCall()
    const copy = this.#places.reserved.get(sock)
    if (copy !== undefined) copy.live = false
  }

  /** It is still reserved, or it is not; unless a callback has reserved another one. */
  endCommit(sock: number, isReserved: () => boolean): void {
    const copy = this.#places.reserved.get(sock)
    if (copy === undefined || copy.live) return
    if (isReserved()) copy.live = true
    else this.end('reserved', sock)
  }

  /** A socket is closed. */
  forget(sock: number): void {
    this.end('reserved', sock)
    this.end('peeked', sock)
  }

  /** Time goes back, or ends. */
  endAll(): void {
    for (const places of Object.values(this.#places)) for (const sock of [...places.keys()]) this.forget(sock)
  }

  /** What was written is to be in memory: the kernel is called, or looked at. */
  beforeCall(): void {
    for (const copy of this.#given) copy.store()
    for (const copy of this.#places.reserved.values()) if (copy.live) copy.store()
  }

  /** What others have written into the same messages is to be seen. */
  afterCall(): void {
    for (const copy of this.#given) copy.load()
  }
}

/** The copies of a machine: none unless it is of the debug build. Built files of the package, which boot no other, have this alone. */
export const copiesOf = (memory: Uint8Array<ArrayBuffer>, debug: boolean): Copies | null =>
  debug ? new Copies(memory) : null
