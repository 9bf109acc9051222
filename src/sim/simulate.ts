// A scenario under many seeds: finds one that fails, and a plain schedule that fails in the same way.

import { type FailedSeed, SimulationFailure, type SimulationResult } from './failure.js'
import { asSimulation, type SimulateOptions, type Simulation } from './options.js'
import { type Boot, failsAlike, type Run, runSeed } from './run-seed.js'
import { shrink } from './shrink.js'

/** simulate() of the package, with the function that boots its kernels. */
export async function simulateWith(boot: Boot, options: SimulateOptions): Promise<SimulationResult> {
  const simulation = asSimulation(options)
  const { seeds, decisions, progress } = simulation
  for (const [index, seed] of seeds.entries()) {
    const run = await runSeed(boot, simulation, seed, decisions === undefined ? { seed } : { decisions })
    const last = run.failed !== null || index === seeds.length - 1
    // The last call says that all is done, whatever was found.
    progress(last ? seeds.length : index + 1, seeds.length)
    if (run.failed === null) continue
    const failure = await failureOf(boot, simulation, seed, run)
    if (simulation.throws) throw new SimulationFailure(index + 1, failure, decisions !== undefined)
    return { seeds: index + 1, failure }
  }
  return { seeds: seeds.length, failure: null }
}

/** The plainest run that fails alike, with its journal. */
async function failureOf(boot: Boot, simulation: Simulation, seed: number, run: Run): Promise<FailedSeed> {
  const again = (decisions: readonly number[], journal?: boolean) =>
    runSeed(boot, simulation, seed, { decisions }, journal)
  const trial = async (decisions: readonly number[]) => {
    const other = await again(decisions)
    return failsAlike(run, other) ? other.decisions : undefined
  }
  const trials = simulation.decisions === undefined ? simulation.trials : 0
  const decisions = await shrink(run.decisions, trial, trials)
  const { failed, stuck, journal } = await again(decisions, simulation.journal)
  return {
    seed,
    // A scenario that awaits the outside world may do well this time.
    error: failed === null ? run.failed?.error : failed.error,
    decisions,
    originalDecisions: run.decisions.length,
    ...(journal !== undefined && { journal }),
    stuck: failed === null ? run.stuck : stuck,
  }
}
