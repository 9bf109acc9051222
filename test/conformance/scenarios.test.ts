// Every recorded scenario that the machine has to answer as Linux does, one test each; and the page that tells the state.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { machineBackend } from '../../src/cli/replay/machine.js'
import { playScenario } from '../../src/cli/replay/player.js'
import { plain, renderFailure } from '../../src/cli/replay/report.js'
import type { ScenarioResult } from '../../src/cli/replay/results.js'
import type { Scenario } from '../../src/cli/replay/scenario.js'
import { LINUX_6 } from '../../src/index.js'
import { renderConformancePage } from './page.js'
import { recordedFiles } from './recorded.js'
import { EXCEPTIONS, GENERAL, RULES } from './rules.js'

/** Scenarios that are known not to pass; one that passes has to leave this list. */
const KNOWN_TO_FAIL: ReadonlySet<string> = new Set([])

const PAGE = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url))

const files = recordedFiles()
const backend = machineBackend(LINUX_6)
const played = new Map<Scenario, ScenarioResult>()

/** Each scenario is played once, by its own test or, where that was left out, for the page. */
async function play(scenario: Scenario, file: string, topic: string): Promise<ScenarioResult> {
  const before = played.get(scenario)
  if (before) return before
  const result = { file, topic, name: scenario.name, ...(await playScenario(scenario, backend)) }
  played.set(scenario, result)
  return result
}

describe.each(files)('$topic', ({ path, topic, scenarios }) => {
  it.for(scenarios)('$name', async (scenario, { skip }) => {
    const result = await play(scenario, path, topic)
    skip(result.outcome === 'skipped', result.reason)
    if (KNOWN_TO_FAIL.has(scenario.name)) expect(result.outcome).toBe('failed')
    else expect(result.outcome === 'failed' ? renderFailure(result, plain) : '').toBe('')
  })
})

describe('docs/conformance.md', () => {
  it('tells what passes now (UPDATE_DOCS=1 writes it)', async () => {
    const results: ScenarioResult[] = []
    for (const { path, topic, scenarios } of files) {
      for (const scenario of scenarios) results.push(await play(scenario, path, topic))
    }
    const page = renderConformancePage({ results, sections: RULES, general: GENERAL, exceptions: EXCEPTIONS })
    if (process.env.UPDATE_DOCS === '1') {
      mkdirSync(fileURLToPath(new URL('../../docs', import.meta.url)), { recursive: true })
      writeFileSync(PAGE, page)
    }
    expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(page)
  }, 120_000)
})
