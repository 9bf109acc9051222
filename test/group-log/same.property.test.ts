// Whether groups keep a log: nobody can tell. Random histories in two kernels, one with it and one without, compared after each call.
// GROUP_LOG_RUNS asks for more of them, GROUP_LOG_SEED for the same again.
import fc from 'fast-check'
import { test } from 'vitest'
import { history, playBoth } from './both.js'

const RUNS = Number(process.env.GROUP_LOG_RUNS ?? 60)
const SEED = process.env.GROUP_LOG_SEED === undefined ? {} : { seed: Number(process.env.GROUP_LOG_SEED) }
const MOST_MS_PER_RUN = 2000

test(
  `${RUNS} random histories give the same answers and the same states with a log and without`,
  async () => {
    await fc.assert(fc.asyncProperty(history, playBoth), { numRuns: RUNS, endOnFailure: true, ...SEED })
  },
  30_000 + RUNS * MOST_MS_PER_RUN,
)
