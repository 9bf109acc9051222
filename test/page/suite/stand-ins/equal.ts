// Whether two values are the same data, where node:util is not at hand: primitives, arrays, typed arrays and plain objects.

/**
 * As isDeepStrictEqual() of node:util decides for the same values.
 * @throws TypeError for anything else than data without cycles: what cannot be compared must not look equal
 */
export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (!isObject(a) || !isObject(b)) return false
  for (const one of [a, b])
    if (!isData(one)) throw new TypeError(`cannot compare ${Object.prototype.toString.call(one)}`)
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (Array.isArray(a) && a.length !== (b as typeof a).length) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual(fieldOf(a, key), fieldOf(b, key)))
}

/** A copy without the fields that are undefined: toEqual() takes no notice of them. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (!isObject(value) || !isPlain(value)) return value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutUndefined(field)]))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const isData = (value: object) =>
  isPlain(value) || Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

const fieldOf = (value: object, name: string): unknown => (value as Record<string, unknown>)[name]
