// Everything that the package exports, for an entry that has said which kernel boots if nobody brings a module (provideKernel()).
// What each function does stands in embedded.ts.

import type { BootOptions, Kernel, RestoreOptions, Snapshot } from './api.js'
import { Kernel as KernelMachine } from './kernel/index.js'
import { type SimulateOptions, type SimulationResult, simulateWith } from './sim/index.js'

export type * from './api.js'
export { HZ } from './api.js'
export * from './kernel/genetlink/index.js'
export { DEFAULT_LIMITS, DEFAULT_PROFILE } from './kernel/index.js'
export { type ReplayOptions, replay } from './kernel/replay.js'
export { selfCheck } from './kernel/self-check.js'
export { compile, type KernelSource } from './machine/index.js'
export { type Difference, DivergenceError, JournalError, type ReplayResult } from './machine/journal/index.js'
export {
  type FailedSeed,
  type Scene,
  type SimulateOptions,
  SimulationFailure,
  type SimulationResult,
} from './sim/index.js'
export * from './uapi/index.js'
export { SystemError } from './user/index.js'

/** An empty machine of its own. */
export function boot(options?: BootOptions): Kernel {
  return KernelMachine.boot(options)
}

/** A kernel that goes on from a snapshot. */
export function restore(snapshot: Snapshot | Uint8Array, options?: RestoreOptions): Kernel {
  return KernelMachine.restore(snapshot, options)
}

/** A scenario once for each seed. */
export function simulate(options: SimulateOptions): Promise<SimulationResult> {
  return simulateWith(boot, options)
}
