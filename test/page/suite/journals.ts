// Journals of a busy machine: recorded, and played again.
import { type ReplayResult, replay } from '../../../src/index.js'
import { Player } from '../../../src/machine/journal/index.js'
import { Busy } from './busy.js'
import { digestOf } from './digest.js'
import type { Tell } from './tell.js'

const CALLS = 1_000_000
const FEW_CALLS = 20_000
const SEED = 4

export interface Recorded {
  readonly journal: Uint8Array
  readonly calls: number
  readonly stateHash: string
  /** Steps of the work, and how many of them answered -errno. */
  readonly steps: number
  readonly failed: number
  /** How often the machine called each function of the module. */
  readonly called: Readonly<Record<string, number>>
}

/** The journal of a machine that worked until at least so many calls were recorded. */
export function recordWork(calls: number, seed: number, tell: Tell): Recorded {
  const busy = Busy.boot(seed, { journal: true })
  const { kernel, module } = busy
  kernel.faults.add({ action: 'drop', probability: 0.02 })
  kernel.faults.add({ action: 'delay', ms: 5, probability: 0.02 })
  let steps = 0
  let failed = 0
  for (; kernel.journal.calls < calls; steps++) {
    if (busy.step() < 0) failed++
    if (steps % 5000 === 0) tell(`recorded call ${kernel.journal.calls}/${calls}`)
  }
  const recorded = kernel.journal.calls
  const stateHash = kernel.stateHash()
  const journal = kernel.journal.stop()
  kernel.faults.clear()
  leaveNothing(kernel.halt())
  return { journal, calls: recorded, stateHash, steps, failed, called: { ...module.called } }
}

/** A journal of at least a million calls. */
export const recordMillion = (tell: Tell): Recorded => recordWork(CALLS, SEED, tell)

/** A short journal: every host records the same bytes. */
export interface FewCalls {
  readonly digest: string
  readonly size: number
  /** The names of the calls in it. */
  readonly kinds: readonly string[]
}

export async function recordFew(tell: Tell): Promise<FewCalls> {
  const { journal } = recordWork(FEW_CALLS, SEED + 1, tell)
  const player = new Player(journal)
  const names = Array.from({ length: player.total }, (_, call) => player.describe(call).split('(', 1)[0] as string)
  return { digest: await digestOf(journal), size: journal.length, kinds: [...new Set(names)].sort() }
}

/** Plays a journal of another host. */
export function replayHere(journal: Uint8Array, tell: Tell): ReplayResult {
  return replay(journal, { progress: (done, total) => tell(`replayed call ${done}/${total}`) })
}

function leaveNothing(bytes: number): void {
  if (bytes !== 0) throw new Error(`nobody gave back ${bytes} bytes`)
}
