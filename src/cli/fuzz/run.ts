// The run: sequence after sequence, until two answers differ.

import { against, type Difference, isSteady, type Sides, write } from './duel.js'
import { makeSequence } from './sequence.js'
import { shrink } from './shrink.js'

export interface RunOptions {
  readonly seed: number
  readonly from: number
  readonly count: number
}

export interface RunResult {
  /** How many sequences were played, and how many calls they had. */
  readonly sequences: number
  readonly calls: number
  /** Sequences that Linux answered differently when it was asked again. */
  readonly unsteady: readonly number[]
  readonly found?: { readonly index: number; readonly difference: Difference }
}

export interface Watcher {
  next(index: number, calls: number): void
  shrinking(steps: number): void
}

/** How often Linux is asked again before a difference is believed. */
const REPETITIONS = 3

export async function run({ seed, from, count }: RunOptions, sides: Sides, watch: Watcher): Promise<RunResult> {
  const unsteady: number[] = []
  let calls = 0
  for (let index = from; index < from + count; index++) {
    watch.next(index, calls)
    const played = await write(makeSequence(seed, index), sides.machine)
    calls += played.script.steps.length
    const difference = await against(played, sides.linux)
    if (difference === undefined) continue
    if (await believable(difference, sides)) {
      const shortest = await shrink(difference, sides, (steps) => watch.shrinking(steps))
      return { sequences: index - from + 1, calls, unsteady, found: { index, difference: shortest } }
    }
    unsteady.push(index)
  }
  return { sequences: count, calls, unsteady }
}

async function believable(difference: Difference, sides: Sides): Promise<boolean> {
  for (let i = 0; i < REPETITIONS; i++) if (!(await isSteady(difference, sides.linux))) return false
  return true
}
