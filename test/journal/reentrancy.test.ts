// What functions do that the kernel calls, recorded and replayed: every act, and every fifth pair of acts, from every place.
import { afterEach, beforeEach, describe, test, vi } from 'vitest'
import { ACTS, Boom } from '../reentrancy/acts.js'
import { CONTEXTS } from '../reentrancy/contexts.js'
import { sequences } from '../reentrancy/exhaustigen.js'
import { outcome, Real } from '../reentrancy/real.js'
import { expectReplays, recordAllKernels } from './support.js'

beforeEach(recordAllKernels)
afterEach(() => vi.restoreAllMocks())

describe.each(CONTEXTS.map((context) => [context.name, context] as const))('%s', (_name, context) => {
  test('up to 2 acts', () => {
    const all = [...sequences(ACTS, 2)].filter((acts, index) => acts.length < 2 || index % 5 === 0)
    for (const sequence of all) {
      const real = new Real(context.dispatch ?? 'send', context.notifier ?? false)
      const reach = context.real(real)
      real.prepare(context.place, sequence)
      try {
        outcome(reach)
      } catch (error) {
        if (!(error instanceof Boom)) throw error
      }
      expectReplays(real.kernel, `${context.name}: ${sequence.join(', ')}`)
    }
  }, 60_000)
})
