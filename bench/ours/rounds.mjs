// Warms up, then takes the samples: `round` runs its operations once and tells for each part the ns of one operation.

export function takeRounds({ rounds, warmup }, round) {
  const warm = performance.now() + warmup
  do round()
  while (performance.now() < warm)

  const taken = Array.from({ length: rounds }, round)
  return Object.fromEntries(Object.keys(taken[0]).map((part) => [part, taken.map((sample) => sample[part])]))
}

/** Nanoseconds of one operation, from two readings of performance.now(). */
export const perOperation = (start, end, operations) => ((end - start) * 1e6) / operations

/** A measurement that does not do what it says is worse than none. */
export function check(condition, what) {
  if (!condition) throw new Error(`the measurement is wrong: ${what}`)
}
