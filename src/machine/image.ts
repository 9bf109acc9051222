// Images of a machine: taken, gone back to, and gone on from in another one. Apart from the machine, for a kernel without snapshots and
// journals needs none of it.

import { LAYOUT } from './abi.generated.js'
import { copyImage } from './copy-image.js'
import { Images } from './images.js'
import { type HostFunction, Machine, type MachineConfig, type Recorder } from './machine.js'
import type { Listener } from './pushed.js'

/** The functions in their slots, and what they go on from. */
export interface SavedFunctions {
  readonly functions: readonly (HostFunction | undefined)[]
  readonly kept: readonly (() => void)[]
  readonly listeners: readonly (Listener | undefined)[]
}

const images = new WeakMap<Machine, Images>()

function imagesOf(machine: Machine): Images {
  const known = images.get(machine) ?? new Images()
  images.set(machine, known)
  return known
}

/** A machine that goes on from an image of one with the same configuration. */
export function machineOf(config: MachineConfig, image: Uint8Array): Machine {
  return new Machine(config, (machine) => load(machine, image))
}

/** A machine of its own that goes on from where this one is. It must be at rest. */
export function twinOf(machine: Machine): Machine {
  return machineOf(machine.config, stateOf(machine))
}

/** A copy of everything that a machine knows. It must be at rest. */
export function imageOf(machine: Machine): Uint8Array<ArrayBuffer> {
  return imagesOf(machine).copy(stateOf(machine))
}

/** Gives the memory of an image, which nobody looks at any more, to the next one. */
export function recycleImage(machine: Machine, image: Uint8Array<ArrayBuffer>): void {
  imagesOf(machine).recycle(image)
}

/** Puts an image of a machine, or of one with the same configuration, in place of what it knows. It must be at rest. */
export function rewindTo(machine: Machine, image: Uint8Array): void {
  load(machine, image)
  machine.recorder?.rewound(image)
}

// All of it as it lies in memory, up to the last page in use.
function stateOf(machine: Machine): Uint8Array {
  machine.copies?.beforeCall()
  return machine.bytes.subarray(LAYOUT.STATE_AT, machine.raw.memory_end() >>> 0)
}

function load(machine: Machine, image: Uint8Array): void {
  machine.endInPlace()
  copyImage(image, machine.bytes, LAYOUT.STATE_AT)
  machine.clearBlocked()
  // What is being pushed or drained is no part of an image.
  machine.words[LAYOUT.PUSH_WRITTEN >>> 2] = 0
  machine.bytes.fill(0, LAYOUT.DRAIN, LAYOUT.DRAIN + LAYOUT.DRAIN_BYTES)
  // The next call looks at the ready list, and finds out.
  machine.words[(LAYOUT.RESULT >>> 2) + LAYOUT.WORD_READY] = 1
}

/** All functions in their slots: what belongs to an image. */
export function functionsOf(machine: Machine): SavedFunctions {
  const functions = machine.functions.slice()
  return { functions, kept: functions.flatMap((fn) => fn?.keep?.() ?? []), listeners: machine.pushed.listeners() }
}

/** Puts those functions back, to go on from there. */
export function setFunctions(machine: Machine, { functions, kept, listeners }: SavedFunctions): void {
  machine.functions.length = 0
  machine.pushed.setListeners(listeners)
  for (const fn of functions) machine.functions.push(fn)
  for (const putBack of kept) putBack()
}

/** Has everything written down from now on; null ends it. The machine must be at rest. */
export function record(machine: Machine, recorder: Recorder | null): void {
  machine.recorder = recorder
  machine.recorded = recorder === null ? null : recorder.wrap(machine.raw)
  machine.abi = machine.aroundCopies(machine.recorded ?? machine.raw)
}
