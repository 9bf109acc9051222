// Arguments that must be of the right type before anything happens.

/**
 * A Uint8Array, of this realm or another.
 * @throws TypeError for anything else
 */
export function asBytes(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (Object.prototype.toString.call(value) === '[object Uint8Array]') return value as Uint8Array
  throw new TypeError(`${name} must be a Uint8Array`)
}

/**
 * A list of Uint8Arrays.
 * @throws TypeError for anything else
 */
export function asParts(value: unknown, name: string): readonly Uint8Array[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array of Uint8Arrays`)
  return value.map((part, index) => asBytes(part, `${name}[${index}]`))
}

/**
 * A function.
 * @throws TypeError for anything else
 */
export function asFunction<T>(value: T, name: string): T {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  return value
}

/** How many bytes all parts have together. */
export function totalLength(parts: readonly Uint8Array[]): number {
  let total = 0
  for (const part of parts) total += part.length
  return total
}
