// A busy machine that is exported in the middle of its work, and goes on here or on another host.
import { Busy } from './busy.js'

const SEED = 6
const SEED_BEHIND = 7
const STEPS_BEFORE = 3000
const STEPS_BEHIND = 3000
const STEPS_BETWEEN_HASHES = 100

export interface Halfway {
  /** The exported snapshot. */
  readonly snapshot: Uint8Array
  readonly stateHash: string
  /** How the machine that was never taken apart went on. */
  readonly behind: Behind
}

/** What came of the work behind a snapshot: answers, and the state every now and then. */
export interface Behind {
  readonly answers: readonly number[]
  readonly hashes: readonly string[]
  /** Messages in queues, to see that there was something to carry over. */
  readonly queued: number
}

/** Works, exports, and goes on. */
export function workHalfway(): Halfway {
  const busy = Busy.boot(SEED)
  const { kernel } = busy
  for (let step = 0; step < STEPS_BEFORE; step++) busy.step()
  kernel.memoryPressure = 'none'
  kernel.faults.failslab({})
  const snapshot = settled(busy).export()
  const stateHash = kernel.stateHash()
  return { snapshot, stateHash, behind: goOn(Busy.of(kernel, busy.module, SEED_BEHIND)) }
}

/** A snapshot with full queues but no dump under way: that could not be bound again. */
function settled(busy: Busy) {
  busy.drain()
  busy.fill()
  return busy.kernel.snapshot()
}

/** Goes on from what another host has exported. */
export function workBehind(snapshot: Uint8Array): Behind {
  return goOn(Busy.restore(snapshot, SEED_BEHIND))
}

function goOn(busy: Busy): Behind {
  const { kernel } = busy
  const queued = kernel.inspect().sockets.reduce((sum, { queue }) => sum + queue.length, 0)
  const answers: number[] = []
  const hashes = [kernel.stateHash()]
  for (let step = 1; step <= STEPS_BEHIND; step++) {
    answers.push(busy.step())
    if (step % STEPS_BETWEEN_HASHES === 0) hashes.push(kernel.stateHash())
  }
  kernel.memoryPressure = 'none'
  kernel.faults.clear()
  const left = kernel.halt()
  if (left !== 0) throw new Error(`nobody gave back ${left} bytes`)
  return { answers, hashes, queued }
}
