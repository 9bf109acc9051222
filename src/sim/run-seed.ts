// One run of a scenario: a fresh kernel, a policy, and what became of it.

import type { BootOptions, Kernel, SchedulePolicy } from '../api.js'
import type { Scene, Simulation } from './options.js'
import { Schedule } from './schedule.js'

/** Boots the kernels of simulations. */
export type Boot = (options: BootOptions) => Kernel

/** How a run fails: what two failures of the same bug have in common. */
export type FailureKind = 'scenario' | 'check' | 'stuck' | 'leak'

/** What became of a run. */
export interface Run {
  readonly failed: { readonly kind: FailureKind; readonly error: unknown } | null
  readonly decisions: readonly number[]
  readonly stuck: readonly string[]
  readonly journal: Uint8Array | undefined
}

/** Whether both fail, and in the same way: kind and class of the error, which may word what happened in another order. */
export function failsAlike({ failed: a }: Run, { failed: b }: Run): boolean {
  return a !== null && b !== null && a.kind === b.kind && className(a.error) === className(b.error)
}

function className(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

/** Runs the scenario once, and then the check if nothing has failed. The kernel is halted. */
export async function runSeed(
  boot: Boot,
  simulation: Simulation,
  seed: number,
  policy: SchedulePolicy,
  journal = false,
): Promise<Run> {
  const kernel = boot({ ...simulation.options, seed, journal })
  const schedule = scheduleOf(kernel)
  schedule.policy = policy
  schedule.autoAdvance = true
  schedule.limit = simulation.limit
  const failed =
    (await play(kernel, schedule, 'scenario', simulation.scenario)) ??
    (await play(kernel, schedule, 'check', () => pass(kernel, simulation.check)))
  const stuck = schedule.stuck()
  // A scenario may have ended it.
  const recorded = kernel.journal.recording ? kernel.journal.stop() : undefined
  const left = kernel.halt()
  return {
    failed: failed ?? (simulation.ignoresStuck ? null : stuckFailure(stuck)) ?? leakFailure(left),
    decisions: schedule.decisions,
    stuck,
    journal: recorded,
  }
}

function scheduleOf({ schedule }: Kernel): Schedule {
  if (!(schedule instanceof Schedule)) throw new TypeError('boot must give a kernel of this package')
  return schedule
}

/** A check that gives false fails as one that throws. */
async function pass(kernel: Kernel, check: Simulation['check']): Promise<void> {
  if ((await check(kernel)) === false) throw new Error('check() gave false')
}

/** Has a scene run until all are at rest. */
async function play(
  kernel: Kernel,
  schedule: Schedule,
  kind: 'scenario' | 'check',
  scene: Scene,
): Promise<Run['failed']> {
  let ended = false
  try {
    // What it throws, idle() tells.
    const body = async () => {
      await scene(kernel)
      ended = true
    }
    schedule.begin(kind, body).catch(() => {})
    await schedule.idle()
  } catch (error) {
    return { kind, error }
  }
  return ended ? null : stuckFailure(schedule.stuck())
}

function stuckFailure(stuck: readonly string[]): Run['failed'] {
  return stuck.length === 0 ? null : { kind: 'stuck', error: new Error('a program waits for ever') }
}

function leakFailure(bytes: number): Run['failed'] {
  return bytes === 0 ? null : { kind: 'leak', error: new Error(`${bytes} bytes of the kernel were not given back`) }
}
