// What simulate() may be told, and the same with what was left out.

import type { BootOptions, Kernel } from '../api.js'
import { u32 } from '../uapi/index.js'
import { asBoolean, asFunction, asOptions } from '../user/index.js'
import { checkDecisions } from './policy.js'
import { terminalProgress } from './progress.js'

/** A function of a simulation; if it is async, it awaits its kernel and the programs that it runs, as they do. */
export type Scene = (kernel: Kernel) => void | Promise<void>

/** What simulate() may be told. */
export interface SimulateOptions {
  /** How many seeds, from 1 on; or which. */
  readonly seeds: number | Iterable<number>
  /** Sets the stage in a fresh kernel, and runs programs by kernel.run(). It is a program itself: the first one. */
  readonly scenario: Scene
  /** Looks at the kernel when all have come to rest. The seed fails if it throws, or gives false; whatever else it gives is well. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a check may say nothing, also by the promise of nothing
  readonly check?: (kernel: Kernel) => void | boolean | Promise<void | boolean>
  /** How to boot; the seed is each time another one, and the journal of a failure comes by itself. */
  readonly options?: Omit<BootOptions, 'seed' | 'journal'>
  /** This schedule, instead of one that the seed decides: to run a failure again. It is not shrunk. */
  readonly decisions?: readonly number[]
  /** Whether programs that have not ended are a failure; they are by default. */
  readonly stuck?: 'fail' | 'ignore'
  /** Whether a failure is thrown, as a SimulationFailure (the default), or only given. */
  readonly throws?: boolean
  /** Whether a failure comes with a journal; it does by default. */
  readonly journal?: boolean
  /** How many runs the plainer schedule may cost; 1000 by default, 0 for none. */
  readonly trials?: number
  /** Turns after which a run is a failure, because it does not end; 100000 by default. */
  readonly limit?: number
  /** Told after each seed; by default a line on stderr, where that is a terminal. */
  readonly progress?: (done: number, total: number) => void
}

/** Seeds in their order. */
export interface Seeds {
  readonly length: number
  entries(): Iterable<[index: number, seed: number]>
}

/** The same, checked and complete. */
export interface Simulation {
  readonly seeds: Seeds
  readonly scenario: Scene
  readonly check: NonNullable<SimulateOptions['check']>
  readonly options: Omit<BootOptions, 'seed' | 'journal'>
  readonly decisions: readonly number[] | undefined
  readonly ignoresStuck: boolean
  readonly throws: boolean
  readonly journal: boolean
  readonly trials: number
  readonly limit: number
  readonly progress: (done: number, total: number) => void
}

const DEFAULT_TRIALS = 1000
const DEFAULT_LIMIT = 100_000

/**
 * Completes the options.
 * @throws TypeError, RangeError for what they cannot be
 */
export function asSimulation(given: SimulateOptions): Simulation {
  const { stuck = 'fail', decisions } = asOptions(given, 'options', {
    seeds: 1,
    scenario: 1,
    check: 1,
    options: 1,
    decisions: 1,
    stuck: 1,
    throws: 1,
    journal: 1,
    trials: 1,
    limit: 1,
    progress: 1,
  })
  if (stuck !== 'fail' && stuck !== 'ignore') throw new TypeError("stuck must be 'fail' or 'ignore'")
  return {
    seeds: asSeeds(given.seeds),
    scenario: asFunction(given.scenario, 'scenario'),
    check: asFunction(given.check ?? (() => {}), 'check'),
    options: asOptions(given.options ?? {}, 'options.options', { profile: 1, limits: 1, module: 1, groupLog: 1 }),
    decisions: decisions === undefined ? undefined : checkDecisions(decisions),
    ignoresStuck: stuck === 'ignore',
    throws: asBoolean(given.throws ?? true, 'throws'),
    journal: asBoolean(given.journal ?? true, 'journal'),
    trials: u32(given.trials ?? DEFAULT_TRIALS, 'trials'),
    limit: u32(given.limit ?? DEFAULT_LIMIT, 'limit'),
    progress: asFunction(given.progress ?? terminalProgress(), 'progress'),
  }
}

function asSeeds(seeds: number | Iterable<number>): Seeds {
  const all = typeof seeds === 'number' ? firstSeeds(seeds) : asList(seeds).map((seed, at) => u32(seed, `seeds[${at}]`))
  if (all.length === 0) throw new RangeError('seeds must be at least one')
  return all
}

// Not an array: there may be more than fit into memory.
function firstSeeds(length: number): Seeds {
  if (length < 0) throw new RangeError(`seeds must be at least one, not ${length}`)
  u32(length, 'seeds')
  return {
    length,
    *entries() {
      for (let at = 0; at < length; at++) yield [at, at + 1]
    },
  }
}

function asList(seeds: Iterable<number>): number[] {
  if (typeof seeds !== 'object' || typeof seeds?.[Symbol.iterator] !== 'function') {
    throw new TypeError('seeds must be a number or an iterable of numbers')
  }
  return [...seeds]
}
