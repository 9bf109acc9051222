// Minima, medians and the ratios of them. Times on a shared machine drift together, so a side is told by its smallest
// round over all passes, and a ratio by the two smallest; how far the passes disagree is told beside it.

/** The value in the middle of a list. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const smallest = (values) => values.reduce((least, value) => Math.min(least, value))

/** One side of a result: `passes` holds the samples of each pass. */
export function summarize(passes) {
  const all = passes.flat()
  return { min: smallest(all), median: median(all), passes: passes.map((samples) => smallest(samples)) }
}

/**
 * How many times faster `ours` is than `theirs` (or, given the other way round, slower): by the minima, by the medians, and the range over the
 * passes. Nothing where a clock was too coarse for what it measured.
 */
export function compare(theirs, ours) {
  if (theirs.min === 0 || ours.min === 0) return undefined
  const perPass = ours.passes.map((min, i) => theirs.passes[i] / min).filter(Number.isFinite)
  return {
    value: theirs.min / ours.min,
    ofMedians: theirs.median / ours.median,
    low: Math.min(...perPass),
    high: Math.max(...perPass),
  }
}
