// What a tape holds of sends and receives that are like the last one: only what is not as it was. Fresh memory is what recording
// costs most, and most programs send and receive the same way again and again. A journal has whole records: they are made of these
// when it is written.

import { copyBytes, wordsOf } from './records.js'
import type { Tape } from './tape.js'

/** In place of an opcode: a send like the last one; then its result, how many words differ, and for each its index and the word. */
const SEND_LIKE = 0xf8
/** In place of an opcode: a receive like the last one; then its result. */
const RECV_LIKE = 0xf9

/** Longer messages are always written whole. */
const MOST_WORDS = 64
/** Opcode, socket, length, flags, result. */
const HEAD = 5
/** SEND_LIKE, result, how many differ. */
const LIKE_HEAD = 3

/** The last send or receive: its arguments, and the words that a send read. */
class Last {
  sock = 0
  length = 0
  flags = 0
  /** How many words it read, or -1 if the next one must be whole. */
  count = -1
  readonly words = new Uint32Array(MOST_WORDS)

  isLike(sock: number, length: number, flags: number): boolean {
    return this.count >= 0 && sock === this.sock && length === this.length && flags === this.flags
  }

  set(sock: number, length: number, flags: number, count: number): void {
    this.sock = sock
    this.length = length
    this.flags = flags
    this.count = count > MOST_WORDS ? -1 : count
  }
}

/** Writes sends and receives onto a tape. */
export class DenseWriter {
  readonly #tape: Tape
  /** What a send reads. */
  readonly #window: Uint32Array
  readonly #send = new Last()
  readonly #recv = new Last()

  constructor(tape: Tape, window: Uint32Array) {
    this.#tape = tape
    this.#window = window
  }

  /** A send that reads `bytes` bytes; where in `tape.words` its result goes. */
  send(opcode: number, sock: number, length: number, flags: number, bytes: number): number {
    const tape = this.#tape
    const last = this.#send
    if (last.isLike(sock, length, flags)) return this.#sendLike(bytes)
    tape.mark()
    const count = wordsOf(bytes)
    const at = tape.take(HEAD + count)
    const { words } = tape
    words[at] = opcode
    words[at + 1] = sock
    words[at + 2] = length
    words[at + 3] = flags
    copyBytes(this.#window, 0, words, at + HEAD, bytes)
    last.set(sock, length, flags, count)
    if (last.count >= 0) copyBytes(this.#window, 0, last.words, 0, bytes)
    return at + 4
  }

  #sendLike(bytes: number): number {
    const tape = this.#tape
    const now = this.#window
    const before = this.#send.words
    const whole = bytes >>> 2
    tape.markLike()
    const at = tape.take(LIKE_HEAD + 2 * (whole + 1))
    const { words } = tape
    let to = at + LIKE_HEAD
    let index = 0
    // Four at a time: most are as they were.
    for (; index + 3 < whole; index += 4) {
      const one = (now[index] as number) ^ (before[index] as number)
      const two = (now[index + 1] as number) ^ (before[index + 1] as number)
      const three = (now[index + 2] as number) ^ (before[index + 2] as number)
      const four = (now[index + 3] as number) ^ (before[index + 3] as number)
      if ((one | two | three | four) !== 0) to = this.#changed(index, index + 4, to)
    }
    for (; index < whole; index++) if (now[index] !== before[index]) to = this.#changed(index, index + 1, to)
    // What lies behind the last byte is not the message's.
    const rest = bytes & 3
    if (rest !== 0) {
      before[whole] = (now[whole] as number) & ((1 << (rest * 8)) - 1)
      words[to] = whole
      words[to + 1] = before[whole] as number
      to += 2
    }
    words[at] = SEND_LIKE
    words[at + 2] = (to - at - LIKE_HEAD) >>> 1
    tape.endLike(to, HEAD + wordsOf(bytes) - (to - at))
    return at + 1
  }

  // Notes which words of a send, from `index` to `end`, are not as they were; where the next note goes.
  #changed(index: number, end: number, to: number): number {
    const now = this.#window
    const before = this.#send.words
    const { words } = this.#tape
    let next = to
    for (let at = index; at < end; at++) {
      const word = now[at] as number
      if (word === before[at]) continue
      before[at] = word
      words[next] = at
      words[next + 1] = word
      next += 2
    }
    return next
  }

