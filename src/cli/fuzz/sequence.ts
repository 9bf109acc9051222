// Random sequences: 20 to 100 calls of two or three tasks, each from a number of its own, so that one can be made again alone.

import fc from 'fast-check'
import type { JsonObject } from '../replay/json.js'
import { caps, draft, start } from './calls.js'
import { mostly, weighted } from './draft.js'
import { PIDS } from './values.js'

export interface Sequence {
  readonly tasks: JsonObject
  readonly drafts: readonly JsonObject[]
}

const LEAST_CALLS = 20
const MOST_CALLS = 100

const TASK_NAMES = ['t', 'u', 'v'] as const

/** Root first, so that something is allowed; then others. */
const root = fc.record({ uid: fc.constant(0), caps: mostly(6, fc.constant('all' as const), caps) })
const other = fc.oneof(
  weighted(3, fc.record({ uid: fc.constantFrom(1000, 1001), caps })),
  weighted(1, fc.record({ uid: fc.constant(1000), gid: fc.constantFrom(0, 7), caps: fc.constant([]) })),
  weighted(2, root),
)
/** Sometimes somebody in another network namespace, whom nobody meets. */
const stranger = mostly(
  8,
  other,
  fc.record({ uid: fc.constant(0), caps: fc.constant('all'), netns: fc.constant('other') }),
)

const tasks = fc
  .oneof(weighted(2, fc.tuple(root, other)), weighted(3, fc.tuple(root, other, stranger)))
  .map((specs) => Object.fromEntries(specs.map((spec, i) => [TASK_NAMES[i], { pid: PIDS[i], ...spec }])) as JsonObject)

const sequence: fc.Arbitrary<Sequence> = fc
  .record({
    tasks,
    calls: fc.integer({ min: LEAST_CALLS, max: MOST_CALLS }),
    start,
    drafts: fc.array(draft, { minLength: MOST_CALLS, maxLength: MOST_CALLS }),
  })
  .map((made) => ({ tasks: made.tasks, drafts: [...made.start, ...made.drafts.flat()].slice(0, made.calls) }))

/** The sequence with this number in the run with this seed. */
export function makeSequence(seed: number, index: number): Sequence {
  const [made] = fc.sample(sequence, { seed: mixed(seed, index), numRuns: 1 })
  return made as Sequence
}

/** Neighbours shall have nothing in common: a finaliser of a hash (murmur3's). */
function mixed(seed: number, index: number): number {
  let x = (Math.imul(seed, 0x9e3779b1) + index) | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}
