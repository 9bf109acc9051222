// The command line of `kernel-connector explain`.

import { UsageError } from '../../frame/errors.js'
import { HELP_OPTION, integer, parseOptions, U32_MAX } from '../../frame/options.js'
import { callNumber, joinNegative, oneOperand } from './shared.js'

/** What the command takes. */
export const OPTIONS = {
  at: {
    type: 'string',
    value: 'N',
    help: 'the call that sends the message, the first being 0; -1 is the last\n(inspect --list shows the numbers)',
  },
  socket: {
    type: 'string',
    value: 'ID',
    help: 'this receiver only: the number of its socket, as inspect and /proc/net/netlink (Inode)\nshow it',
  },
  steps: { type: 'boolean', help: 'every decision on the way, a line each' },
  json: { type: 'boolean', help: 'one JSON object, with the steps, in place of the text' },
  ...HELP_OPTION,
} as const

export interface Options {
  readonly journal: string
  readonly at: number
  readonly socket: number | undefined
  readonly steps: boolean
  readonly json: boolean
}

/**
 * Reads the arguments.
 *
 * @throws UsageError for what is not in the help text, and without --at
 */
export function parseExplain(args: readonly string[]): Options {
  const { values, operands } = parseOptions(joinNegative(args, '--at'), OPTIONS, true)
  const journal = oneOperand(operands, 'JOURNAL')
  const at = callNumber('--at', values.at)
  if (at === undefined) throw new UsageError('--at N is missing: which call sends the message?')
  return { journal, at, socket: integer('--socket', values.socket, 1, U32_MAX), steps: values.steps, json: values.json }
}
