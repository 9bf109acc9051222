// The machine: one instance of the kernel, and the functions of the host that it calls. Nothing outside this folder knows where
// anything lies; what others keep are references that they only hand back.

import { type Abi, LAYOUT } from './abi.generated.js'
import type { Copies } from './copies.js'
import { debugHostOf } from './debug-host.js'
import { Drained } from './drained.js'
import { asModule, instantiate, makeMemory, standardKernel } from './instantiate.js'
import { Pushed } from './pushed.js'
import { Readers, type ViewSource } from './readers.js'
import { Reserved } from './reserved.js'
import { errorOf } from './thrown.js'
import { Views } from './views.js'
import { Windows } from './windows.js'

/** What the kernel may call: `kind` is one of LAYOUT.CALL_*. */
export interface HostFunction {
  (kind: number, a: number, b: number): number
  /** Saves what the function goes on from, if that is more than the machine knows; the result puts it back, as often as it is called. */
  keep?: (() => () => void) | undefined
}

/** Functions of the host within functions of the host: far below what the stack holds, far above what anybody means to do. */
const MAX_DEPTH = 64
const KIND_MASK = 15
const KIND_BITS = 4

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

export class Machine extends Windows implements ViewSource {
  /** The calls, for whatever acts: written down while there is a recorder. */
  abi: Abi
  /** The same calls for what only looks: never written down, and open to the tap. */
  raw: Abi
  readonly config: MachineConfig
  /** In the debug build: what stands for messages in place. */
  readonly copies: Copies | null
  /** What sockets have reserved. */
  readonly reserved: Reserved
  /** Who is handed what comes into a socket. */
  readonly pushed: Pushed
  /** Who takes what is queued at a socket. */
  readonly drained: Drained
  readonly messages: Views
  readonly data: Views
  /** The tap; see LAYOUT.CALL_TAP. What it throws surfaces as a callback's error. */
  onTap: (message: number, code: number) => void = () => {}
  /** The fault rules; see LAYOUT.CALL_FAULT. */
  onFault: (message: number, flags: number) => number = () => 0
  /** Whether it was taken down: every call throws. */
  halted = false
  /** What happens to each id of the ready list. */
  onReady: (id: number) => void = () => {}

  /** Those in the slots; bindFunction() puts them there. */
  readonly functions: (HostFunction | undefined)[] = []
  /** Who writes down what enters, and the calls as he has wrapped them: see record(). */
  recorder: Recorder | null = null
  recorded: Abi | null = null
  readonly #readers: Readers[] = []
  #depth = 0
  #errors: unknown[] | null = null
  #isTelling = false
  #forbidden: Abi | null = null

  /** Boots a machine; or `load`, which is called instead, puts there what it is to go on from: see machineOf(). */
  constructor(config: MachineConfig, load?: (machine: Machine) => void) {
    const memory = makeMemory(config.memory)
    super(memory.buffer)
    const module = asModule(config.module ?? standardKernel())
    const debug = debugHostOf(module)
    const abi = instantiate(module, memory, (kindSlot, a, b) => this.#call(kindSlot, a, b), debug)
    this.copies = debug === null ? null : debug.copies(this.bytes)
    this.reserved = new Reserved(this.bytes, this.copies)
    this.messages = new Views(memory.buffer, this.words)
    this.data = new Views(memory.buffer, this.words)
    this.pushed = new Pushed(this)
    this.drained = new Drained(this)
    this.raw = abi
    this.abi = this.aroundCopies(abi)
    this.config = config
    if (load !== undefined) {
      load(this)
      return
    }
    this.words.set(config.words, LAYOUT.TRANSMIT >>> 2)
    if (abi.boot(config.seed) !== 0) throw new RangeError(`limits.memory: ${config.memory} bytes cannot hold a kernel`)
  }

  /** In the debug build calls that find, and change, what was written in place; else the same. */
  aroundCopies(abi: Abi): Abi {
    return this.copies?.around(abi) ?? abi
  }

  /** Takes the machine down; the bytes that nobody gave back. Every later call throws. */
  halt(): number {
    if (!this.atRest) throw new Error('a function that the kernel has called cannot halt it')
    // Nobody is told: a hook could go on opening what is closed here.
    this.functions.length = 0
    this.pushed.setListeners([])
    this.endInPlace()
    const left = this.abi.halt()
    this.halted = true
    this.abi = this.#refusing('this kernel was halted')
    this.recorder = null
    this.recorded = null
    this.raw = this.abi
    return left
  }

  // ---- the machine as a whole

  /** Whether nothing of the machine runs: no callback, no drain, and nobody is being woken. */
  get atRest(): boolean {
    return this.#depth === 0 && this.drained.depth === 0 && !this.#isTelling
  }

  /** Nobody has a message in place any more: time goes back, or ends. */
  endInPlace(): void {
    this.reserved.forgetAll()
    this.copies?.endAll()
  }

  // ---- functions of the host

  /** Puts a function into the slot that the kernel gave for it. */
  bindFunction(slot: number, fn: HostFunction): void {
    this.functions[slot] = fn
  }

  /** What is in a slot. */
  functionAt(slot: number): HostFunction | undefined {
    return this.functions[slot]
  }

  /** Empties a slot, unless it has been given to another function meanwhile. */
  unbindFunction(slot: number, fn: HostFunction | undefined): void {
    if (this.functions[slot] === fn) this.functions[slot] = undefined
  }

  #call(kindSlot: number, a: number, b: number): number {
    const fn = this.functions[kindSlot >>> KIND_BITS]
    const kind = kindSlot & KIND_MASK
    const isPlain = fn !== undefined && kind < LAYOUT.CALL_TAP && this.recorder === null && this.#depth < MAX_DEPTH
    return isPlain ? this.#run(fn, kind, a, b) : this.#callCarefully(kindSlot, a, b)
  }

