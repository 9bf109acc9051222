// Timers of modules, on the virtual clock.

import type { Timer as TimerInterface } from '../api.js'
import { type HostFunction, type Machine, readClock } from '../machine/index.js'
import { asFunction, asNumber, asText } from '../user/index.js'
import type { Ownership } from './ownership.js'

const HIGH = 2 ** 32

/** A timer as the machine has it. */
class State {
  readonly callback: (timer: TimerInterface) => void
  /** The module whose function has set it up, and the name that it got there; '' for none. */
  readonly module: string
  readonly name: string
  readonly keep: HostFunction['keep']
  expires = 0
  timer = 0
  slot = 0

  constructor(callback: (timer: TimerInterface) => void, module: string, name: string, keep: HostFunction['keep']) {
    this.callback = callback
    this.keep = keep
    this.module = module
    this.name = name
  }
}

/** A timer that is armed, as a snapshot keeps it. */
export interface SavedTimer {
  readonly module: string
  readonly name: string
  /** Its reference, its slot, its tick. */
  readonly timer: number
  readonly slot: number
  readonly expires: number
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
  readonly #ownership: Ownership
  readonly #known = new WeakMap<TimerInterface, State>()
  readonly #armed = new Set<State>()
  /** Armed timers of a restored machine that nobody has bound yet. */
  #unbound: SavedTimer[] = []

  constructor(machine: Machine, ownership: Ownership) {
    this.#machine = machine
    this.#ownership = ownership
  }

  /** The armed timers, and what brings them back when time goes backwards. */
  save(): { saved: readonly SavedTimer[]; states: readonly State[]; unbound: readonly SavedTimer[] } {
    const states = [...this.#armed]
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

  restore({ saved, states, unbound }: ReturnType<Timers['save']>): void {
    for (const state of this.#armed) state.timer = 0
    this.#armed.clear()
    for (const [index, state] of states.entries()) this.#arm(state, saved[index] as SavedTimer)
    this.#unbound = [...unbound]
  }

  /** A restored machine has these timers armed; rebind() finds them. */
  adopt(saved: readonly SavedTimer[]): void {
    this.#unbound = this.#stillArmed(saved)
  }

  /** The timer that was set up under this name by the module whose function runs; it is armed if it was. */
  rebind(name: string, callback: (timer: TimerInterface) => void): TimerInterface {
    const timer = this.setup(callback, name)
    const { owner } = this.#ownership
    const at = this.#unbound.findIndex((one) => one.module === owner && one.name === name)
    const [saved] = at < 0 ? [] : this.#unbound.splice(at, 1)
    if (saved === undefined) return timer
    const state = this.#own(timer)
    this.#arm(state, saved)
    this.#bind(state, timer)
    return timer
  }

  /** The armed timers that nobody has bound. */
  get unbound(): readonly SavedTimer[] {
    return this.#unbound
  }

  #arm(state: State, { timer, slot, expires }: Pick<SavedTimer, 'timer' | 'slot' | 'expires'>): void {
    state.timer = timer
    state.slot = slot
    state.expires = expires
    this.#armed.add(state)
  }

  get jiffies(): number {
    return readClock(this.#machine).ms
  }

  /** `keep` is that of the function in the slot. */
  setup(callback: (timer: TimerInterface) => void, name = '', keep?: HostFunction['keep']): TimerInterface {
    const owned = this.#ownership.own(asFunction(callback, 'callback'))
    const state = new State(owned, this.#ownership.owner, asText(name, 'name'), keep)
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
    asNumber(expires, 'expires')
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
    this.#arm(timer, { timer: added, slot: this.#machine.listWord(0), expires: tick })
    this.#bind(timer, given)
    return 0
  }

  #bind(timer: State, given: TimerInterface): void {
    const fn: HostFunction = () => this.#fire(timer, given)
    fn.keep = timer.keep
    this.#machine.bindFunction(timer.slot, fn)
  }

  // The kernel has given timer and slot back by now: the callback may arm it again.
  #fire(timer: State, given: TimerInterface): number {
    this.#disarmed(timer)
    timer.callback(given)
    return 0
  }

  delete(given: TimerInterface): number {
    const timer = this.#own(given)
    if (timer.timer === 0) return 0
    this.#machine.abi.timer_delete(timer.timer)
    this.#disarmed(timer)
    return 1
  }

  #disarmed(timer: State): void {
    this.#machine.unbindFunction(timer.slot, this.#machine.functionAt(timer.slot))
    timer.timer = 0
    this.#armed.delete(timer)
  }
}
