// A scenario run twice, and the two runs compared call by call.

import type { BootOptions, Kernel as KernelInterface } from '../api.js'
import { record } from '../machine/index.js'
import { Comparison } from '../machine/journal/index.js'
import { asFunction, asObject } from '../user/index.js'
import { Kernel } from './kernel.js'

/** See selfCheck() of the package. */
export async function selfCheck(
  scenario: (kernel: KernelInterface) => void | Promise<void>,
  options: BootOptions = {},
): Promise<{ readonly calls: number; readonly stateHash: string }> {
  asFunction(scenario, 'scenario')
  asObject(options, 'options')
  const first = Kernel.boot({ ...options, journal: true })
  await play(first, scenario)
  const { calls } = first.journal
  const journal = first.journal.stop()
  let comparison: Comparison | undefined
  const second = Kernel.boot({ ...options, journal: false }, (machine) => {
    comparison = new Comparison(machine, journal)
    record(machine, comparison)
  })
  try {
    await play(second, scenario)
  } catch (error) {
    throw comparison?.divergence ?? error
  }
  comparison?.finish()
  return { calls, stateHash: comparison?.stateHash ?? '' }
}

// Programs that the scenario has started are a part of it.
async function play(kernel: Kernel, scenario: (kernel: KernelInterface) => void | Promise<void>): Promise<void> {
  await scenario(kernel)
  await kernel.schedule.idle()
}
