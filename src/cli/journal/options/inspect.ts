// The command line of `kernel-connector inspect`.

import { UsageError } from '../../frame/errors.js'
import { HELP_OPTION, parseOptions } from '../../frame/options.js'
import { callNumber, joinNegative, oneOperand } from './shared.js'

/** What the command takes. */
export const OPTIONS = {
  at: {
    type: 'string',
    value: 'N',
    help: 'the state just before call N, the first being 0; -1 is before the last call;\nwithout it, the state at the end',
  },
  list: {
    type: 'string',
    value: '[FROM[:TO]]',
    help: 'the calls, one a line with its number, in place of a state: all, those from FROM on,\nor up to TO (not with it)',
  },
  proc: {
    type: 'boolean',
    help: 'the files of /proc in place of the state: net/netlink, connector, protocols, modules',
  },
  all: { type: 'boolean', help: 'every message of each queue with all its bytes, and the whole log' },
  interactive: { type: 'boolean', short: 'i', help: 'go forth and back with keys: n, p, g N, l, a, q; on a terminal' },
  json: { type: 'boolean', help: 'one JSON object in place of the text; with --list one for each call' },
  ...HELP_OPTION,
} as const

export interface Options {
  readonly journal: string
  /** undefined: the end. */
  readonly at: number | undefined
  /** Which calls to list; `to` undefined: to the end. */
  readonly list: { readonly from: number; readonly to: number | undefined } | undefined
  readonly proc: boolean
  readonly all: boolean
  readonly interactive: boolean
  readonly json: boolean
}

const RANGE = /^(-?\d+)?(:(-?\d+)?)?$/

/**
 * Reads the arguments.
 *
 * @throws UsageError for what is not in the help text, and for options that do not fit together
 */
export function parseInspect(args: readonly string[]): Options {
  const { values, operands } = parseOptions(withListValue(joinNegative(args, '--at')), OPTIONS, true)
  const { proc, all, interactive, json } = values
  const journal = oneOperand(operands, 'JOURNAL')
  const list = parseRange(values.list)
  const modes = [list !== undefined && '--list', proc && '--proc', interactive && '--interactive'].filter(Boolean)
  if (modes.length > 1) throw new UsageError(`${modes.join(' and ')}: one of them`)
  if (list !== undefined && values.at !== undefined) throw new UsageError('--list takes its own numbers, not --at')
  if (interactive && json) throw new UsageError('--interactive and --json: one of them')
  return { journal, at: callNumber('--at', values.at), list, proc, all, interactive, json }
}

// --list stands alone, or with a range: options of the parser have always a value, or never one.
function withListValue(args: readonly string[]): string[] {
  const out: string[] = []
  args.forEach((arg, i) => {
    if (arg === '--list') out.push(isRange(args[i + 1]) ? `--list=${args[i + 1]}` : '--list=:')
    else if (args[i - 1] !== '--list' || !isRange(arg)) out.push(arg)
  })
  return out
}

const isRange = (text: string | undefined): text is string => text !== undefined && text !== '' && RANGE.test(text)

function parseRange(text: string | undefined): Options['list'] {
  if (text === undefined) return undefined
  const found = RANGE.exec(text)
  if (found === null) throw new UsageError(`--list takes numbers of calls as FROM or FROM:TO, not "${text}"`)
  const [, from, , to] = found
  return { from: callNumber('--list', from) ?? 0, to: callNumber('--list', to) }
}
