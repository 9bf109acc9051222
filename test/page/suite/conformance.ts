// Every recorded scenario of Linux, played on the machine: how it ended, and the state that it led to.
import type { Backend, World } from '../../../src/cli/replay/backend.js'
import { machineBackend } from '../../../src/cli/replay/machine.js'
import { playScenario } from '../../../src/cli/replay/player.js'
import type { Outcome } from '../../../src/cli/replay/results.js'
import { parseScenarios, type Scenario } from '../../../src/cli/replay/scenario.js'
import { LINUX_2_6_14, LINUX_6, type Profile } from '../../../src/index.js'
import { Steps, type Tell } from './tell.js'

/** A file of scenarios: where it lies, and its text. */
export interface ScenarioSource {
  readonly path: string
  readonly source: string
}

export interface PlayedScenario extends Outcome {
  readonly profile: string
  readonly path: string
  readonly name: string
  /** null where nothing was played. */
  readonly end: MachineEnd | null
}

/** A machine at the end of its work. */
export interface MachineEnd {
  readonly stateHash: string
  /** What halt() says: bytes that nobody gave back. */
  readonly left: number
}

// Linux 6 is what was recorded. As 2.6.14 many answers differ: which ones, and how, has to be the same everywhere too.
const PROFILES: readonly Profile[] = [LINUX_6, LINUX_2_6_14]

export async function playConformance(files: readonly ScenarioSource[], tell: Tell): Promise<PlayedScenario[]> {
  const parsed = files.map(({ path, source }) => ({ path, scenarios: parseScenarios(source, path) }))
  const total = PROFILES.length * parsed.reduce((sum, { scenarios }) => sum + scenarios.length, 0)
  const steps = new Steps(tell, 'scenario', total)
  const played: PlayedScenario[] = []
  for (const profile of PROFILES) {
    for (const { path, scenarios } of parsed) {
      for (const scenario of scenarios) {
        await steps.next()
        played.push({ profile: profile.name, path, name: scenario.name, ...(await play(scenario, profile)) })
      }
    }
  }
  return played
}

async function play(scenario: Scenario, profile: Profile): Promise<Outcome & { end: MachineEnd | null }> {
  const machine = machineBackend(profile)
  let end: MachineEnd | null = null
  const watched: Backend = {
    whyNot: (one) => machine.whyNot(one),
    open: (one) => endingIn(machine.open(one), (seen) => (end = seen)),
  }
  const outcome = await playScenario(scenario, watched)
  return { ...outcome, end }
}

/** The same world, looked at when it is closed. */
function endingIn(world: World, see: (end: MachineEnd) => void): World {
  const { kernel } = world
  if (kernel === null) throw new Error('the machine has a kernel')
  return {
    kernel,
    spawn: (task) => world.spawn(task),
    netlinkTable: (task) => world.netlinkTable(task),
    close: () => {
      world.close()
      see({ stateHash: kernel.stateHash(), left: kernel.halt() })
    },
  }
}
