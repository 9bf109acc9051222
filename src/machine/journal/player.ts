// A player: a machine that goes through a journal, call by call, forwards and backwards. No function of the host runs: what each did
// is in the journal, and is done again.

import { type Abi, LAYOUT, OPCODES } from '../abi.generated.js'
import { imageOf, machineOf, record, rewindTo } from '../image.js'
import { Machine, type Recorder } from '../machine.js'
import { describeCall, describeEnter, resultText } from './describe.js'
import { hashText } from './format.js'
import { Marks } from './marks.js'
import { isImageSize, type JournalData, readJournal } from './read.js'
import { type CallRecord, callRecordAt } from './record-index.js'
import { messageOf } from './recorder.js'
import { copyBytes, ENTER, LEAVE, REWOUND, WRITTEN } from './records.js'
import { References } from './references.js'
import type { AnyCall } from './wrap.js'

const SLOT_SHIFT = 4
const WORD = 4

/** The first thing that went another way than it is written down. */
export interface Difference {
  /** The number of the call in which it happened, from 0. */
  readonly call: number
  /** The byte of the journal. */
  readonly at: number
  /** What happened, and what should have: one sentence. */
  readonly what: string
}

export interface PlayerOptions {
  /** A compiled kernel (see compile()); by default the embedded bytes are compiled. */
  readonly module?: WebAssembly.Module | undefined
  /**
   * Gets the machine before anything is played. If it sets machine.onTap, that is told of all messages, whether or not somebody
   * listened when the journal was made.
   */
  readonly prepare?: ((machine: Machine) => void) | undefined
  /** Whether images are kept, so that going back is quick; true by default. */
  readonly images?: boolean | undefined
}

/** Ends a call that went another way; it passes through the machine, which is of no use afterwards. */
class Stop extends Error {}

export class Player {
  /** How many calls there are, nested ones included. */
  readonly total: number
  /** Where it stands. Only to be looked at, through machine.raw. */
  readonly machine: Machine
  readonly #data: JournalData
  readonly #words: Uint32Array
  readonly #references: References
  readonly #marks: Marks
  readonly #tapped: boolean
  readonly #keepsImages: boolean
  /** The word that is played next. */
  #at = 0
  /** How many calls have begun. */
  #begun = 0
  /** The messages of the functions that run, outermost first. */
  #messages: number[] = []
  #difference: Difference | null = null
  #thrown: { readonly error: unknown } | null = null

