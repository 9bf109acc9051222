// Virtual time, and the timers that hang on it.

import type { Clock as ClockInterface, Timer as TimerInterface } from '../api.js'
import { type Machine, readClock } from '../machine/index.js'
import { asFunction } from '../user/index.js'

const NS_PER_MS = 1e6
const HIGH = 2 ** 32
/** What one call of the machine moves time by at most: just below 2^32 ms. */
const LONGEST_STEP = 2 ** 31
/** Where virtual time ends: 64 bits of nanoseconds, over 500 years. */
const LAST_MS = 2 ** 44

export class Clock implements ClockInterface {
  readonly #machine: Machine

  constructor(machine: Machine) {
    this.#machine = machine
  }

  get now(): number {
    const { ms, ns } = readClock(this.#machine)
    return ms + ns / NS_PER_MS
  }

  advance(ms: number): void {
    if (typeof ms !== 'number') throw new TypeError('ms must be a number')
    if (!(ms >= 0) || !Number.isFinite(ms)) throw new RangeError(`ms must be a finite number, 0 or more, not ${ms}`)
    if (this.now + ms > LAST_MS)
      throw new RangeError(`virtual time ends at ${LAST_MS} ms, which is before ${ms} ms from now`)
    let left = Math.floor(ms)
    const rest = Math.round((ms - left) * NS_PER_MS)
    while (left > LONGEST_STEP) {
      this.#step(LONGEST_STEP, 0)
      left -= LONGEST_STEP
    }
    this.#step(left, rest)
    this.#machine.settle()
  }

  runUntilIdle(): void {
    this.#step(0, 0)
    this.#machine.settle()
  }

  #step(ms: number, ns: number): void {
    const result = this.#machine.abi.clock_advance(ms, ns)
    if (result < 0) throw new Error('time moves already: a function that the clock has called cannot move it')
  }
}

/** A timer as the machine has it. */
class State {
  readonly callback: (timer: TimerInterface) => void
  expires = 0
  timer = 0
  slot = 0

  constructor(callback: (timer: TimerInterface) => void) {
    this.callback = callback
  }
}

/** A timer as a module has it. */
class Timer implements TimerInterface {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  get expires(): number {
    return this.#state.expires
  }

  get pending(): boolean {
    return this.#state.timer !== 0
  }
}

export class Timers {
  readonly #machine: Machine
  readonly #known = new WeakMap<TimerInterface, State>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  get jiffies(): number {
    return readClock(this.#machine).ms
  }

  setup(callback: (timer: TimerInterface) => void): TimerInterface {
    const state = new State(asFunction(callback, 'callback'))
    const timer = new Timer(state)
    this.#known.set(timer, state)
    return timer
  }

  #own(timer: TimerInterface): State {
    const state = this.#known.get(timer)
    if (state === undefined) throw new TypeError('timer must come from timer_setup() of this kernel')
    return state
  }

  modify(given: TimerInterface, expires: number): number {
    const timer = this.#own(given)
    if (typeof expires !== 'number') throw new TypeError('expires must be a number')
    if (!(expires >= 0 && expires <= Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`expires must be jiffies, from 0 to 2^53 - 1, not ${expires}`)
    }
    const tick = Math.ceil(expires)
    const { abi } = this.#machine
    const low = tick % HIGH
    const high = Math.floor(tick / HIGH)
    if (timer.timer !== 0) {
      abi.timer_move(timer.timer, low, high)
      timer.expires = tick
      return 1
    }
    const added = abi.timer_add(low, high)
    if (added < 0) return added
    timer.timer = added
    timer.slot = this.#machine.listWord(0)
    timer.expires = tick
    this.#machine.bindFunction(timer.slot, () => this.#fire(timer, given))
    return 0
  }

  // The kernel has given timer and slot back by now: the callback may arm it again.
  #fire(timer: State, given: TimerInterface): number {
    this.#machine.unbindFunction(timer.slot, this.#machine.functionAt(timer.slot))
    timer.timer = 0
    timer.callback(given)
    return 0
  }

  delete(given: TimerInterface): number {
    const timer = this.#own(given)
    if (timer.timer === 0) return 0
    this.#machine.abi.timer_delete(timer.timer)
    this.#machine.unbindFunction(timer.slot, this.#machine.functionAt(timer.slot))
    timer.timer = 0
    return 1
  }
}
