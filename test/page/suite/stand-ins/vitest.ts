// What the bundled parts of the tests use of vitest, which needs Node: expect() with two of its words.
import { isDeepStrictEqual, withoutUndefined } from './equal.js'

export interface Expectation {
  /** @throws Error unless it is the very same */
  toBe(expected: unknown): void
  /** @throws Error unless it is the same data; fields that are undefined do not count */
  toEqual(expected: unknown): void
}

export function expect(got: unknown, label = 'a value'): Expectation {
  const hold = (same: boolean, expected: unknown) => {
    if (!same) throw new Error(`${label}: expected ${shown(expected)}, got ${shown(got)}`)
  }
  return {
    toBe: (expected) => hold(Object.is(got, expected), expected),
    toEqual: (expected) => hold(isDeepStrictEqual(withoutUndefined(got), withoutUndefined(expected)), expected),
  }
}

const shown = (value: unknown) => JSON.stringify(value, (_, field) => (typeof field === 'bigint' ? `${field}n` : field))
