// A timer of the kernel, on its virtual clock, for whoever waits.

import { type Machine, readClock } from '../machine/index.js'
import { ENOMEM } from '../uapi/index.js'
import { SystemError } from './errors.js'

const NS_PER_MS = 1e6
const HIGH = 2 ** 32

/** Runs `fire` in `milliseconds` of virtual time; the result takes it back. */
export function startTimer(machine: Machine, milliseconds: number, fire: () => void): () => void {
  const { ms, ns } = readClock(machine)
  const tick = ms + Math.ceil(ns / NS_PER_MS + milliseconds)
  const timer = machine.abi.timer_add(tick >>> 0, Math.floor(tick / HIGH))
  if (timer < 0) throw new SystemError(-ENOMEM, 'timer')
  const slot = machine.listWord(0)
  let pending = true
  const fn = () => {
    pending = false
    machine.unbindFunction(slot, fn)
    fire()
    return 0
  }
  machine.bindFunction(slot, fn)
  return () => {
    if (!pending) return
    pending = false
    machine.unbindFunction(slot, fn)
    machine.abi.timer_delete(timer)
  }
}
