// The machine: one instance of the kernel, the windows in its memory, and the functions of the host that it calls. Nothing
// outside this folder knows where anything lies; what others keep are references that they only hand back.

import { type CnMsgInit, NLMSG_DONE } from '../uapi/index.js'
import { copyInto, firstBytes, lengthOf } from '../uapi/typed-arrays.js'
import { type Abi, LAYOUT, OPCODES } from './abi.generated.js'
import { instantiate } from './instantiate.js'
import { Readers } from './readers.js'

/** What the kernel may call: `kind` is one of LAYOUT.CALL_*. */
export interface HostFunction {
  (kind: number, a: number, b: number): number
  /** Saves what the function goes on from, if that is more than the machine knows; the result puts it back, as often as it is called. */
  keep?: (() => () => void) | undefined
}

/** The functions in their slots, and what they go on from. */
export interface SavedFunctions {
  readonly functions: readonly (HostFunction | undefined)[]
  readonly kept: readonly (() => void)[]
}

/** Functions of the host within functions of the host: far below what the stack holds, far above what anybody means to do. */
const MAX_DEPTH = 64
const KIND_MASK = 15
const KIND_BITS = 4
/** Bytes of both headers of a connector message. */
export const CN_HEADERS = 36
/** Longer copies out of the receive window are rarer than the views that they would need. */
const CACHED_VIEWS = 1024

export interface MachineConfig {
  readonly module?: WebAssembly.Module | undefined
  /** Bytes. */
  readonly memory: number
  readonly seed: number
  /** Profile and limits, in the order of struct Kernel. */
  readonly words: readonly number[]
}

/** Who writes down what enters a machine. */
export interface Recorder {
  /** The same calls, each written down with what it reads of memory and what it answers. */
  wrap(raw: Abi): Abi
  /** The machine calls the host. */
  enter(kindSlot: number, a: number, b: number): void
  /** The host answers. */
  leave(kindSlot: number, a: number, b: number, result: number): void
  /** The machine's memory is replaced by an image. */
  rewound(image: Uint8Array): void
}

export class Machine {
  /** The calls, for whatever acts: written down while there is a recorder. */
  abi: Abi
  /** The same calls for what only looks: never written down, and open to the tap. */
  raw: Abi
  readonly config: MachineConfig
  /** The tap; see LAYOUT.CALL_TAP. What it throws surfaces as a callback's error. */
  onTap: (message: number, code: number) => void = () => {}
  /** The fault rules; see LAYOUT.CALL_FAULT. */
  onFault: (message: number, flags: number) => number = () => 0
  /** All result words, and all other words of memory. */
  readonly words: Uint32Array
  /** What happens to each id of the ready list. */
  onReady: (id: number) => void = () => {}

  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #transmit: Uint8Array<ArrayBuffer>
  readonly #receive: Uint8Array<ArrayBuffer>
  readonly #views: (Uint8Array | undefined)[] = []
  readonly #functions: (HostFunction | undefined)[] = []
  readonly #readers: Readers[] = []
  #depth = 0
  #errors: unknown[] | null = null
  #draining = false
  #recorder: Recorder | null = null
  #recorded: Abi | null = null

