// Arguments that must be of the right type before anything happens.

import { asObject, asObjects } from '../uapi/args.js'
import { isBytes, lengthOf, plainBytes, refuseLost } from '../uapi/typed-arrays.js'

export { asObject, asObjects }

/** More bytes than this no call moves (MAX_RW_COUNT). */
const MOST_BYTES = 0x7ffff000

/**
 * A Uint8Array, of this realm or another, as it was given: what calls on the way of a message take. It may override anything, so
 * it is to be measured by lengthOf() and read by the set() of another array.
 * @throws TypeError for anything else, and for one whose memory was transferred
 */
export function asBytes(value: unknown, name: string): Uint8Array {
  if (!isBytes(value)) return asPlainBytes(value, name)
  refuseLost(value, name)
  return value
}

/**
 * The bytes of a Uint8Array, of this realm or another, as an array that overrides nothing.
 * @throws TypeError for anything else, and for one whose memory was transferred
 */
export function asPlainBytes(value: unknown, name: string): Uint8Array {
  const bytes = plainBytes(value)
  if (bytes === undefined) throw new TypeError(`${name} must be a Uint8Array`)
  refuseLost(value as Uint8Array, name)
  return bytes
}

/**
 * A list of Uint8Arrays.
 * @throws TypeError for anything else
 */
export function asParts(value: unknown, name: string): readonly Uint8Array[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array of Uint8Arrays`)
  const parts: Uint8Array[] = []
  for (let index = 0; index < value.length; index++) parts.push(asPlainBytes(value[index], `${name}[${index}]`))
  return parts
}

/**
 * A function.
 * @throws TypeError for anything else
 */
export function asFunction<T>(value: T, name: string): T {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  return value
}

/**
 * A function, or none.
 * @throws TypeError for anything else
 */
export function asHook<T>(value: T, name: string): T {
  return value === undefined ? value : asFunction(value, name)
}

/**
 * An object of options: what it has of its own are options, so that a typing error is found out. It may inherit what it likes, but what
 * is no plain object (an AbortSignal in the place of `{ signal }`) has one of them at least.
 * @param table has the names of all options; its values say nothing
 * @throws TypeError for anything else, with what it could have been
 */
export function asOptions<T extends object>(value: T, name: string, table: Readonly<Record<keyof T, unknown>>): T {
  // In place of Object.keys(), which takes longer than it takes to send a message.
  let known = false
  for (const key in asObject(value, name)) {
    if (Object.hasOwn(table, key)) known = true
    else if (Object.hasOwn(value, key))
      throw new TypeError(`${name}.${key} is none of ${Object.keys(table).join(', ')}`)
  }
  if (!known && !isPlain(value) && !Object.keys(table).some((key) => key in value))
    throw new TypeError(`${name} has none of ${Object.keys(table).join(', ')}`)
  return value
}

// As literals have it, in any realm.
function isPlain(value: object): boolean {
  const parent: unknown = Object.getPrototypeOf(value)
  return parent === Object.prototype || parent === null || Object.getPrototypeOf(parent) === null
}

/**
 * A string.
 * @throws TypeError for anything else
 */
export function asText(value: string, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`)
  return value
}

/**
 * A string that is not empty.
 * @throws TypeError for anything else
 */
export function asName(value: string, name: string): string {
  if (asText(value, name) === '') throw new TypeError(`${name} must not be empty`)
  return value
}

/**
 * A number.
 * @throws TypeError for anything else
 */
export function asNumber(value: number, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`)
  return value
}

/**
 * An integer from `least` to `most`.
 * @throws TypeError for what is no number, RangeError for any other one
 */
export function asInteger(value: number, name: string, least: number, most: number): number {
  if (!Number.isInteger(asNumber(value, name)) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`)
  }
  return value
}

/**
 * A boolean.
 * @throws TypeError for anything else
 */
export function asBoolean(value: boolean, name: string): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be a boolean`)
  return value
}

/**
 * An AbortSignal, of this realm or another, or none.
 * @throws TypeError for anything else
 */
export function asSignal(value: AbortSignal | undefined): AbortSignal | undefined {
  if (value !== undefined && (typeof value?.aborted !== 'boolean' || typeof value.addEventListener !== 'function'))
    throw new TypeError('signal must be an AbortSignal')
  return value
}

/**
 * The signal of a call that may be told nothing else.
 * @throws TypeError for options that are none
 */
export function signalOf(options: { readonly signal?: AbortSignal }): AbortSignal | undefined {
  return asSignal(asOptions(options, 'options', { signal: 1 }).signal)
}

/** How many bytes an array has, as far as a call moves them. */
export function countOf(array: Uint8Array): number {
  return Math.min(lengthOf(array), MOST_BYTES)
}

/** The same of all parts together. */
export function totalLength(parts: readonly Uint8Array[]): number {
  let total = 0
  for (const part of parts) total += lengthOf(part)
  return Math.min(total, MOST_BYTES)
}
