// From samples to rows of the table: one for each result of each measurement that gave samples.
import { goals, isMet, LEVELS } from './goals.mjs'
import { compare, summarize } from './statistics.mjs'

/** { title, unit, against?, theirs?, ours, ratio?, value, goal?, met?, curve? }; value is what is held against the goal. */
export function makeRows(measurements, samples) {
  return measurements.flatMap((measurement) =>
    measurement.results.map((result) => makeRow(measurement, result, samples[measurement.id] ?? {})).filter(Boolean),
  )
}

function makeRow({ id, sides, curve: ofAll }, result, samples) {
  const { part, theirPart = part, goal: goalId, against, title, unit = 'ns', curve = ofAll } = result
  const ourPasses = samples[sides.at(-1)]?.[part]
  if (!ourPasses && !samples[against]?.[theirPart]) return undefined
  const goal = goals[goalId]
  const ours = ourPasses && summarize(ourPasses)
  const theirs = samples[against]?.[theirPart] && summarize(samples[against][theirPart])
  const ratio = ours && theirs && (goal?.better === 'less' ? compare(ours, theirs) : compare(theirs, ours))
  const value = against ? ratio?.value : ours?.min
  const met = goal && value !== undefined ? judge(goal, value) : undefined
  const told = title ?? goal.title
  return { measurement: id, part, title: told, unit, goalId, goal, against, theirs, ours, ratio, value, met, curve }
}

const judge = (goal, value) =>
  Object.fromEntries(LEVELS.filter((level) => level in goal).map((level) => [level, isMet(goal, level, value)]))

/** Goals that no row of this run speaks about. */
export function unmeasured(rows) {
  const spoken = new Set(rows.filter((row) => row.value !== undefined).map((row) => row.goalId))
  return Object.entries(goals)
    .filter(([id]) => !spoken.has(id))
    .map(([, goal]) => goal.title)
}
