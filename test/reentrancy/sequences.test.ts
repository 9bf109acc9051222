// Every short sequence of what a function may do that the kernel calls, from every place that it calls from. The model says which
// functions run in which order, what each call gives and what is queued at the end; nothing traps, later messages work, nothing leaks.
// REENTRANCY_LENGTH asks for longer sequences everywhere.
import { describe, expect, test } from 'vitest'
import { ACTS, type Act, Boom } from './acts.js'
import { CONTEXTS, type Context } from './contexts.js'
import { sequences } from './exhaustigen.js'
import { Model } from './model.js'
import { HEALTHY, probe } from './probe.js'
import { outcome, Real } from './real.js'

const MOST = Number(process.env.REENTRANCY_LENGTH ?? 2)
/** The place that matters most. */
const MOST_IN_SEND = Math.max(3, MOST)
const HOUR = 3_600_000

function reach(call: () => unknown): unknown {
  try {
    return outcome(call)
  } catch (error) {
    if (error instanceof Boom) return 'boom'
    throw error
  }
}

function play(context: Context, sequence: readonly Act[]): void {
  const dispatch = context.dispatch ?? 'send'
  const notifier = context.notifier ?? false
  const real = new Real(dispatch, notifier)
  const model = new Model(dispatch, notifier)
  const ends = (side: Real | Model, call: () => unknown) => {
    side.log.length = 0
    side.prepare(context.place, sequence)
    return { result: reach(call), log: side.log, rest: side.rest }
  }
  const got = ends(real, context.real(real))
  const ruled = ends(model, context.model(model))
  const label = `${context.name}: ${sequence.join(', ')}`
  expect(got, label).toEqual(ruled)
  expect(probe(real.kernel), label).toEqual(HEALTHY[dispatch])
}

describe.each(CONTEXTS.map((context) => [context.name, context] as const))('%s', (_name, context) => {
  const most = context.place === 'main' && context.dispatch === undefined ? MOST_IN_SEND : MOST
  test(
    `up to ${most} acts`,
    () => {
      for (const sequence of sequences(ACTS, most)) play(context, sequence)
    },
    HOUR,
  )
})
