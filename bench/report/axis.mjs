// Axes with a logarithm, for figures that lie thousands apart.

/** From values to places: whole powers of ten around all `values` lie between `from` and `to`. */
export function logAxis(values, from, to) {
  const logs = values.map(Math.log10)
  const low = Math.floor(Math.min(...logs))
  const high = Math.max(Math.ceil(Math.max(...logs)), low + 1)
  const place = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from)
  const decades = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  return { place, decades }
}

const STEPS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
]

/** Nanoseconds in the unit that one says them in. */
export function duration(ns) {
  const [step, unit] = STEPS.find(([least]) => ns >= least) ?? [1, 'ns']
  return `${digits(ns / step)} ${unit}`
}

/** A count with a letter for its thousands. */
export function count(value) {
  if (value >= 1e6) return `${digits(value / 1e6)}M`
  return value >= 1e4 ? `${digits(value / 1e3)}k` : String(value)
}

/** How many times, in three digits. */
export const times = (value) => `${value >= 1000 ? Math.round(value).toLocaleString('en-US') : digits(value)}x`

const digits = (value) => String(Number(value.toPrecision(3)))
