// The rules for arguments that come from outside: what is taken as a number of C, what as bytes, and what is refused.

import { firstBytes, isBytes, lengthOf, plainBytes, refuseLost } from './typed-arrays.js'

function refuse(value: unknown, name: string, wanted: string): never {
  if (typeof value === 'number') throw new RangeError(`${name} must be ${wanted}, not ${value}`)
  throw new TypeError(`${name} must be ${wanted}, not ${value === null ? 'null' : typeof value}`)
}

/**
 * An object, be it empty.
 * @throws TypeError for anything else
 */
export function asObject<T>(value: T, name: string): T {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name} must be an object`)
  return value
}

/**
 * A list of objects.
 * @throws TypeError for anything else
 */
export function asObjects<T>(value: readonly T[], name: string): readonly T[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array of objects`)
  for (const [index, one] of value.entries()) asObject(one, `${name}[${index}]`)
  return value
}

/**
 * Takes an integer from -2^31 to 2^32-1 as a C unsigned int: -1 is 4294967295.
 *
 * @param value what the caller gave
 * @param name what the error calls it
 * @returns the number, 0 to 4294967295
 * @throws TypeError if it is no number, RangeError if it is no integer or out of range
 * @example u32(-1, 'idx') // 4294967295
 */
export function u32(value: number, name: string): number {
  if (typeof value === 'number') {
    const unsigned = value >>> 0
    if (unsigned === value || (value | 0) === value) return unsigned
  }
  return refuse(value, name, 'an integer from -2147483648 to 4294967295')
}

/**
 * Takes the same numbers as {@link u32}, as a C int: 4294967295 is -1.
 *
 * @returns the number, -2147483648 to 2147483647
 * @throws TypeError if it is no number, RangeError if it is no integer or out of range
 */
export function i32(value: number, name: string): number {
  return u32(value, name) | 0
}

/**
 * Takes an integer from 0 to 65535, a C unsigned short.
 *
 * @throws TypeError if it is no number, RangeError if it is no integer or out of range
 */
export function u16(value: number, name: string): number {
  if (typeof value === 'number' && (value & 0xffff) === value) return value & 0xffff
  return refuse(value, name, 'an integer from 0 to 65535')
}

/**
 * Takes a Uint8Array (a Node Buffer is one; one of another realm is, too), whose `length` can be trusted afterwards.
 *
 * @throws TypeError for anything else, and for one whose memory was transferred
 */
export function bytes(value: Uint8Array, name: string): Uint8Array {
  const plain = isBytes(value) ? value : plainBytes(value)
  if (plain === undefined) throw new TypeError(`${name} must be a Uint8Array`)
  refuseLost(value, name)
  return lengthOf(plain) === value.length ? value : firstBytes(plain, lengthOf(plain))
}
