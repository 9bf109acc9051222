// Runs everything in interleaved passes: in each, every measurement once on each of its sides, one right after the
// other, each in a fresh process. So a slow minute of the machine hits both sides, and no figure depends on what ran
// before it.
import { sides } from './sides/index.mjs'

const WARMUP_MS = 400
const QUICK = { warmup: 150, roundsDividedBy: 4 }

/** Every process to start, in order. */
export function plan({ measurements, passes, quick }) {
  const runs = []
  for (let pass = 0; pass < passes; pass++) {
    for (const measurement of measurements) {
      if (measurement.once && pass > 0) continue
      for (const side of measurement.sides) {
        for (let i = 0; i < (measurement.processes ?? 1); i++) runs.push({ pass, side, ...scaled(measurement, quick) })
      }
    }
  }
  return runs
}

function scaled(measurement, quick) {
  const { rounds } = measurement.params
  if (rounds === undefined) return measurement
  const warmup = quick ? QUICK.warmup : WARMUP_MS
  const count = quick ? Math.ceil(rounds / QUICK.roundsDividedBy) : rounds
  return { ...measurement, params: { ...measurement.params, rounds: count, warmup } }
}

/**
 * Runs the plan. `samples[measurement id][side][part]` is a list of passes, each a list of numbers; `problems` tells
 * once for each side or measurement what could not run, and `failed` whether that was a fault rather than a lack.
 */
export async function runPlan(runs, progress) {
  const outcome = { samples: {}, problems: new Map(), failed: false }
  try {
    await runAll(runs, progress, outcome)
  } finally {
    for (const side of sidesOf(runs)) await sides[side].close?.()
  }
  return outcome
}

const sidesOf = (runs) => new Set(runs.map((run) => run.side))

async function runAll(runs, progress, outcome) {
  const missing = await prepareSides(runs, outcome)
  for (const run of runs) {
    const where = `${run.id}, ${sides[run.side].title}`
    progress.at(`pass ${run.pass + 1}, ${where}`)
    const canRun = !missing.has(run.side) && !outcome.problems.has(where)
    if (canRun) record(outcome, run, where, await sides[run.side].run(run))
    progress.done()
  }
}

async function prepareSides(runs, outcome) {
  const missing = new Set()
  for (const side of sidesOf(runs)) {
    const answer = await sides[side].prepare()
    if (answer === undefined) continue
    missing.add(side)
    tellProblem(outcome, sides[side].title, answer)
  }
  return missing
}

function tellProblem(outcome, what, { unavailable, failed }) {
  outcome.problems.set(what, unavailable ?? failed)
  outcome.failed ||= failed !== undefined
}

/** What `object` has under `key`, put there if it had nothing. */
function under(object, key, empty) {
  if (object[key] === undefined) object[key] = empty
  return object[key]
}

function record(outcome, run, where, answer) {
  if (!answer.samples) {
    tellProblem(outcome, where, answer)
    return
  }
  const bySide = under(outcome.samples, run.id, {})
  const parts = under(bySide, run.side, {})
  for (const [part, values] of Object.entries(answer.samples))
    under(under(parts, part, []), run.pass, []).push(...values)
}
