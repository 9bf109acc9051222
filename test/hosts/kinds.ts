// Kinds of arguments, and what is wrong for each: the values, and the error that each must be refused with.

type Refusal = typeof TypeError | typeof RangeError

/** A value that must not be taken, and why. */
export type Bad = readonly [value: unknown, refusal: Refusal]

/** Whether `undefined` is fine, as the argument may be left out. */
export interface Kind {
  readonly bad: readonly Bad[]
  readonly optional: boolean
}

const types = (...values: unknown[]): Bad[] => values.map((value) => [value, TypeError])
const ranges = (...values: unknown[]): Bad[] => values.map((value) => [value, RangeError])

/** What is no number at all. */
const NO_NUMBER = types('x', '1', null, true, 1n, {}, [], Symbol.iterator)
const NO_INTEGER = ranges(1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53)

const kind = (...bad: Bad[]): Kind => ({ bad, optional: false })

export const u32 = kind(...NO_NUMBER, ...NO_INTEGER, ...ranges(2 ** 32, -(2 ** 31) - 1))
export const u16 = kind(...NO_NUMBER, ...NO_INTEGER, ...ranges(65536, -1))
/** A size_t that may lie. */
export const size = kind(...NO_NUMBER, ...NO_INTEGER)
export const bytes = kind(
  ...types(
    null,
    5,
    'x',
    {},
    [1],
    new ArrayBuffer(8),
    new Uint16Array(2),
    new Int8Array(2),
    new DataView(new ArrayBuffer(2)),
  ),
)
export const fn = kind(...types(null, 5, 'x', {}))
export const text = kind(...types(null, 5, {}, true))
export const bool = kind(...types(null, 1, 'x'))
/** Milliseconds, jiffies: any number from 0. */
export const duration = kind(...NO_NUMBER, ...ranges(-1, Number.NaN, Number.POSITIVE_INFINITY))
export const pid = kind(...NO_NUMBER, ...NO_INTEGER, ...ranges(0, -1, 4_194_305))
/** Where any object of another kind is wrong. */
export const opaque = kind(...types(null, 5, 'x', {}))
export const signal = kind(...types(5, 'x', {}, null))

/** What may be left out; null is as good as nothing there. */
export const optional = (one: Kind): Kind => ({ bad: one.bad.filter(([value]) => value !== null), optional: true })

/** An object with these fields, the rest of it being fine. */
export function object(good: object, fields: Readonly<Record<string, Kind>>): Kind {
  const bad: Bad[] = []
  for (const [name, field] of Object.entries(fields)) {
    for (const [value, refusal] of badOf(field)) bad.push([{ ...good, [name]: value }, refusal])
  }
  return kind(...types(null, 5), ...bad)
}

/** A list with one element of a kind. */
export const list = (element: Kind): Kind =>
  kind(...types(null, 5, {}), ...badOf(element).map(([value, refusal]): Bad => [[value], refusal]))

/** All that must be refused. */
export function badOf({ bad, optional }: Kind): readonly Bad[] {
  return optional ? bad : [...bad, [undefined, TypeError]]
}

export const id = object({ idx: 5, val: 1 }, { idx: u32, val: u32 })

const ADDRESS_FIELDS = { nl_pid: optional(u32), nl_groups: optional(u32), nl_family: optional(u16) }
/** null is an address: none. */
export const address: Kind = {
  optional: false,
  bad: [
    ...object({}, ADDRESS_FIELDS).bad.filter(([value]) => value !== null),
    ...types('x', [], new ArrayBuffer(12), new Uint16Array(6)),
  ],
}
