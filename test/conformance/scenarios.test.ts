// Every recorded scenario that the machine has to answer as Linux does, one test each; and the page that tells the state.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { machineBackend } from '../../src/cli/replay/machine.js'
import { playScenario } from '../../src/cli/replay/player.js'
import { plain, renderConformanceTable, renderFailure } from '../../src/cli/replay/report.js'
import type { ScenarioResult } from '../../src/cli/replay/results.js'
import { LINUX_6 } from '../../src/index.js'
import { recordedFiles } from './recorded.js'

/** Scenarios that are known not to pass; one that passes has to leave this list. */
const KNOWN_TO_FAIL: ReadonlySet<string> = new Set([])

const PAGE = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url))

const backend = machineBackend(LINUX_6)
const results: ScenarioResult[] = []

describe.each(recordedFiles())('$topic', ({ path: file, topic, scenarios }) => {
  it.for(scenarios)('$name', async (scenario, { skip }) => {
    const result = { file, topic, name: scenario.name, ...(await playScenario(scenario, backend)) }
    skip(result.outcome === 'skipped', result.reason)
    if (KNOWN_TO_FAIL.has(scenario.name)) expect(result.outcome).toBe('failed')
    else expect(result.outcome === 'failed' ? renderFailure(result, plain) : '').toBe('')
  })
})

describe('docs/conformance.md', () => {
  beforeAll(async () => {
    for (const { path: file, topic, scenarios } of recordedFiles()) {
      for (const scenario of scenarios) {
        results.push({ file, topic, name: scenario.name, ...(await playScenario(scenario, backend)) })
      }
    }
  }, 120_000)

  it('tells what passes now (UPDATE_DOCS=1 writes it)', () => {
    const page = renderConformanceTable(results)
    if (process.env.UPDATE_DOCS === '1') {
      mkdirSync(fileURLToPath(new URL('../../docs', import.meta.url)), { recursive: true })
      writeFileSync(PAGE, page)
    }
    expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(page)
  })
})
