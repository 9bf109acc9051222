// The command line of `kernel-connector replay`.

import { HELP_OPTION, parseOptions } from '../../frame/options.js'
import { oneOperand } from './shared.js'

/** What the command takes. */
export const OPTIONS = {
  json: { type: 'boolean', help: 'one JSON object instead of the sentence' },
  ...HELP_OPTION,
} as const

export interface Options {
  readonly journal: string
  readonly json: boolean
}

/**
 * Reads the arguments.
 *
 * @throws UsageError for what is not in the help text
 */
export function parseReplay(args: readonly string[]): Options {
  const { values, operands } = parseOptions(args, OPTIONS, true)
  return { journal: oneOperand(operands, 'JOURNAL'), json: values.json }
}
