// Policies: which of several that are ready is next.

import type { SchedulePolicy } from '../api.js'
import { u32 } from '../uapi/index.js'
import { asOptions } from '../user/index.js'

/** Picks one of `count`, 2 or more: its index. */
export type Chooser = (count: number) => number

const first: Chooser = () => 0

/**
 * What picks as a policy says, from its beginning.
 * @throws TypeError, RangeError for what is no policy
 */
export function chooserOf(policy: SchedulePolicy): Chooser {
  if (policy === 'fifo') return first
  const given: { readonly seed?: unknown; readonly decisions?: unknown } = policy
  asOptions(given, 'policy', { seed: 1, decisions: 1 })
  if (given.decisions !== undefined) return recorded(checkDecisions(given.decisions))
  if (given.seed === undefined) throw new TypeError("policy must be 'fifo', { seed } or { decisions }")
  return seeded(u32(given.seed as number, 'policy.seed'))
}

/**
 * A copy of a list of decisions.
 * @throws TypeError, RangeError for anything else
 */
export function checkDecisions(value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw new TypeError('decisions must be an array of numbers')
  return value.map((index: unknown, at) => u32(index as number, `decisions[${at}]`))
}

/** The recorded ones; one that is too high, because fewer are ready than when it was recorded, is the last of them. */
function recorded(decisions: readonly number[]): Chooser {
  let at = 0
  return (count) => Math.min(decisions[at++] ?? 0, count - 1)
}

/** Any of them with the same probability, by a small generator of its own (a Weyl sequence, mixed). */
function seeded(seed: number): Chooser {
  let state = seed
  return (count) => {
    state = (state + 0x9e3779b9) >>> 0
    return Math.floor((mix(state) / 2 ** 32) * count)
  }
}

function mix(value: number): number {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
