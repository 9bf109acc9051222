// What a simulation found.

/** A seed that fails, and how. */
export interface FailedSeed {
  readonly seed: number
  /**
   * What a program, the scenario or the check threw; or an error that says that the check gave false, who is stuck, or how many bytes
   * leaked.
   */
  readonly error: unknown
  /** The plainest schedule found that fails in the same way: what a policy `{ decisions }` takes. */
  readonly decisions: readonly number[]
  /** How many decisions the run made before they were shrunk; those that were given are not. */
  readonly originalDecisions: number
  /** The journal of that schedule, unless it was not wanted. */
  readonly journal?: Uint8Array
  /** The programs that had not ended, a line each. */
  readonly stuck: readonly string[]
}

/** What simulate() gives. */
export interface SimulationResult {
  /** How many seeds were run: all of them, or those up to the one that failed. */
  readonly seeds: number
  readonly failure: FailedSeed | null
}

/** A seed fails. The message says which, why, and how to run it again. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure'
  readonly seeds: number
  readonly failure: FailedSeed

  /** `given`: the schedule was not the seed's. */
  constructor(seeds: number, failure: FailedSeed, given = false) {
    super(describe(seeds, failure, given), { cause: failure.error })
    this.seeds = seeds
    this.failure = failure
  }
}

function describe(
  seeds: number,
  { seed, error, decisions, originalDecisions, stuck }: FailedSeed,
  given: boolean,
): string {
  const list = `[${decisions.join(', ')}]`
  const shrunk = `decisions: ${list}, ${given ? 'as given' : `shrunk from ${originalDecisions}`}`
  const again = `again: simulate({ seeds: [${seed}], decisions: ${list}, ... })`
  return [`seed ${seed} fails, after ${seeds - 1} that did not: ${messageOf(error)}`, ...stuck, shrunk, again].join(
    '\n  ',
  )
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return [error.message, ...error.errors.map(messageOf)].join('; ')
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
