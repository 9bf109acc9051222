// A second run compared with the journal of the first, while it runs: it stops at the first thing that is not the same.

import type { Abi } from '../abi.generated.js'
import type { Machine, Recorder } from '../machine.js'
import { CALLS } from './calls.js'
import { describeCall, describeEnter, resultText } from './describe.js'
import { type JournalData, readJournal } from './read.js'
import { callRecordAt } from './record-index.js'
import { JournalRecorder } from './recorder.js'
import { ENTER, LEAVE, REWOUND, WRITTEN } from './records.js'
import type { AnyCall } from './wrap.js'

/** Two runs of the same program were not the same. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError'
  /** The number of the call that was not the same, or in which something was not, from 0. */
  readonly call: number
  /** What it was the first time. */
  readonly first: string
  /** What it was the second time. */
  readonly second: string

  constructor(call: number, first: string, second: string) {
    super(`the second run is not the first one: at call ${call} it was ${first}, and now it is ${second}`)
    this.call = call
    this.first = first
    this.second = second
  }
}

const END = 'the end of the run'

/** Has a machine stop, by a DivergenceError, at the first call that is not the one of a journal. */
export class Comparison implements Recorder {
  /** The first thing that was not the same, if there was one; it is thrown again by every later call. */
  divergence: DivergenceError | null = null
  readonly #first: JournalData
  readonly #second: JournalRecorder
  /** How many words have been compared. */
  #compared = 0

  constructor(machine: Machine, journal: Uint8Array) {
    this.#first = readJournal(journal)
    this.#second = new JournalRecorder(machine, () => {}, false)
  }

  /** The state's digest at the end of the first run, 16 hexadecimal digits. */
  get stateHash(): string {
    return this.#first.stateHash
  }

  wrap(raw: Abi): Abi {
    const checked: Record<string, AnyCall> = { ...(raw as unknown as Record<string, AnyCall>) }
    for (const call of CALLS) {
      if (call === undefined) continue
      const make = raw[call.member] as AnyCall
      checked[call.member] = (...args) => this.#call(make, args)
    }
    // The recorder has written a call down, but for its result, when it makes it.
    return this.#second.wrap(checked as unknown as Abi)
  }

  #call(make: AnyCall, args: number[]): number {
    const number = this.#second.calls - 1
    const at = this.#compare(number)
    const result = make(...args)
    // A function of the host may have thrown it, and had it caught.
    this.#throwAgain()
    this.#compareResult(at, number, result | 0)
    return result
  }

  #throwAgain(): void {
    if (this.divergence !== null) throw this.divergence
  }

  enter(kindSlot: number, a: number, b: number): void {
    this.#throwAgain()
    this.#second.enter(kindSlot, a, b)
    this.#compare(this.#second.calls - 1)
  }

  leave(kindSlot: number, a: number, b: number, result: number): void {
    this.#throwAgain()
    this.#second.leave(kindSlot, a, b, result)
    this.#compare(this.#second.calls - 1)
  }

  rewound(image: Uint8Array): void {
    this.#throwAgain()
    this.#second.rewound(image)
    this.#compare(this.#second.calls - 1)
  }

  /** To be called when the second run is over: it must have come as far as the first. */
  finish(): void {
    this.#throwAgain()
    const { words } = this.#first
    if (this.#compared < words.length) this.#diverge(this.#second.calls, describe(words, this.#compared), END)
  }

  // Compares what has been written since; the last record's result is not known yet. The word at which the last record begins.
  #compare(number: number): number {
    this.#throwAgain()
    const { words } = this.#first
    const { tape } = this.#second
    const end = tape.length
    let at = this.#compared
    let last = at
    while (at < end) {
      last = at
      const record = callRecordAt(words, at)
      const behind = record?.end ?? endOf(words, at)
      for (; at < Math.min(behind, end); at++) {
        if (at !== record?.result && words[at] !== tape.word(at)) this.#differs(number, last)
      }
    }
    this.#compared = end
    return last
  }

  #differs(number: number, at: number): never {
    const { words } = this.#first
    const now = new Uint32Array(this.#second.tape.length)
    this.#second.copyTo(now, 0)
    const [first, second] = [describe(words, at), describe(now, at)]
    return this.#diverge(number, first, first === second ? `${second}, with other bytes` : second)
  }

  #compareResult(at: number, number: number, result: number): void {
    const { words } = this.#first
    const record = callRecordAt(words, at)
    if (record === undefined || ((words[record.result] as number) | 0) === result) return
    const before = describeCall(words, at)
    this.#diverge(number, before, `${before.slice(0, before.lastIndexOf('=') + 1)} ${resultText(record.call, result)}`)
  }

  #diverge(number: number, first: string, second: string): never {
    this.divergence ??= new DivergenceError(Math.max(0, number), first, second)
    throw this.divergence
  }
}

function endOf(words: Uint32Array, at: number): number {
  const kind = words[at]
  if (kind === ENTER) return at + 4
  if (kind === LEAVE) return at + 2
  if (kind === WRITTEN) return at + 3 + Math.ceil((words[at + 2] as number) / 4)
  if (kind === REWOUND) return at + 2 + Math.ceil((words[at + 1] as number) / 4)
  return at + 1
}

// The result of the second run's call is not there yet.
function describe(words: Uint32Array, at: number): string {
  const kind = words[at]
  if (kind === undefined) return END
  if (kind === ENTER) return `a call of ${describeEnter(words, at)}`
  if (kind === LEAVE) return `the answer ${(words[at + 1] as number) | 0} of a function`
  if (kind === WRITTEN) return 'a function that writes into its message'
  if (kind === REWOUND) return 'a rewind'
  return describeCall(words, at).replace(/ = \S+$/, '')
}
