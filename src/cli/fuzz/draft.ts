// Drafts: steps of a scenario in which sockets, tasks and ports are not named yet. A draft says "the third socket", "the port that
// socket has by then"; lower.ts puts the names in while the machine plays.

import fc from 'fast-check'
import type { JsonObject } from '../replay/json.js'

/** One step, or several that make sense together. */
export type Draft = readonly JsonObject[]

/** How many sockets a sequence may make. */
export const MOST_SOCKETS = 8

/** Any number stands for one of the sockets that were made so far. */
const index = fc.nat(MOST_SOCKETS - 1)

export const sockRef: fc.Arbitrary<JsonObject> = index.map((n) => ({ $sock: n }))
/** One that has something to receive, if there is such a one. */
export const readyRef: fc.Arbitrary<JsonObject> = index.map((n) => ({ $ready: n }))
/** One that is connected, if there is such a one. */
export const connectedRef: fc.Arbitrary<JsonObject> = index.map((n) => ({ $connected: n }))
export const portRef = index.map((n) => ({ $port: n }))
export const taskRef = fc.nat(2).map((n) => ({ $task: n }))
/** The name, and the process id, of a task that a step makes. */
export const NEW_TASK = { $newTask: true } as const
export const NEW_PID = { $newPid: true } as const
/** The name of a socket that a step makes. */
export const NEW_SOCKET = { $new: true } as const
/** The socket that was made last. */
export const LAST_SOCKET = { $last: true } as const

type Weighted<T> = fc.WeightedArbitrary<T>

export function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): Weighted<T> {
  return { weight, arbitrary }
}

/** Mostly `usual`; one time in `times` something of `rare`. */
export function mostly<T>(times: number, usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof(weighted(times - 1, usual), weighted(1, rare))
}

/** A field that is there one time in `times`. */
export function seldom<T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return mostly(times, fc.constant(undefined) as fc.Arbitrary<T | undefined>, arbitrary)
}

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>

/** A step with these fields; those that are undefined are left out. */
export function step(call: string, fields: Fields = {}): fc.Arbitrary<JsonObject> {
  return fc.record(fields).map((made) => {
    const there = Object.entries(made).filter(([, value]) => value !== undefined)
    return { call, ...Object.fromEntries(there) } as JsonObject
  })
}

export function alone(arbitrary: fc.Arbitrary<JsonObject>): fc.Arbitrary<Draft> {
  return arbitrary.map((one) => [one])
}

/** The same step several times. */
export function repeated(most: number, arbitrary: fc.Arbitrary<JsonObject>): fc.Arbitrary<Draft> {
  return fc
    .record({ times: fc.integer({ min: 2, max: most }), step: arbitrary })
    .map((fields) => [{ call: 'repeat', ...fields }])
}
