// The command line of `kernel-connector record`.

import { basename, extname } from 'node:path'
import { choice, HELP_OPTION, integer, parseOptions, U32_MAX } from '../../frame/options.js'
import { oneOperand } from './shared.js'

/** The profiles that have a name. */
export const PROFILES = ['default', 'LINUX_6', 'LINUX_2_6_14'] as const

/** What the command takes. */
export const OPTIONS = {
  output: {
    type: 'string',
    short: 'o',
    value: 'JOURNAL',
    help: "the file to write (FILE's name with .kcj, here); - is stdout",
  },
  seed: { type: 'string', value: 'N', help: 'the seed of all that is random, 0 to 4294967295 (0)' },
  profile: { type: 'string', value: 'NAME', help: `which kernel to be: ${PROFILES.join(', ')} (default)` },
  ...HELP_OPTION,
} as const

export interface Options {
  /** The program. */
  readonly program: string
  /** Its arguments. */
  readonly args: readonly string[]
  /** Where the journal goes. */
  readonly output: string
  readonly seed: number
  readonly profile: (typeof PROFILES)[number]
}

/**
 * Reads the arguments; those behind `--` are the program's.
 *
 * @throws UsageError for what is not in the help text
 */
export function parseRecord(args: readonly string[]): Options {
  const end = args.indexOf('--')
  const { values, operands } = parseOptions(end < 0 ? args : args.slice(0, end), OPTIONS, true)
  const program = oneOperand(operands, 'FILE')
  return {
    program,
    args: end < 0 ? [] : args.slice(end + 1),
    output: values.output ?? `${basename(program, extname(program))}.kcj`,
    seed: integer('--seed', values.seed, 0, U32_MAX) ?? 0,
    profile: choice('profile', values.profile ?? 'default', PROFILES),
  }
}