  /** A receive; where in `tape.words` its result goes. */
  recv(opcode: number, sock: number, length: number, flags: number): number {
    const tape = this.#tape
    const last = this.#recv
    if (last.isLike(sock, length, flags)) {
      tape.markLike()
      const at = tape.take(2)
      tape.words[at] = RECV_LIKE
      tape.endLike(at + 2, HEAD - 2)
      return at + 1
    }
    tape.mark()
    const at = tape.take(HEAD)
    const { words } = tape
    words[at] = opcode
    words[at + 1] = sock
    words[at + 2] = length
    words[at + 3] = flags
    last.set(sock, length, flags, 0)
    return at + 4
  }
}

/** Makes whole records of those on a tape. */
export class DenseReader {
  readonly #from: Uint32Array
  readonly #into: Uint32Array
  readonly #opcodes: { readonly send: number; readonly recv: number }
  readonly #send = new Last()
  readonly #recv = new Last()
  #to: number
  #done = 0

  /** From the words of a tape to `into`, from its index `at` on. */
  constructor(from: Uint32Array, into: Uint32Array, at: number, opcodes: { send: number; recv: number }) {
    this.#from = from
    this.#into = into
    this.#to = at
    this.#opcodes = opcodes
  }

  /** A send or a receive begins at `mark`: what lies before it is copied. Those like the last one follow one another without marks. */
  record(mark: number): void {
    const from = this.#from
    this.#copyUpTo(mark)
    if (!this.#like(mark)) this.#note(from[mark] === this.#opcodes.send ? this.#send : this.#recv, mark)
    else while (this.#like(this.#done));
  }

  #like(at: number): boolean {
    const opcode = this.#from[at]
    if (opcode === SEND_LIKE) this.#sendLike(at)
    else if (opcode === RECV_LIKE) this.#whole(this.#opcodes.recv, this.#recv, at, 2)
    else return false
    return true
  }

  /** Everything behind the last one. */
  rest(): void {
    this.#copyUpTo(this.#from.length)
  }

  #copyUpTo(end: number): void {
    if (end <= this.#done) return
    this.#into.set(this.#from.subarray(this.#done, end), this.#to)
    this.#to += end - this.#done
    this.#done = end
  }

  #note(last: Last, mark: number): void {
    const from = this.#from
    const length = from[mark + 2] as number
    // However long it is, it was cut at the window, which is longer than what is ever compared.
    const count = last === this.#send ? wordsOf(Math.min(length, (MOST_WORDS + 1) * 4)) : 0
    last.set(from[mark + 1] as number, length, from[mark + 3] as number, count)
    if (last.count > 0) last.words.set(from.subarray(mark + HEAD, mark + HEAD + count))
  }

  #sendLike(mark: number): void {
    const from = this.#from
    const { count, words } = this.#send
    const end = mark + LIKE_HEAD + 2 * (from[mark + 2] as number)
    for (let at = mark + LIKE_HEAD; at < end; at += 2) words[from[at] as number] = from[at + 1] as number
    this.#whole(this.#opcodes.send, this.#send, mark, end - mark)
    this.#into.set(words.subarray(0, count), this.#to)
    this.#to += count
  }

  #whole(opcode: number, { sock, length, flags }: Last, mark: number, taken: number): void {
    const into = this.#into
    const to = this.#to
    into[to] = opcode
    into[to + 1] = sock
    into[to + 2] = length
    into[to + 3] = flags
    into[to + 4] = this.#from[mark + 1] as number
    this.#to = to + HEAD
    this.#done = mark + taken
  }
}
