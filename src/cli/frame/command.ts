// What a command is, and how it is run: help, and the errors that become exit status 2.

import { InputError, UsageError } from './errors.js'
import { EXIT_FINE, EXIT_USAGE } from './exit.js'
import type { Streams, Surroundings } from './surroundings.js'

/** A program, or one of the programs that kernel-connector unites. */
export interface Command<Around extends Streams = Surroundings> {
  /** What the user types. */
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What --help prints. */
  readonly help: string
  /**
   * Does the work.
   *
   * @returns the exit status
   * @throws UsageError, InputError which runCommand() turns into a line on stderr
   */
  run(args: readonly string[], around: Around): Promise<number>
}

/**
 * Runs a command with its arguments: prints its help if that is asked for, and says on stderr what cannot be done.
 *
 * @param title what stands before an error
 * @returns the exit status
 */
export async function runCommand<Around extends Streams>(
  command: Command<Around>,
  args: readonly string[],
  around: Around,
  title = command.name,
): Promise<number> {
  if (asksForHelp(args)) {
    around.stdout.write(command.help)
    return EXIT_FINE
  }
  return orUsage(title, around, () => command.run(args, around))
}

/** Does `work`; a UsageError or an InputError becomes one line on stderr and exit status 2. */
export async function orUsage(title: string, { stderr }: Streams, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof InputError)) throw error
    const hint = error instanceof UsageError ? ' (--help tells more)' : ''
    stderr.write(`${title}: ${error.message}${hint}\n`)
    return EXIT_USAGE
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h')
}