  /** Boots a machine, or with `image` makes one that goes on from there. */
  constructor(config: MachineConfig, image?: Uint8Array) {
    const { abi, memory } = instantiate(config.module, config.memory, (kindSlot, a, b) => this.#call(kindSlot, a, b))
    this.abi = abi
    this.raw = abi
    this.config = config
    this.words = new Uint32Array(memory.buffer)
    this.#bytes = new Uint8Array(memory.buffer)
    this.#transmit = this.#bytes.subarray(LAYOUT.TRANSMIT, LAYOUT.TRANSMIT + LAYOUT.TRANSMIT_BYTES)
    this.#receive = this.#bytes.subarray(LAYOUT.RECEIVE, LAYOUT.RECEIVE + LAYOUT.RECEIVE_BYTES)
    if (image !== undefined) {
      this.#load(image)
      return
    }
    this.words.set(config.words, LAYOUT.TRANSMIT >>> 2)
    if (abi.boot(config.seed) !== 0) throw new RangeError(`limits.memory: ${config.memory} bytes cannot hold a kernel`)
  }

  /** Takes the machine down; the bytes that nobody gave back. Every later call throws. */
  halt(): number {
    if (this.#depth > 0) throw new Error('a function that the kernel has called cannot halt it')
    // Nobody is told: a hook could go on opening what is closed here.
    this.#functions.length = 0
    const left = this.abi.halt()
    const gone = () => {
      throw new Error('this kernel was halted')
    }
    this.abi = abiOf(gone)
    this.#recorder = null
    this.#recorded = null
    this.raw = this.abi
    return left
  }

  // ---- the machine as a whole

  /** Whether nothing of the machine runs: no callback, and nobody is being woken. */
  get atRest(): boolean {
    return this.#depth === 0 && !this.#draining
  }

  /** A copy of everything that the machine knows. It must be at rest. */
  image(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(LAYOUT.STATE_AT, this.raw.memory_end() >>> 0)
  }

  /** Puts an image of this machine, or of one with the same configuration, in place of what it knows. It must be at rest. */
  rewind(image: Uint8Array): void {
    this.#load(image)
    this.#recorder?.rewound(image)
  }

  #load(image: Uint8Array): void {
    this.#bytes.set(image, LAYOUT.STATE_AT)
    this.clearBlocked()
    // The next call looks at the ready list, and finds out.
    this.words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_READY] = 1
  }

  /** All functions in their slots: what belongs to an image. */
  functions(): SavedFunctions {
    const functions = this.#functions.slice()
    return { functions, kept: functions.flatMap((fn) => fn?.keep?.() ?? []) }
  }

  /** Puts those functions back, to go on from there. */
  setFunctions({ functions, kept }: SavedFunctions): void {
    this.#functions.length = 0
    for (const fn of functions) this.#functions.push(fn)
    for (const putBack of kept) putBack()
  }

  /** Has everything written down from now on; null ends it. The machine must be at rest. */
  record(recorder: Recorder | null): void {
    this.#recorder = recorder
    this.#recorded = recorder === null ? null : recorder.wrap(this.raw)
    this.abi = this.#recorded ?? this.raw
  }

  // ---- functions of the host

  /** Puts a function into the slot that the kernel gave for it. */
  bindFunction(slot: number, fn: HostFunction): void {
    this.#functions[slot] = fn
  }

  /** What is in a slot. */
  functionAt(slot: number): HostFunction | undefined {
    return this.#functions[slot]
  }

