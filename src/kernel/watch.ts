// Whether the machine is watched, and by whom: the tap, which is no part of its state, and the fault rules, which are.

import { LAYOUT, type Machine } from '../machine/index.js'

export class Watch {
  readonly #machine: Machine
  #tap = false
  #faults = false

  /** A machine that goes on from an image may have been watched there; nobody watches it here. */
  constructor(machine: Machine) {
    this.#machine = machine
    this.apply()
  }

  /** Whether the machine asks the fault rules; be there any or not. */
  get faults(): boolean {
    return this.#faults
  }

  /** Has the tap told, or not; may be called anywhere, also where the machine calls the tap. */
  setTap(on: boolean): void {
    this.#tap = on
    this.apply()
  }

  /** Has the fault rules asked, or not. That matters to answers, so it is a call like others: it throws where none may be made. */
  setFaults(on: boolean): void {
    if (this.#faults === on) return
    this.#machine.abi.set_watch(on ? LAYOUT.WATCH_FAULTS : 0)
    this.#faults = on
    this.apply()
  }

  /** The same after time went back, when the machine has an older idea of it. */
  restoreFaults(on: boolean): void {
    this.#faults = on
    this.apply()
  }

  /** Tells the machine again, which may have been halted: then nobody needs to know. */
  apply(): void {
    if (this.#machine.halted) return
    this.#machine.raw.set_watch((this.#tap ? LAYOUT.WATCH_TAP : 0) | (this.#faults ? LAYOUT.WATCH_FAULTS : 0))
  }
}
