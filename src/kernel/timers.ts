// Timers of modules, on the virtual clock.

import type { Timer as TimerInterface } from '../api.js'
import { type HostFunction, type Machine, readClock } from '../machine/index.js'
import { asFunction, asNumber, asText } from '../user/index.js'
import type { Ownership } from './ownership.js'

const HIGH = 2 ** 32

/** A timer as the machine has it. */
export interface TimerState {
  readonly callback: (timer: TimerInterface) => void
  /** The module whose function has set it up, and the name that it got there; '' for none. */
  readonly module: string
  readonly name: string
  readonly keep: HostFunction['keep']
  /** Its tick; its reference and its slot while it is armed, else `timer` is 0. */
  expires: number
  timer: number
  slot: number
}

/** A timer as a module has it. */
class Timer implements TimerInterface {
  readonly #state: TimerState

  constructor(state: TimerState) {
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
  readonly #known = new WeakMap<TimerInterface, TimerState>()
  readonly armed = new Set<TimerState>()

  constructor(machine: Machine, ownership: Ownership) {
    this.#machine = machine
    this.#ownership = ownership
  }

  /** It is armed: its reference, its slot, its tick. */
  arm(state: TimerState, { timer, slot, expires }: Pick<TimerState, 'timer' | 'slot' | 'expires'>): void {
    state.timer = timer
    state.slot = slot
    state.expires = expires
    this.armed.add(state)
  }

  get jiffies(): number {
    return readClock(this.#machine).ms
  }

  /** `keep` is that of the function in the slot. */
  setup(callback: (timer: TimerInterface) => void, name = '', keep?: HostFunction['keep']): TimerInterface {
    const owned = this.#ownership.own(asFunction(callback, 'callback'))
    const module = this.#ownership.owner
    const state = { callback: owned, module, name: asText(name, 'name'), keep, expires: 0, timer: 0, slot: 0 }
    const timer = new Timer(state)
    this.#known.set(timer, state)
    return timer
  }

  /** @throws TypeError for a timer of another kernel */
  own(timer: TimerInterface): TimerState {
    const state = this.#known.get(timer)
    if (state === undefined) throw new TypeError('timer must come from timer_setup() of this kernel')
    return state
  }

  modify(given: TimerInterface, expires: number): number {
    const timer = this.own(given)
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
    this.arm(timer, { timer: added, slot: this.#machine.listWord(0), expires: tick })
    this.bind(timer, given)
    return 0
  }

  /** Has the machine call it. */
  bind(timer: TimerState, given: TimerInterface): void {
    const fn: HostFunction = () => this.#fire(timer, given)
    fn.keep = timer.keep
    this.#machine.bindFunction(timer.slot, fn)
  }

  // The kernel has given timer and slot back by now: the callback may arm it again.
  #fire(timer: TimerState, given: TimerInterface): number {
    this.#disarmed(timer)
    timer.callback(given)
    return 0
  }

  delete(given: TimerInterface): number {
    const timer = this.own(given)
    if (timer.timer === 0) return 0
    this.#machine.abi.timer_delete(timer.timer)
    this.#disarmed(timer)
    return 1
  }

  #disarmed(timer: TimerState): void {
    this.#machine.unbindFunction(timer.slot, this.#machine.functionAt(timer.slot))
    timer.timer = 0
    this.armed.delete(timer)
  }
}
