// What a real kernel's families answered to badly made requests, what it tells of them and of their policies: the same
// from stand-ins of these families.

import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/cli/replay/backend.js'
import { readScenarioFiles } from '../../src/cli/replay/files.js'
import { machineBackend } from '../../src/cli/replay/machine.js'
import { playScenario } from '../../src/cli/replay/player.js'
import { plain, renderFailure } from '../../src/cli/replay/report.js'
import { createGenetlink, LINUX_6 } from '../../src/index.js'
import { RECORDED } from './recorded-families.js'
import { registerStandIns } from './stand-ins.js'

const machine = machineBackend(LINUX_6)
const backend: Backend = {
  ...machine,
  open(scenario) {
    const world = machine.open(scenario)
    registerStandIns(createGenetlink(world.kernel!))
    return world
  },
}

const [{ scenarios }] = readScenarioFiles([fileURLToPath(RECORDED)]) as [ReturnType<typeof readScenarioFiles>[0]]

describe('families of Linux 6.18', () => {
  it.for(scenarios)('$name: $about', async (scenario) => {
    const outcome = await playScenario(scenario, backend)
    const result = { file: 'families.json', topic: '', name: scenario.name, ...outcome }
    expect(outcome.outcome === 'failed' ? renderFailure(result, plain) : '').toBe('')
    expect(outcome.outcome).toBe('passed')
  })
})
