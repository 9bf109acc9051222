// A difference as a scenario file of FORMAT.md, with Linux's answers as results: ready to become a test.

import { release } from 'node:os'
import type { Json, JsonObject } from '../replay/json.js'
import type { Difference } from './duel.js'

export function scenarioOf({ script, linux }: Difference, name: string): JsonObject {
  return {
    name,
    about: 'Found by the fuzzer; say here which rule it shows.',
    kernel: release().split('-')[0] ?? '',
    needs: 'usersock',
    tasks: script.tasks,
    steps: script.steps.map((step, i) => ({ ...step, result: linux[i] ?? null })),
  }
}

/** One line for every task and every step, as the recordings have it. */
export function renderScenario(scenario: JsonObject): string {
  const { tasks, steps, ...rest } = scenario
  const head = Object.entries(rest).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  const taskLines = Object.entries(tasks as JsonObject).map(
    ([name, one]) => `    ${JSON.stringify(name)}: ${spaced(one)}`,
  )
  const stepLines = (steps as readonly Json[]).map((one) => `    ${spaced(one)}`)
  const lines = [...head, `  "tasks": {\n${taskLines.join(',\n')}\n  }`, `  "steps": [\n${stepLines.join(',\n')}\n  ]`]
  return `[\n {\n${lines.join(',\n')}\n }\n]\n`
}

/** JSON with blanks, in one line. */
function spaced(value: Json): string {
  return JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ')
}

/** Both answers to the step in which they differ. */
export function renderAnswers({ script, linux, machine }: Difference): string {
  const at = script.steps.length - 1
  return [
    `step ${at}, ${JSON.stringify(script.steps[at])}`,
    `  Linux    ${JSON.stringify(linux[at])}`,
    `  machine  ${JSON.stringify(machine)}`,
  ].join('\n')
}
