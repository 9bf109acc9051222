// The command line of `kernel-connector capture`.

import { UsageError } from '../../frame/errors.js'
import { HELP_OPTION, parseOptions } from '../../frame/options.js'
import { oneOperand } from './shared.js'

/** What the command takes. */
export const OPTIONS = {
  output: { type: 'string', short: 'o', value: 'FILE', help: 'the pcapng file to write; - is stdout' },
  trace: { type: 'boolean', help: 'a line on stdout for each message and each receive, in place of the file' },
  ...HELP_OPTION,
} as const

export interface Options {
  readonly journal: string
  /** Where the file goes; undefined: the trace is wanted. */
  readonly output: string | undefined
}

/**
 * Reads the arguments.
 *
 * @throws UsageError for what is not in the help text, and unless there is one of -o and --trace
 */
export function parseCapture(args: readonly string[]): Options {
  const { values, operands } = parseOptions(args, OPTIONS, true)
  const journal = oneOperand(operands, 'JOURNAL')
  if ((values.output !== undefined) === values.trace) throw new UsageError('-o FILE or --trace: one of them')
  return { journal, output: values.output }
}
