// Going back at every step of random histories, under limits that are reached: nothing tells that time went back.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Scenario, scenario } from '../model/arbitrary.js'
import type { Call } from '../model/calls.js'
import { Real } from '../model/real.js'

const RUNS = Number(process.env.MODEL_RUNS ?? 150)
const SEED = process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) }
const LIMITS = { memory: 256 * 1024, sockets: 12, tasks: 12, groups: 6, namespaces: 3 }
const MOST_MS_PER_RUN = 300

/** What a test keeps of a machine beside it; back() puts it back. */
function mark(real: Real): () => void {
  const snapshot = real.kernel.snapshot()
  const sockets = [...real.sockets]
  const tasks = [...real.tasks]
  return () => {
    real.kernel.rewind(snapshot)
    real.sockets.splice(0, real.sockets.length, ...sockets)
    real.tasks.splice(0, real.tasks.length, ...tasks)
  }
}

/** What a call answered: a value, or the error that it threw. */
function perform(real: Real, call: Call): unknown {
  try {
    return (real[call.do] as (call: Call) => unknown).call(real, call)
  } catch (error) {
    return String(error)
  }
}

function straight({ profile, seed, calls }: Scenario): Real {
  const real = new Real(profile, seed, LIMITS)
  for (const call of calls) perform(real, call)
  return real
}

/** Each call is made, taken back, and made again. */
function backAndForth({ profile, seed, calls }: Scenario): Real {
  const real = new Real(profile, seed, LIMITS)
  for (const call of calls) {
    const back = mark(real)
    const before = real.kernel.stateHash()
    const first = perform(real, call)
    const after = real.kernel.stateHash()
    back()
    expect(real.kernel.stateHash()).toBe(before)
    expect(perform(real, call)).toEqual(first)
    expect(real.kernel.stateHash()).toBe(after)
  }
  return real
}

function assertAll(runs: number, check: (one: Scenario) => void): void {
  fc.assert(fc.property(scenario, check), { numRuns: runs, endOnFailure: true, ...SEED })
}

test(
  `going back at every step of ${RUNS} histories leaves no trace`,
  () => {
    assertAll(RUNS, (one) => {
      const plain = straight(one)
      const again = backAndForth(one)
      expect(again.kernel.stateHash()).toBe(plain.kernel.stateHash())
      expect([plain.kernel.halt(), again.kernel.halt()]).toEqual([0, 0])
    })
  },
  30_000 + RUNS * MOST_MS_PER_RUN,
)

test('many branches from one state, each as if it were the only one', () => {
  assertAll(20, (one) => {
    const half = one.calls.length >>> 1
    const real = new Real(one.profile, one.seed, LIMITS)
    for (const call of one.calls.slice(0, half)) perform(real, call)
    const back = mark(real)
    const branch = (calls: readonly Call[]) => {
      back()
      for (const call of calls) perform(real, call)
      return real.kernel.stateHash()
    }
    const rest = one.calls.slice(half)
    const whole = branch(rest)
    for (let drop = 0; drop < Math.min(rest.length, 5); drop++) branch(rest.filter((_, at) => at !== drop))
    expect(branch(rest)).toBe(whole)
    expect(whole).toBe(straight(one).kernel.stateHash())
    expect(real.kernel.halt()).toBe(0)
  })
})
