// What is told about results: on a terminal, and as JSON.

import type { Paint } from '../frame/colours.js'
import type { Json, JsonObject } from './json.js'
import { countOf, type ScenarioResult } from './results.js'

export { plain } from '../frame/colours.js'

/** A scenario that failed: each difference, and what stopped it. */
export function renderFailure(result: ScenarioResult, paint: Paint): string {
  const lines = [`${paint('red', 'FAILED')} ${result.name} ${paint('dim', `(${result.file})`)}`]
  for (const { step, call, written, expected, got } of result.differences) {
    lines.push(`  step ${step}, ${call}: ${paint('dim', JSON.stringify(argumentsOf(written)))}`)
    lines.push(`    expected ${paint('green', JSON.stringify(expected))}`)
    lines.push(`    got      ${paint('red', JSON.stringify(got))}`)
  }
  if (result.reason !== undefined) lines.push(`  ${paint('red', result.reason)}`)
  return lines.join('\n')
}

function argumentsOf(written: Json): Json {
  const { call: _, ...rest } = written as JsonObject
  return rest
}

/** The reasons for which scenarios were skipped, and how many each. */
export function renderSkipped(results: readonly ScenarioResult[]): string[] {
  const counts = new Map<string, number>()
  for (const { outcome, reason = '' } of results) {
    if (outcome === 'skipped') counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].map(([reason, count]) => `skipped ${count}: ${reason}`)
}

export function renderJson(results: readonly ScenarioResult[], profile: string, backend: string): string {
  return JSON.stringify({ profile, backend, ...countOf(results), scenarios: results }, null, 2)
}