  /**
   * @throws TypeError; JournalError for bytes that are no whole journal of this kernel; RangeError where the host has not the memory
   * that the machine had
   */
  constructor(journal: Uint8Array, { module, prepare, images = true }: PlayerOptions = {}) {
    const data = readJournal(journal)
    this.#data = data
    this.#words = data.words
    this.#keepsImages = images
    this.total = data.index.calls.length
    const config = { ...data.config, module }
    this.machine = data.image === null ? new Machine(config) : machineOf(config, data.image)
    const { onTap } = this.machine
    prepare?.(this.machine)
    this.#tapped = this.machine.onTap !== onTap
    if (this.#tapped) this.#guardTap()
    record(this.machine, this.#recorder)
    this.machine.onFault = () => this.#run()
    this.#references = new References(this.machine)
    this.#references.scan()
    this.#restoreWatch()
    this.#playRewinds()
    this.#marks = new Marks({ calls: 0, at: this.#at, image: imageOf(this.machine) })
  }

  // What a tap throws comes out of step().
  #guardTap(): void {
    const { onTap } = this.machine
    this.machine.onTap = (message, code) => {
      try {
        onTap(message, code)
      } catch (error) {
        this.#thrown ??= { error }
      }
    }
  }

  /** How many calls have been played, nested ones included. */
  get position(): number {
    return this.#begun
  }

  /** What went another way, if anything has so far. Nothing is played after it. */
  get difference(): Difference | null {
    return this.#difference
  }

  /** The version of the package that made the journal. */
  get version(): string {
    return this.#data.version
  }

  /** The state's digest that the journal has for its end. */
  get expected(): string {
    return this.#data.stateHash
  }

  /** The state's digest, 16 hexadecimal digits. */
  stateHash(): string {
    this.machine.raw.state_hash()
    return hashText(this.machine.listWord(0), this.machine.listWord(1))
  }

  // ---- going through it

  /**
   * Plays one outermost call, with all that functions of the host called in it. False at the end, and where something went another
   * way.
   * @throws what a tap throws
   */
  step(): boolean {
    if (this.#difference !== null || this.#at >= this.#words.length) return false
    try {
      this.#call()
      this.#expectCall()
      this.#playRewinds()
    } catch (error) {
      if (!(error instanceof Stop)) throw error
    }
    this.#throwThrown()
    if (this.#difference !== null) return false
    if (this.#keepsImages && this.#references.settled)
      this.#marks.offer(this.#begun, this.#at, () => imageOf(this.machine))
    return true
  }

  #throwThrown(): void {
    const thrown = this.#thrown
    this.#thrown = null
    if (thrown !== null) throw thrown.error
  }

  /**
   * Goes to where `n` calls have been played, or, if that is in the middle of an outermost call, to before that one; backwards too.
   * @throws RangeError if `n` is no number from 0 to `total`; TypeError
   */
  seek(n: number): void {
    if (typeof n !== 'number') throw new TypeError('n must be a number')
    if (!Number.isInteger(n) || n < 0 || n > this.total) {
      throw new RangeError(`n must be an integer from 0 to ${this.total}, not ${n}`)
    }
    const target = n === this.total ? n : (this.#data.index.outermost[n] as number)
    // Where something went another way the machine is of no use any more.
    if (target < this.#begun || this.#difference !== null) this.#back(target)
    else this.#forward(target)
    while (this.#begun < target && this.step()) {}
  }

  #back(target: number): void {
    const mark = this.#marks.atOrBefore(target)
    this.#difference = null
    this.#messages = []
    this.#load(mark)
  }

  // From an image on the way, if there is one that is nearer.
  #forward(target: number): void {
    const mark = this.#marks.atOrBefore(target)
    if (mark.calls > this.#begun) this.#load(mark)
  }

  #load({ calls, at, image }: { calls: number; at: number; image: Uint8Array }): void {
    rewindTo(this.machine, image)
    this.#begun = calls
    this.#at = at
    this.#references.scan()
  }

  /**
   * One call in words: its name, arguments and result.
   * @throws RangeError if there is no such call
   */
  describe(n: number): string {
    const { calls } = this.#data.index
    if (!Number.isInteger(n) || n < 0 || n >= calls.length) {
      throw new RangeError(`n must be an integer from 0 to ${calls.length - 1}, not ${n}`)
    }
    return describeCall(this.#words, calls[n] as number)
  }

  /** The number of the outermost call that a call is part of. */
  outermost(n: number): number {
    return this.#data.index.outermost[n] as number
  }

  // ---- one call

  #stop(at: number, what: string, call = Math.max(0, this.#begun - 1)): never {
    this.#difference ??= { call, at: this.#data.byteOf(at), what }
    throw new Stop(what)
  }

  #call(): void {
    const words = this.#words
    const at = this.#at
    const record = callRecordAt(words, at) as CallRecord
    const { call, args } = record
    const number = this.#begun++
    const refused = this.#references.refuse(
      call,
      words,
      args,
      (message) => message !== 0 && this.#messages.includes(message),
    )
    if (refused !== undefined) this.#stop(at, refused)
    this.#write(record)
    this.#references.before(call, words, args)
    this.#at = record.end
    const result = this.#make(record, at, number) | 0
    const expected = (words[record.result] as number) | 0
    if (result !== expected) {
      const now = resultText(call, result)
      this.#stop(at, `${describeCall(words, at)} the first time, and now the result is ${now}`, number)
    }
    this.#references.after(call, words, args, result)
    if (call.opcode === OPCODES.SET_WATCH && this.#tapped) this.#watch((words[args] as number) | LAYOUT.WATCH_TAP)
  }

  #make({ call, args, result }: CallRecord, at: number, number: number): number {
    const fn = this.machine.raw[call.member] as AnyCall
    const words = this.#words
    try {
      return fn(...words.subarray(args, result))
    } catch (error) {
      // A trap, or an assertion of the debug build.
      const why = error instanceof Error ? error.message : String(error)
      return this.#stop(at, `${describeCall(words, at)} the first time, and now the machine failed: ${why}`, number)
    }
  }

  // Puts the bytes that a call reads where it reads them.
  #write(record: CallRecord): void {
    const words = this.#words
    const memory = this.machine.words
    copyBytes(words, record.transmit, memory, record.call.transmitAt >>> 2, record.transmitBytes)
    copyBytes(words, record.receive, memory, LAYOUT.RECEIVE >>> 2, record.receiveBytes)
    if (record.message < 0) return
    const skb = words[record.args + record.call.givesUp] as number
    if (record.messageBytes !== this.machine.messageLength(skb)) {
      this.#stop(
        record.message,
        `a message of ${this.machine.messageLength(skb)} bytes is filled with ${record.messageBytes}`,
      )
    }
    copyBytes(words, record.message, memory, (skb + LAYOUT.SKB_DATA) >>> 2, record.messageBytes)
  }

