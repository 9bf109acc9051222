// Warms up, then takes the samples: `round` runs its operations once and tells for each part the ns of one operation.
// With `together` a sample is the mean of so many rounds, for clocks that are too coarse for one.

export function takeRounds({ rounds, warmup, together = 1 }, round) {
  const warm = performance.now() + warmup
  do round()
  while (performance.now() < warm)

  return byPart(Array.from({ length: rounds }, () => meanOf(Array.from({ length: together }, round))))
}

/** The same for rounds that wait for the event loop. */
export async function takeRoundsAsync({ rounds, warmup, together = 1 }, round) {
  const warm = performance.now() + warmup
  do await round()
  while (performance.now() < warm)

  const samples = []
  for (let i = 0; i < rounds; i++) {
    const taken = []
    for (let k = 0; k < together; k++) taken.push(await round())
    samples.push(meanOf(taken))
  }
  return byPart(samples)
}

const byPart = (samples) =>
  Object.fromEntries(Object.keys(samples[0]).map((part) => [part, samples.map((sample) => sample[part])]))

function meanOf(taken) {
  const mean = (part) => taken.reduce((sum, sample) => sum + sample[part], 0) / taken.length
  return Object.fromEntries(Object.keys(taken[0]).map((part) => [part, mean(part)]))
}

/** Nanoseconds of one operation, from two readings of performance.now(). */
export const perOperation = (start, end, operations) => ((end - start) * 1e6) / operations

/** A measurement that does not do what it says is worse than none. */
export function check(condition, what) {
  if (!condition) throw new Error(`the measurement is wrong: ${what}`)
}
