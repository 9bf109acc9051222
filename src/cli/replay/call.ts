// A call of a scenario: which fields it has, and how it is made.

import { type ArgsOf, type Fields, readFields } from './fields.js'
import type { Json, JsonObject, Place } from './json.js'
import type { Stage } from './stage.js'

/** Makes the call; its answer is what the recording has as `result`. */
export type Play = (stage: Stage) => Json | Promise<Json>

export interface Call {
  /** Checks the fields of a step. @throws Malformed */
  parse(step: JsonObject, at: Place): Play
}

export type CallTable = Readonly<Record<string, Call>>

/** The answer of a call that gives nothing back. */
export const OK: Json = { ok: true }

export function call<S extends Fields>(fields: S, play: (stage: Stage, args: ArgsOf<S>) => Json | Promise<Json>): Call {
  return {
    parse(step, at) {
      const args = readFields(fields, step, at)
      return (stage) => play(stage, args)
    },
  }
}
