// Random histories, recorded and replayed: the same state, and nothing that went another way. JOURNAL_RUNS asks for more of them.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { replay } from '../../src/index.js'
import { converse, generator, play, World } from '../faults/histories.js'
import { scenario } from '../model/arbitrary.js'
import type { Call } from '../model/calls.js'
import { Real } from '../model/real.js'
import { expectReplays, otherBuild, recordAllKernels } from './support.js'

const RUNS = Number(process.env.JOURNAL_RUNS ?? 150)

beforeEach(recordAllKernels)
afterEach(() => vi.restoreAllMocks())

test(`${RUNS} random sequences of socket and kernel calls`, () => {
  fc.assert(
    fc.property(scenario, ({ profile, seed, calls }) => {
      const { kernel, ...real } = playAll(profile, seed, calls)
      expect(real.calls).toBeGreaterThan(0)
      expectReplays(kernel)
      expect(kernel.halt()).toBe(0)
    }),
    { numRuns: RUNS },
  )
}, 60_000)

function playAll(profile: ConstructorParameters<typeof Real>[0], seed: number, calls: readonly Call[]) {
  const real = new Real(profile, seed)
  for (const call of calls) (real[call.do] as (call: Call) => unknown).call(real, call)
  return { kernel: real.kernel, calls: real.kernel.journal.calls }
}

describe('histories of everything that allocates', () => {
  test(`${RUNS} of them, under memory pressure and with allocations that fail`, () => {
    for (let history = 0; history < RUNS; history++) {
      const world = new World(history)
      const draw = generator(history)
      for (let part = 0; part < 4; part++) {
        world.kernel.memoryPressure = (['none', 'none', 'low', 'high', 'critical'] as const)[draw(5)] ?? 'none'
        world.kernel.faults.failslab({ probability: draw(3) * 10, times: -1, interval: 1 + draw(3) })
        play(world, history * 4 + part, 25)
      }
      world.kernel.memoryPressure = 'none'
      world.kernel.faults.failslab({})
      converse(world)
      expectReplays(world.kernel, `history ${history}`)
      expect(world.kernel.halt()).toBe(0)
    }
  }, 60_000)

  test('with fault rules that drop, delay and fail, and draw', () => {
    let drops = 0
    for (let history = 0; history < RUNS; history++) {
      const world = new World(history)
      const { faults } = world.kernel
      const rule = faults.add({ action: 'drop', probability: 0.3 })
      faults.add({ action: 'delay', ms: 3, probability: 0.2 })
      faults.add({ action: 'fail', probability: 0.1 })
      play(world, history, 60)
      drops += rule.hits
      expectReplays(world.kernel, `history ${history}`)
      faults.clear()
      expect(world.kernel.halt()).toBe(0)
    }
    expect(drops).toBeGreaterThan(0)
  }, 60_000)

  test('with a tap that comes and goes: it leaves nothing in the journal', () => {
    for (let history = 0; history < 30; history++) {
      const journals = [false, true].map((taps) => {
        const world = new World(history)
        const tap = taps ? world.kernel.tap(() => {}) : undefined
        play(world, history, 40)
        tap?.remove()
        play(world, history + 1, 40)
        const journal = expectReplays(world.kernel)
        expect(world.kernel.halt()).toBe(0)
        return Buffer.from(journal)
      })
      expect((journals[0] as Buffer).equals(journals[1] as Buffer)).toBe(true)
    }
  })

  test('replay on the other build', () => {
    const module = otherBuild()
    for (let history = 0; history < 60; history++) {
      const world = new World(history)
      play(world, history, 100)
      const journal = world.kernel.journal.export()
      expect(replay(journal, { module }), `history ${history}`).toEqual({
        calls: world.kernel.journal.calls,
        stateHash: world.kernel.stateHash(),
        expected: world.kernel.stateHash(),
        difference: null,
      })
      expect(world.kernel.halt()).toBe(0)
    }
  }, 60_000)

  test('told to a tap as they were told when they were recorded', () => {
    for (let history = 0; history < 40; history++) {
      const world = new World(history)
      const heard: unknown[] = []
      const tap = world.kernel.tap((event) => heard.push(event))
      play(world, history, 80)
      tap.remove()
      const journal = world.kernel.journal.export()
      const told: unknown[] = []
      expect(replay(journal, { tap: (event) => told.push(event) }).difference).toBeNull()
      // toEqual() is slow for long arrays.
      if (!isDeepStrictEqual(told, heard)) expect(told, `history ${history}`).toEqual(heard)
      expect(world.kernel.halt()).toBe(0)
    }
  })
})
