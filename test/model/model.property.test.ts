// Random sequences of calls against a plain model of the rules. MODEL_RUNS asks for more of them, MODEL_SEED for the same again;
// a failure prints its seed and the shortest part of the sequence that still fails.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Scenario, scenario } from './arbitrary.js'
import { play } from './play.js'
import { reduce } from './reduce.js'

const RUNS = Number(process.env.MODEL_RUNS ?? 300)
const SEED = process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) }
const MOST_MS_PER_RUN = 200

function failureOf(check: () => void): Error | undefined {
  try {
    check()
  } catch (error) {
    return error as Error
  }
  return undefined
}

/** Holds for a scenario, or throws with the least of its calls that break it. */
function holds(one: Scenario, check: (one: Scenario) => void): void {
  if (failureOf(() => check(one)) === undefined) return
  const calls = reduce(one.calls, (some) => failureOf(() => check({ ...one, calls: [...some] })) !== undefined)
  const least = { ...one, calls: [...calls] }
  const lines = calls.map((call) => `  ${JSON.stringify(call)}`)
  throw new Error(
    `${one.profile}, seed ${one.seed}, ${calls.length} calls:\n${lines.join('\n')}\n${failureOf(() => check(least))?.message}`,
    { cause: failureOf(() => check(least)) },
  )
}

function assertAll(runs: number, check: (one: Scenario) => void): void {
  // The generator's own way to make it shorter keeps to 20 calls.
  fc.assert(
    fc.property(scenario, (one) => holds(one, check)),
    { numRuns: runs, endOnFailure: true, ...SEED },
  )
}

test(
  `${RUNS} random sequences do what the findings say, and leave nothing behind`,
  () => assertAll(RUNS, (one) => expect(play(one).kernel.halt()).toBe(0)),
  30_000 + RUNS * MOST_MS_PER_RUN,
)

test('the same seed and calls lead to the same state', () => {
  assertAll(20, (one) => expect(play(one).kernel.stateHash()).toBe(play(one).kernel.stateHash()))
})
