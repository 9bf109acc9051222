// Whether an answer is the recorded one, where the recording may have names and gaps in it.

import { type Piece, parseHex } from './hex.js'
import { isList, isObject, type Json, type JsonObject } from './json.js'
import type { Symbols } from './symbols.js'

/** Fields of results whose texts are bytes. */
export const HEX_FIELDS: ReadonlySet<string> = new Set(['data', 'raw', 'value', 'payload'])

/** The name of a number that a run cannot choose. */
const NAME = /^\$(?:auto|tid)\.\w+$/

/** Compares, and gives names their numbers where they are met for the first time. */
export function matches(expected: Json, actual: Json, symbols: Symbols, field = ''): boolean {
  if (expected === '$any' || expected === actual) return true
  if (typeof expected === 'string') return matchesText(expected, actual, symbols, field)
  if (isList(expected)) return isList(actual) && matchesList(expected, actual, symbols, field)
  if (isObject(expected)) return isObject(actual) && matchesObject(expected, actual, symbols)
  return false
}

function matchesText(expected: string, actual: Json, symbols: Symbols, field: string): boolean {
  if (typeof actual === 'number') return NAME.test(expected) && symbols.matchNumber(expected.slice(1), actual)
  if (typeof actual !== 'string' || !HEX_FIELDS.has(field)) return false
  const pattern = tryParse(expected)
  const bytes = tryParse(actual)
  return pattern !== null && bytes !== null && symbols.matchBytes(pattern, symbols.bytes(bytes))
}

function tryParse(text: string): Piece[] | null {
  try {
    return parseHex(text)
  } catch {
    return null
  }
}

function matchesList(expected: readonly Json[], actual: readonly Json[], symbols: Symbols, field: string): boolean {
  return expected.length === actual.length && expected.every((one, i) => matches(one, actual[i]!, symbols, field))
}

function matchesObject(expected: JsonObject, actual: JsonObject, symbols: Symbols): boolean {
  const names = Object.keys(expected)
  if (names.length !== Object.keys(actual).length) return false
  return names.every((name) => Object.hasOwn(actual, name) && matches(expected[name]!, actual[name]!, symbols, name))
}
