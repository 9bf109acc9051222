// Armed timers when time goes back, or another machine goes on from an image: they are found again, there by their names.

import type { Timer } from '../api.js'
import type { Machine } from '../machine/index.js'
import type { TimerState, Timers } from './timers.js'

/** A timer that is armed, as a snapshot keeps it. */
export interface SavedTimer {
  readonly module: string
  readonly name: string
  /** Its reference, its slot, its tick. */
  readonly timer: number
  readonly slot: number
  readonly expires: number
}

/** What brings the armed timers back. */
export interface SavedTimers {
  readonly saved: readonly SavedTimer[]
  readonly states: readonly TimerState[]
  readonly unbound: readonly SavedTimer[]
}

export class ArmedTimers {
  readonly #machine: Machine
  readonly #timers: Timers
  /** Armed timers of a restored machine that nobody has bound yet. */
  #unbound: SavedTimer[] = []

  constructor(machine: Machine, timers: Timers) {
    this.#machine = machine
    this.#timers = timers
  }

  /** The armed timers, and what brings them back when time goes backwards. */
  save(): SavedTimers {
    const states = [...this.#timers.armed]
    const saved = states.map(({ module, name, timer, slot, expires }) => ({ module, name, timer, slot, expires }))
    const unbound = this.#stillArmed(this.#unbound)
    return { saved: [...saved, ...unbound], states, unbound }
  }

  // Nobody tells of a timer that fires without a function.
  #stillArmed(timers: readonly SavedTimer[]): SavedTimer[] {
    const slots = new Map<number, number>()
    const { raw } = this.#machine
    for (let one = raw.timer_next(0); one !== 0; one = raw.timer_next(one)) slots.set(one, this.#machine.listWord(2))
    return timers.filter(({ timer, slot }) => slots.get(timer) === slot)
  }

  restore({ saved, states, unbound }: SavedTimers): void {
    const timers = this.#timers
    for (const state of timers.armed) state.timer = 0
    timers.armed.clear()
    for (const [index, state] of states.entries()) timers.arm(state, saved[index] as SavedTimer)
    this.#unbound = [...unbound]
  }

  /** A restored machine has these timers armed; rebind() finds them. */
  adopt(saved: readonly SavedTimer[]): void {
    this.#unbound = this.#stillArmed(saved)
  }

  /** The timer that was set up under this name by the module whose function runs; it is armed if it was. */
  rebind(name: string, callback: (timer: Timer) => void): Timer {
    const timer = this.#timers.setup(callback, name)
    const state = this.#timers.own(timer)
    const at = this.#unbound.findIndex((one) => one.module === state.module && one.name === name)
    const [saved] = at < 0 ? [] : this.#unbound.splice(at, 1)
    if (saved === undefined) return timer
    this.#timers.arm(state, saved)
    this.#timers.bind(state, timer)
    return timer
  }

  /** The armed timers that nobody has bound. */
  get unbound(): readonly SavedTimer[] {
    return this.#unbound
  }
}
