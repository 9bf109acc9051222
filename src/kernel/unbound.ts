// What of a restored machine has no function: told to whoever restored it.

import { LAYOUT, type Machine } from '../machine/index.js'
import type { SavedTimer } from './armed-timers.js'

const PROTOCOLS = 32

/** A line for each thing that would call a function and has none, and for each module that nobody gave. */
export function listUnbound(machine: Machine, timers: readonly SavedTimer[], modules: readonly string[]): string[] {
  const { raw } = machine
  const isUnbound = (slot: number) => slot >= 0 && machine.functionAt(slot) === undefined
  const lines = modules.map((name) => `module ${name}`)
  for (let one = raw.callback_next(0); one !== 0; one = raw.callback_next(one)) {
    const [idx, val] = [machine.listWord(0), machine.listWord(1)]
    const name = machine.text(machine.listWord(4))
    if (isUnbound(raw.callback_slot(idx, val))) lines.push(`callback ${idx}:${val} (${name})`)
  }
  for (let unit = 0; unit < PROTOCOLS; unit++) {
    if (isUnbound(raw.ksock_slot(unit))) lines.push(`kernel socket of protocol ${unit}`)
  }
  for (let one = raw.request_next(0); one !== 0; one = raw.request_next(one)) {
    if (isUnbound(machine.listWord(0) | 0)) lines.push(`notification request of group ${machine.listWord(1)}`)
  }
  if (isUnbound((machine.words[LAYOUT.NOTIFIER >>> 2] as number) - 1)) lines.push('release notifier')
  for (const { module, name } of timers) lines.push(`timer ${name === '' ? 'without a name' : name}${of(module)}`)
  for (let one = raw.socket_next(0); one !== 0; one = raw.socket_next(one)) {
    raw.socket_describe(one)
    const id = machine.listWord(3)
    if (isUnbound(raw.dump_slot(one))) lines.push(`dump of socket ${id}`)
    if (raw.push_off(one) !== 0) lines.push(`listener of socket ${id}`)
  }
  return lines
}

function of(module: string): string {
  return module === '' ? '' : ` of module ${module}`
}
