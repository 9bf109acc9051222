// A short run against this computer's kernel; FUZZ_COUNT asks for more, FUZZ_SEED for others.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderAnswers, renderScenario, scenarioOf } from '../../src/cli/fuzz/print.js'
import { run } from '../../src/cli/fuzz/run.js'
import { worldOf } from '../../src/cli/fuzz/side.js'
import { type HostBackend, hostBackend } from '../../src/cli/replay/host.js'
import { machineBackend } from '../../src/cli/replay/machine.js'
import { LINUX_6 } from '../../src/index.js'
import { type Bundle, bundle } from '../host/bundle.js'

/** The debug build gets a part of it. */
const USUAL_COUNT = process.env.KERNEL_BUILD === 'debug' ? 40 : 150
const COUNT = Number(process.env.FUZZ_COUNT ?? USUAL_COUNT)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const MOST_MS_PER_SEQUENCE = 1000
const QUIET = { next: () => {}, shrinking: () => {} }

let linux: HostBackend
let helper: Bundle

beforeAll(async () => {
  helper = await bundle('src/cli/replay/host-helper.ts')
  linux = hostBackend(helper.file)
})

afterAll(() => {
  linux.close()
  helper.remove()
})

test(
  `${COUNT} random sequences get the answers of this computer's kernel`,
  async ({ skip }) => {
    const whyNot = linux.whyNot(worldOf({ t: { pid: 100 } }, []))
    skip(whyNot !== undefined, `SKIPPED: ${whyNot}`)
    const sides = { machine: machineBackend(LINUX_6), linux }
    const { found, unsteady } = await run({ seed: SEED, from: 0, count: COUNT }, sides, QUIET)
    const name = `fuzz/seed-${SEED}-sequence-${found?.index}`
    const told = found && `${renderScenario(scenarioOf(found.difference, name))}${renderAnswers(found.difference)}`
    expect(told ?? '').toBe('')
    expect(unsteady).toEqual([])
  },
  60_000 + COUNT * MOST_MS_PER_SEQUENCE,
)