  #callCarefully(kindSlot: number, a: number, b: number): number {
    if (kindSlot === LAYOUT.CALL_TAP) return this.#run(this.#tell, kindSlot, a, b)
    const recorder = this.recorder
    // A replay has the function only from here on.
    recorder?.enter(kindSlot, a, b)
    const asks = kindSlot === LAYOUT.CALL_FAULT
    const fn = asks ? this.#ask : this.functions[kindSlot >>> KIND_BITS]
    let result = 0
    if (fn !== undefined) {
      if (asks || this.#depth < MAX_DEPTH) result = this.#run(fn, kindSlot & KIND_MASK, a, b)
      else
        this.noteErrors([
          new RangeError(`callbacks are nested deeper than ${MAX_DEPTH}: one of them calls itself without end`),
        ])
    }
    recorder?.leave(kindSlot, a, b, result)
    return result
  }

  // The errors of nested calls belong to them: each call of the host sees those of the functions that it ran itself.
  #run(fn: HostFunction, kind: number, a: number, b: number): number {
    const outer = this.#errors
    this.#errors = null
    this.#depth++
    try {
      const result = fn(kind, a, b) | 0
      this.#depth--
      this.#errors = outer
      return result
    } catch (error) {
      const readers = this.#readers[this.#depth]
      if (readers !== undefined && readers.skb !== 0) readers.close()
      this.#depth--
      this.#errors = outer
      this.noteErrors([error])
      return 0
    }
  }

  /** They are thrown when the call is settled that runs. */
  noteErrors(errors: readonly unknown[]): void {
    this.#errors ??= []
    this.#errors.push(...errors)
  }

  /** What is noted so far, which nobody else throws then. */
  takeErrors(): unknown[] | null {
    const errors = this.#errors
    this.#errors = null
    return errors
  }

  readonly #tell: HostFunction = (_kind, message, code) => {
    this.withoutCalls(() => this.onTap(message, code))
    return 0
  }

  readonly #ask: HostFunction = (_kind, message, flags) => this.withoutCalls(() => this.onFault(message, flags))

  /** Runs a function that may look, but must not act: every call of the kernel throws in it. */
  withoutCalls<T>(fn: () => T): T {
    const { abi } = this
    this.#forbidden ??= this.#refusing('a tap or a fault rule must not call the kernel')
    this.abi = this.#forbidden
    const owner = this.reserved.bar()
    try {
      return fn()
    } finally {
      this.abi = abi
      this.reserved.owner = owner
    }
  }

  /** @throws Error where every call throws: once it was halted, in a tap, in a fault rule */
  expectCalls(): void {
    if (this.halted || this.abi === this.#forbidden) this.abi.bytes_in_use()
  }

  /** The same calls, each of which throws. */
  #refusing(message: string): Abi {
    const refuse = () => {
      throw new Error(message)
    }
    return Object.fromEntries(Object.keys(this.raw).map((name) => [name, refuse])) as unknown as Abi
  }

  /** The next number of the generator of faults; it can be drawn where nothing else can be called. */
  faultRandom(): number {
    return (this.recorded ?? this.raw).fault_random() >>> 0
  }

  /** The readers of the present depth: for who closes them when he has read, unless what he calls throws. */
  readers(): Readers {
    const depth = this.#depth
    let readers = this.#readers[depth]
    if (readers === undefined || this.copies !== null) {
      readers = new Readers(this)
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
    const own = this.takeErrors()
    // Whoever waits is going to wait for the socket of the call that is over, not for those of the calls that are made here.
    const errors = this.atRest ? this.keepingBlocked(() => this.#tellReady(own)) : own
    if (errors !== null) throw errorOf(errors, 'callbacks')
  }

  // Listeners come first: who waits may wait for what they do. The errors that there are, and theirs.
  #tellReady(errors: unknown[] | null): unknown[] | null {
    const { pushed, words } = this
    let all = errors
    this.#isTelling = true
    try {
      while (words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_READY] !== 0) {
        if (pushed.areAny) all = pushed.handOver(all)
        const id = this.abi.ready_next()
        if (id !== 0) this.onReady(id)
        else if (!pushed.areAny) break
      }
    } finally {
      this.#isTelling = false
    }
    return all
  }
}