  /** Empties a slot, unless it has been given to another function meanwhile. */
  unbindFunction(slot: number, fn: HostFunction | undefined): void {
    if (this.#functions[slot] === fn) this.#functions[slot] = undefined
  }

  #call(kindSlot: number, a: number, b: number): number {
    if (kindSlot === LAYOUT.CALL_TAP) return this.#run(this.#tell, kindSlot, a, b)
    if (this.#recorder === null) return this.#callFunction(kindSlot, a, b)
    const recorder = this.#recorder
    recorder.enter(kindSlot, a, b)
    const result = this.#callFunction(kindSlot, a, b)
    recorder.leave(kindSlot, a, b, result)
    return result
  }

  #callFunction(kindSlot: number, a: number, b: number): number {
    if (kindSlot === LAYOUT.CALL_FAULT) return this.#run(this.#ask, kindSlot, a, b)
    const fn = this.#functions[kindSlot >>> KIND_BITS]
    if (fn === undefined) return 0
    if (this.#depth >= MAX_DEPTH) {
      this.#errors ??= []
      this.#errors.push(
        new RangeError(`callbacks are nested deeper than ${MAX_DEPTH}: one of them calls itself without end`),
      )
      return 0
    }
    return this.#run(fn, kindSlot & KIND_MASK, a, b)
  }

  // The errors of nested calls belong to them: each call of the host sees those of the functions that it ran itself.
  #run(fn: HostFunction, kind: number, a: number, b: number): number {
    const outer = this.#errors
    this.#errors = null
    this.#depth++
    let failure: { error: unknown } | null = null
    let result = 0
    try {
      result = fn(kind, a, b) | 0
    } catch (error) {
      failure = { error }
    }
    this.#depth--
    this.#errors = outer
    if (failure !== null) {
      this.#errors ??= []
      this.#errors.push(failure.error)
    }
    return result
  }

  readonly #tell: HostFunction = (_kind, message, code) => {
    this.withoutCalls(() => this.onTap(message, code))
    return 0
  }

  readonly #ask: HostFunction = (_kind, message, flags) => this.withoutCalls(() => this.onFault(message, flags))

  /** Runs a function that may look, but must not act: every call of the kernel throws in it. */
  withoutCalls<T>(fn: () => T): T {
    const { abi } = this
    this.abi = FORBIDDEN
    try {
      return fn()
    } finally {
      this.abi = abi
    }
  }

  /** The next number of the generator of faults; it can be drawn where nothing else can be called. */
  faultRandom(): number {
    return (this.#recorded ?? this.raw).fault_random() >>> 0
  }

  /** The readers of the present depth. */
  readers(): Readers {
    const depth = this.#depth
    let readers = this.#readers[depth]
    if (readers === undefined) {
      readers = new Readers(this.#bytes, this.words)
      this.#readers[depth] = readers
    }
    return readers
  }

  /** The readers that have handed out `parms` and are still open, if any. */
  readersOf(parms: object): Readers | undefined {
    return this.#readers.find((one) => one?.skb !== 0 && (one?.nsp === parms || one?.skbuff === parms))
  }

  /** To be called after every call that may have run functions or woken somebody. Throws what a function threw. */
  settle(): void {
    if (this.#errors !== null || this.words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_READY] !== 0) this.#settleNow()
  }

  #settleNow(): void {
    const errors = this.#errors
    this.#errors = null
    if (this.#depth === 0 && !this.#draining) this.#drain()
    if (errors === null) return
    if (errors.length === 1) throw errors[0]
    throw new AggregateError(errors, 'several callbacks threw')
  }

  #drain(): void {
    this.#draining = true
    try {
      for (let id = this.abi.ready_next(); id !== 0; id = this.abi.ready_next()) this.onReady(id)
    } finally {
      this.#draining = false
    }
  }

  // ---- windows

  /** A result word. */
  word(index: number): number {
    return this.words[(LAYOUT.RESULT >>> 2) + index] as number
  }

  /** Forgets which socket the last -EAGAIN was for. */
  clearBlocked(): void {
    this.words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_BLOCKED] = 0
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
      this.#bytes.set(part, at)
      at += lengthOf(part)
    }
  }

  /** What a reserved message holds: the part of memory where `length` bytes of it lie. Not to be kept. */
  messageBytes(skb: number, length: number): Uint8Array {
    return this.#bytes.subarray(skb + LAYOUT.SKB_DATA, skb + LAYOUT.SKB_DATA + length)
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
    this.#bytes.set(given <= length ? data : firstBytes(data, length), at + CN_HEADERS)
    if (given < length) this.#bytes.fill(0, at + CN_HEADERS + given, at + CN_HEADERS + length)
  }

  /** Writes an option's value or control messages into the receive window. */
  putValue(value: Uint8Array): void {
    this.#receive.set(value)
  }

  /** Writes a filter's instructions where the kernel looks for them: over both windows. */
  putProgram(program: Uint8Array): void {
    this.#bytes.set(program, LAYOUT.TRANSMIT)
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
      copyInto(into, this.#bytes.subarray(at, at + copied))
      this.abi.recv_done()
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
      copyInto(buffer, this.#bytes.subarray(from + done, from + done + part))
      done += part
    }
    if (from !== LAYOUT.RECEIVE) this.abi.recv_done()
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

function abiOf(fn: () => never): Abi {
  return Object.fromEntries(Object.keys(OPCODES).map((name) => [name, fn])) as unknown as Abi
}

const FORBIDDEN = abiOf(() => {
  throw new Error('a tap or a fault rule must not call the kernel')
})

const encoder = new TextEncoder()
// What begins with a byte order mark keeps it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
