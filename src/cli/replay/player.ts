// Plays one scenario: every step in order, each answer compared with the recorded one.

import { type Backend, Unsupported } from './backend.js'
import { matches } from './compare.js'
import type { Difference, Outcome } from './results.js'
import type { Scenario, Step } from './scenario.js'
import { Stage } from './stage.js'
import { Unbound } from './symbols.js'

/** Never rejects: whatever goes wrong is the scenario's outcome. */
export async function playScenario(scenario: Scenario, backend: Backend): Promise<Outcome> {
  const whyNot = backend.whyNot(scenario)
  if (whyNot !== undefined) return { outcome: 'skipped', reason: whyNot, differences: [] }
  const differences: Difference[] = []
  const reason = await play(scenario, backend, differences)
  if (reason !== undefined) return { outcome: 'failed', reason, differences }
  return { outcome: differences.length === 0 ? 'passed' : 'failed', differences }
}

/** What stopped the scenario before its end, if anything did. */
async function play(scenario: Scenario, backend: Backend, differences: Difference[]): Promise<string | undefined> {
  let at = 'the start'
  try {
    const world = backend.open(scenario)
    try {
      const stage = new Stage(scenario, world)
      for (const [i, step] of scenario.steps.entries()) {
        at = `step ${i}, ${step.call}`
        const difference = await playStep(i, step, stage)
        if (difference) differences.push(difference)
      }
    } finally {
      world.close()
    }
  } catch (failure) {
    return `${at}: ${explain(failure)}`
  }
  return undefined
}

async function playStep(i: number, step: Step, stage: Stage): Promise<Difference | undefined> {
  const got = await step.play(stage)
  if (matches(step.expected, got, stage.symbols)) return undefined
  return { step: i, call: step.call, written: step.written, expected: step.expected, got }
}

// What is no answer of the call is a fault of the machine or of this player, and its kind helps to find it.
function explain(failure: unknown): string {
  if (failure instanceof Unsupported || failure instanceof Unbound) return failure.message
  return failure instanceof Error ? `threw ${failure.name}: ${failure.message}` : `threw ${String(failure)}`
}