  // What follows an outermost call is another one: else the machine has called the host less often.
  #expectCall(): void {
    if (this.#at < this.#words.length && this.#words[this.#at] === ENTER) this.#notEntered()
  }

  #notEntered(): never {
    return this.#stop(this.#at, `${describeEnter(this.#words, this.#at)} was called the first time, and now it was not`)
  }

  // ---- functions of the host

  readonly #recorder: Recorder = {
    wrap: (raw: Abi) => raw,
    rewound: () => {},
    enter: (kindSlot, a, b) => this.#enter(kindSlot, a, b),
    leave: (_kindSlot, _a, _b, result) => this.#leave(result),
  }

  #enter(kindSlot: number, a: number, b: number): void {
    if (this.#difference !== null) throw new Stop()
    const at = this.#at
    const words = this.#words
    const given = [ENTER, kindSlot, a, b]
    if (given.some((value, index) => words[at + index] !== value >>> 0)) {
      const what = describeEnter(Uint32Array.from(given), 0)
      const first =
        words[at] === ENTER ? `${describeEnter(words, at)} was called` : 'no function of the host was called'
      this.#stop(at, `${what} is called, and the first time ${first}`)
    }
    this.#at = at + 4
    this.#messages.push(messageOf(kindSlot, a, b))
    this.#references.entered(kindSlot)
    if (kindSlot !== LAYOUT.CALL_FAULT) this.machine.bindFunction(kindSlot >>> SLOT_SHIFT, this.#function)
  }

  readonly #function = (_kind: number, _a: number, b: number) => this.#run(b)

  // What a function of the host did, up to its answer.
  #run(room = 0): number {
    const words = this.#words
    while (true) {
      const at = this.#at
      const kind = words[at]
      if (kind === LEAVE) return (words[at + 1] as number) | 0
      if (kind === ENTER) this.#notEntered()
      if (kind === WRITTEN) this.#written(at, room)
      else this.#call()
    }
  }

  #written(at: number, room: number): void {
    const words = this.#words
    const message = this.#messages[words[at + 1] as number] as number
    const bytes = words[at + 2] as number
    // A dump's message is empty before it is filled.
    const most = message === 0 ? 0 : Math.max(this.machine.messageLength(message), room)
    if (message === 0 || bytes > most) this.#stop(at, `a function writes ${bytes} bytes into a message of ${most}`)
    copyBytes(words, at + 3, this.machine.words, (message + LAYOUT.SKB_DATA) >>> 2, bytes)
    this.machine.setMessageLength(message, bytes)
    this.#at = at + 3 + Math.ceil(bytes / WORD)
  }

  #leave(result: number): void {
    if (this.#difference !== null) throw new Stop()
    this.#messages.pop()
    const at = this.#at
    if (this.#words[at] !== LEAVE) this.#stop(at, 'the functions of the host are nested too deep')
    if (((this.#words[at + 1] as number) | 0) !== result)
      this.#stop(at, `a function of the host answers ${result} here`)
    this.#at = at + 2
  }

  // ---- time goes back

  #playRewinds(): void {
    const words = this.#words
    while (words[this.#at] === REWOUND) {
      const at = this.#at
      const bytes = words[at + 1] as number
      if (!isImageSize(bytes, this.#data.config)) this.#stop(at, `an image of ${bytes} bytes is none of this machine`)
      this.#at = at + 2 + Math.ceil(bytes / WORD)
      rewindTo(this.machine, new Uint8Array(words.buffer, words.byteOffset + (at + 2) * WORD, bytes))
      this.#references.scan()
      this.#restoreWatch()
    }
  }

  // Who listens is no part of a journal. Whether fault rules are asked is in an image, but an image does not tell it.
  #restoreWatch(): void {
    if (!this.#tapped) return
    this.#watch(LAYOUT.WATCH_TAP | (isAsked(this.#data.index.asked, this.#at) ? LAYOUT.WATCH_FAULTS : 0))
  }

  #watch(bits: number): void {
    this.machine.raw.set_watch(bits)
  }
}

// The last entry that begins before a word.
function isAsked(asked: JournalData['index']['asked'], at: number): boolean {
  let low = 0
  let high = asked.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((asked[middle] as readonly [number, boolean])[0] < at) low = middle
    else high = middle - 1
  }
  return asked[low]?.[1] ?? false
}
