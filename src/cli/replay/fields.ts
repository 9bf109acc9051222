// Readers for the fields of a step: each takes JSON, checks it, and gives the value that a call wants.

import { CAPABILITIES, errnoNumber, type NameTable } from '../../uapi/index.js'
import { type Piece, parseHex } from './hex.js'
import { brief, isList, isObject, type Json, type JsonObject, type Place } from './json.js'
import type { NumberRef } from './symbols.js'

export interface Field<T> {
  /** `siblings`: the other fields of the same object, for fields whose meaning depends on them. */
  read(value: Json | undefined, at: Place, siblings: JsonObject): T
}

export type Fields = Readonly<Record<string, Field<unknown>>>
export type ArgsOf<S extends Fields> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never }

function wrong(value: Json | undefined, wanted: string, at: Place): never {
  return at.fail(value === undefined ? `missing, it must be ${wanted}` : `must be ${wanted}, not ${brief(value)}`)
}

export const int: Field<number> = {
  read: (value, at) => (Number.isSafeInteger(value) ? (value as number) : wrong(value, 'a whole number', at)),
}

/** A length: not negative, and no more than a test would ever ask for. */
export const size: Field<number> = {
  read(value, at, siblings) {
    const number = int.read(value, at, siblings)
    return number >= 0 && number <= 1 << 28 ? number : wrong(value, 'a length in bytes', at)
  },
}

/** How often, at least 0. */
export const count: Field<number> = {
  read: (value, at) =>
    Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : wrong(value, 'a count', at),
}

export const text: Field<string> = {
  read: (value, at) => (typeof value === 'string' ? value : wrong(value, 'a text', at)),
}

export const bool: Field<boolean> = {
  read: (value, at) => (typeof value === 'boolean' ? value : wrong(value, 'true or false', at)),
}

export const hex: Field<readonly Piece[]> = {
  read(value, at, siblings) {
    const written = text.read(value, at, siblings)
    try {
      return parseHex(written)
    } catch (error) {
      return at.fail((error as Error).message)
    }
  },
}

/** A number, or a name for one: "$auto.NAME", "$tid.NAME". */
export const number: Field<NumberRef> = {
  read(value, at, siblings) {
    if (typeof value !== 'string') return int.read(value, at, siblings)
    const symbol = /^\$((?:auto|tid)\.\w+)$/.exec(value)?.[1]
    return symbol === undefined ? wrong(value, 'a number or a name like "$auto.a"', at) : { symbol }
  },
}

/** "-ENAME" or a number, as a kernel function returns it. */
export const errorCode: Field<number> = {
  read(value, at, siblings) {
    if (typeof value !== 'string') return int.read(value, at, siblings)
    const code = value.startsWith('-') ? errnoNumber(value.slice(1)) : undefined
    return code === undefined ? wrong(value, 'a number or "-ENAME"', at) : -code
  },
}

/** The name of a constant, or its number. */
export function named(table: NameTable, what: string): Field<number> {
  return {
    read(value, at, siblings) {
      if (typeof value !== 'string') return int.read(value, at, siblings)
      const known = Object.hasOwn(table, value) ? table[value] : undefined
      return known ?? at.fail(`unknown ${what} ${brief(value)}`)
    },
  }
}

/** A list of names of flags, or of numbers: what they make together. */
export function flags(table: NameTable, what: string): Field<number> {
  const one = list(named(table, what))
  return { read: (value, at, siblings) => one.read(value, at, siblings).reduce((all, flag) => all | flag, 0) }
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { read: (value, at, siblings) => (value === undefined ? undefined : field.read(value, at, siblings)) }
}

export function withDefault<T>(field: Field<T>, otherwise: T): Field<T> {
  return { read: (value, at, siblings) => (value === undefined ? otherwise : field.read(value, at, siblings)) }
}

export function list<T>(field: Field<T>): Field<T[]> {
  return {
    read(value, at, siblings) {
      if (!isList(value)) return wrong(value, 'a list', at)
      return value.map((one, i) => field.read(one, at.in(`item ${i}`), siblings))
    },
  }
}

/** An object with these fields; others are left alone. */
export function object<S extends Fields>(fields: S): Field<ArgsOf<S>> {
  return {
    read(value, at) {
      if (!isObject(value)) return wrong(value, 'an object', at)
      return readFields(fields, value, at)
    },
  }
}

export function readFields<S extends Fields>(fields: S, from: JsonObject, at: Place): ArgsOf<S> {
  const read = Object.entries(fields).map(([name, field]) => [name, field.read(from[name], at.field(name), from)])
  return Object.fromEntries(read) as ArgsOf<S>
}

/** Effective capabilities: "all" or a list of names. */
export const caps: Field<'all' | readonly string[]> = {
  read(value, at, siblings) {
    if (value === 'all') return 'all'
    const names = list(text).read(value, at, siblings)
    const unknown = names.find((name) => !Object.hasOwn(CAPABILITIES, name))
    return unknown === undefined ? names : at.fail(`unknown capability ${brief(unknown)}`)
  },
}

/** {pid, groups, family?, pad?} of a scenario. */
export const address = object({
  pid: withDefault<NumberRef>(number, 0),
  groups: withDefault(int, 0),
  family: optional(int),
  pad: optional(int),
})
export type AddressArgs = ReturnType<(typeof address)['read']>
