// JSON as a type, and the one error for files that are not what FORMAT says: it names the place.

import { InputError } from '../frame/errors.js'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** A scenario file that cannot be played as it is written. */
export class Malformed extends InputError {
  override readonly name = 'Malformed'
}

/** Where in a file a value stands, for the message of an error. */
export class Place {
  readonly #parts: readonly string[]

  constructor(...parts: string[]) {
    this.#parts = parts
  }

  in(part: string): Place {
    return new Place(...this.#parts, part)
  }

  field(name: string): Place {
    return this.in(`field ${name}`)
  }

  fail(problem: string): never {
    throw new Malformed(`${this.#parts.join(': ')}: ${problem}`)
  }
}

/** A value as a message shows it: short. */
export function brief(value: Json | undefined, limit = 60): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}
