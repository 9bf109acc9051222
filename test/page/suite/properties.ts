// The tests by random sequences, with fixed seeds: against the model of the rules, with everything that allocates failing now and then,
// and with functions that call the kernel while it calls them.
import fc from 'fast-check'
import { converse, generator, play as playHistory, World } from '../../faults/histories.js'
import { scenario } from '../../model/arbitrary.js'
import { play as playBoth } from '../../model/play.js'
import { ACTS, type Act, Boom } from '../../reentrancy/acts.js'
import { CONTEXTS, type Context } from '../../reentrancy/contexts.js'
import { sequences } from '../../reentrancy/exhaustigen.js'
import { Model } from '../../reentrancy/model.js'
import { HEALTHY, probe } from '../../reentrancy/probe.js'
import { outcome, Real } from '../../reentrancy/real.js'
import type { MachineEnd } from './conformance.js'
import { digestOf } from './digest.js'
import { isDeepStrictEqual } from './stand-ins/equal.js'
import { Steps, saying, type Tell } from './tell.js'

const MODEL_SEED = 20_140_614
const MODEL_RUNS = 60
const HISTORIES = 100
const HISTORY_PARTS = 4
const HISTORY_STEPS = 25
/** The place from which most is called gets the longer sequences. */
const ACTS_IN_SEND = 2
const ACTS_ELSEWHERE = 1

export interface RandomRun extends MachineEnd {
  /** Digest of what was done, or of what came of it. */
  readonly digest: string
}

/** Random sequences of calls, each answer compared with the model's. @throws (rejects) Error at the first that differs */
export async function playModel(tell: Tell): Promise<RandomRun[]> {
  const steps = new Steps(tell, 'model', MODEL_RUNS)
  const runs: RandomRun[] = []
  for (const [run, one] of fc.sample(scenario, { seed: MODEL_SEED, numRuns: MODEL_RUNS }).entries()) {
    await steps.next()
    const { kernel } = await saying(`run ${run}, ${one.profile}, seed ${one.seed}`, () => playBoth(one))
    const stateHash = kernel.stateHash()
    runs.push({ digest: await digestOf(one), stateHash, left: kernel.halt() })
  }
  return runs
}

/** Histories that touch all that allocates, with memory pressure, allocations that fail, and faults of messages. */
export async function playHistories(tell: Tell): Promise<RandomRun[]> {
  const steps = new Steps(tell, 'history', HISTORIES)
  const runs: RandomRun[] = []
  for (let history = 0; history < HISTORIES; history++) {
    await steps.next()
    const world = new World(history)
    const answers = await saying(`history ${history}`, () => wholeHistory(world, history))
    const stateHash = world.kernel.stateHash()
    runs.push({ digest: await digestOf(answers), stateHash, left: world.kernel.halt() })
  }
  return runs
}

function wholeHistory(world: World, history: number): unknown[] {
  const draw = generator(history)
  const { kernel } = world
  const answers: unknown[] = []
  for (let part = 0; part < HISTORY_PARTS; part++) {
    kernel.memoryPressure = (['none', 'none', 'low', 'high', 'critical'] as const)[draw(5)] ?? 'none'
    kernel.faults.failslab({ probability: draw(3) * 10, times: -1, interval: 1 + draw(3) })
    kernel.faults.add({ action: draw(2) ? 'drop' : 'fail', probability: 0.1 })
    kernel.faults.add({ action: 'delay', ms: 3, probability: 0.1 })
    answers.push(...playHistory(world, history * HISTORY_PARTS + part, HISTORY_STEPS).map(plain), kernel.stateHash())
  }
  kernel.memoryPressure = 'none'
  converse(world)
  return answers
}

/** Of objects that a step gave, that there was one. */
const plain = (answer: unknown) => (typeof answer === 'object' && answer !== null ? 'object' : answer)

/** Sequences of what a function may do that the kernel calls, from every place, each compared with the model's. */
export async function playReentrancy(tell: Tell): Promise<RandomRun[]> {
  const steps = new Steps(tell, 'place of a call', CONTEXTS.length)
  const runs: RandomRun[] = []
  for (const context of CONTEXTS) {
    await steps.next()
    const inSend = context.place === 'main' && context.dispatch === undefined
    const ends = [...sequences(ACTS, inSend ? ACTS_IN_SEND : ACTS_ELSEWHERE)].map((acts) => playActs(context, acts))
    // probe() has halted each of them, and would have told.
    runs.push({ digest: await digestOf(ends), stateHash: ends.at(-1)?.stateHash ?? '', left: 0 })
  }
  return runs
}

function playActs(context: Context, acts: readonly Act[]): { result: unknown; log: string[]; stateHash: string } {
  const dispatch = context.dispatch ?? 'send'
  const real = new Real(dispatch, context.notifier ?? false)
  const model = new Model(dispatch, context.notifier ?? false)
  const endOf = (side: Real | Model, call: () => unknown) => {
    side.log.length = 0
    side.prepare(context.place, acts)
    return { result: resultOf(call), log: [...side.log], rest: side.rest }
  }
  const got = endOf(real, context.real(real))
  const label = `${context.name}: ${acts.join(', ')}`
  same(got, endOf(model, context.model(model)), label)
  const stateHash = real.kernel.stateHash()
  same(probe(real.kernel), HEALTHY[dispatch], label)
  return { result: got.result, log: got.log, stateHash }
}

function resultOf(call: () => unknown): unknown {
  try {
    return outcome(call)
  } catch (error) {
    if (error instanceof Boom) return 'boom'
    throw error
  }
}

function same(got: unknown, expected: unknown, label: string): void {
  if (isDeepStrictEqual(got, expected)) return
  throw new Error(`${label}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`)
}
