// Walks over all records of a journal: whether each is one, whether they nest as calls do, and where each call lies.

import { LAYOUT, OPCODES } from '../abi.generated.js'
import { callName } from './call-names.js'
import { CALLS, type Call, mostTransmitted } from './calls.js'
import { JournalError } from './error.js'
import { ENTER, FILLED, LEAVE, REWOUND, WRITTEN, wordsOf } from './records.js'

const KIND_MASK = 15
/** Functions within functions that a machine calls, and the fault rules above them. */
const MOST_NESTED = 66

export interface Index {
  /** The word at which each call begins. */
  readonly calls: Uint32Array
  /** For each call the number of the outermost call that it is part of. */
  readonly outermost: Uint32Array
  /** Whether there is an image: of a rewind. */
  readonly hasImages: boolean
  /**
   * The words from which on fault rules are asked, or are not, as pairs: a word, and 1 or 0. (An image knows, but does not tell.)
   */
  readonly asked: readonly (readonly [from: number, asked: boolean])[]
}

/** Where the parts of a call's record lie; each part ends where the next begins. */
export interface CallRecord {
  readonly call: Call
  /** The index of its first argument. */
  readonly args: number
  readonly result: number
  /** What it reads of the windows: where the bytes are, and how many. */
  readonly transmit: number
  readonly transmitBytes: number
  readonly receive: number
  readonly receiveBytes: number
  /** The bytes of the message that it gives up: -1 if the host did not fill them. */
  readonly message: number
  readonly messageBytes: number
  readonly end: number
}

/** The record of a call; `end` may lie behind the end of `words`. Undefined if no call that a journal has begins there. */
export function callRecordAt(words: Uint32Array, at: number): CallRecord | undefined {
  const call = CALLS[words[at] as number]
  if (call === undefined) return undefined
  const args = at + 1
  const result = args + call.count
  const transmit = result + 1
  const transmitBytes = call.transmitted?.(words, args) ?? 0
  const receive = transmit + Math.ceil(transmitBytes / 4)
  const receiveBytes = call.inReceive?.(words, args) ?? 0
  let end = receive + Math.ceil(receiveBytes / 4)
  let message = -1
  let messageBytes = 0
  if (call.givesUp >= 0) {
    const filled = words[end] ?? 0
    end++
    if (filled & FILLED) {
      message = end
      messageBytes = (filled & ~FILLED) >>> 0
      end += wordsOf(messageBytes)
    }
  }
  return { call, args, result, transmit, transmitBytes, receive, receiveBytes, message, messageBytes, end }
}

/**
 * Looks at every record.
 * @param calls how many calls there should be
 * @param byteOf the byte of the journal at which a word lies
 * @throws JournalError
 */
export function indexRecords(words: Uint32Array, calls: number, byteOf: (word: number) => number): Index {
  const walk = new Walk(words, calls, byteOf)
  walk.all()
  return walk
}

class Walk implements Index {
  readonly calls: Uint32Array
  readonly outermost: Uint32Array
  readonly asked: [from: number, asked: boolean][] = [[0, false]]
  hasImages = false
  readonly #words: Uint32Array
  readonly #byteOf: (word: number) => number
  /** Kinds of the functions that run, outermost first. */
  readonly #running: number[] = []
  /** Whether the machine may call the host here: a call has begun at this depth. */
  readonly #begun: boolean[] = [false]
  #count = 0
  #outer = 0

  constructor(words: Uint32Array, calls: number, byteOf: (word: number) => number) {
    this.#words = words
    this.#byteOf = byteOf
    // No call takes less than two words.
    if (calls > words.length / 2)
      throw new JournalError(`there cannot be ${calls} calls in ${words.length} words`, byteOf(0))
    this.calls = new Uint32Array(calls)
    this.outermost = new Uint32Array(calls)
  }

  all(): void {
    const words = this.#words
    let at = 0
    while (at < words.length) {
      const next = this.#one(at)
      if (next > words.length) this.#fail(at, 'the last record is cut short')
      at = next
    }
    if (this.#running.length > 0) this.#fail(at, 'a function of the host has not returned at the end')
    if (this.#count !== this.calls.length) this.#fail(at, `there are ${this.#count} calls, not ${this.calls.length}`)
  }

  #fail(at: number, what: string): never {
    throw new JournalError(`the journal makes no sense: ${what}`, this.#byteOf(at))
  }

  #one(at: number): number {
    const kind = this.#words[at] as number
    if (kind === ENTER) return this.#enter(at)
    if (kind === LEAVE) return this.#leave(at)
    if (kind === WRITTEN) return this.#written(at)
    if (kind === REWOUND) return this.#rewound(at)
    return this.#call(at, kind)
  }

  #enter(at: number): number {
    if (this.#begun.at(-1) !== true) this.#fail(at, 'the machine calls the host, but nobody has called the machine')
    if (this.#running.length === MOST_NESTED) this.#fail(at, `functions are nested deeper than ${MOST_NESTED}`)
    const kind = (this.#words[at + 1] ?? 0) & KIND_MASK
    if (kind < LAYOUT.CALL_CN || kind > LAYOUT.CALL_FAULT || kind === LAYOUT.CALL_TAP) {
      this.#fail(at, `there are no functions of kind ${kind}`)
    }
    if (kind === LAYOUT.CALL_FAULT) (this.asked.at(-1) as [number, boolean])[1] = true
    this.#running.push(kind)
    this.#begun.push(false)
    return at + 4
  }

  #leave(at: number): number {
    if (this.#running.pop() === undefined) this.#fail(at, 'a function returns that was not called')
    this.#begun.pop()
    return at + 2
  }

  #written(at: number): number {
    const frame = this.#words[at + 1] ?? 0
    if (frame >= this.#running.length) this.#fail(at, 'a function writes that does not run')
    const bytes = this.#words[at + 2] ?? 0
    return at + 3 + Math.ceil(bytes / 4)
  }

  #rewound(at: number): number {
    if (this.#running.length > 0) this.#fail(at, 'time goes back while a function of the host runs')
    this.hasImages = true
    this.#begun[0] = false
    this.asked.push([at, false])
    return at + 2 + Math.ceil((this.#words[at + 1] ?? 0) / 4)
  }

  #call(at: number, kind: number): number {
    const record = callRecordAt(this.#words, at)
    if (record === undefined) this.#fail(at, `there is no record of kind ${kind}`)
    const { call, transmitBytes, receiveBytes } = record
    if (this.#running.at(-1) === LAYOUT.CALL_FAULT && call.opcode !== OPCODES.FAULT_RANDOM) {
      this.#fail(at, `a fault rule calls ${callName(call)}()`)
    }
    if (transmitBytes > mostTransmitted(call) || receiveBytes > LAYOUT.RECEIVE_BYTES) {
      this.#fail(at, `${callName(call)}() reads more than the windows have`)
    }
    if (this.#count === this.calls.length) this.#fail(at, `there are more calls than ${this.calls.length}`)
    if (this.#running.length === 0) this.#outer = this.#count
    this.calls[this.#count] = at
    this.outermost[this.#count] = this.#outer
    this.#count++
    this.#begun[this.#begun.length - 1] = true
    if (call.opcode === OPCODES.SET_WATCH) this.asked.push([at, false])
    return record.end
  }
}
