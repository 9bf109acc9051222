// The command line of `npm start`.

import { parseArgs } from 'node:util'
import { UsageError } from './usage-error.js'

export const HELP = `Usage: npm start -- [options]
       node dist/cli/start.js [options]

Boots an emulated kernel and shows the connector at work: the documented example (module cn_test, program ucon), and process
events that a real kernel has sent, played to listeners that keep up and to one that does not.

Options
  --seed N       the seed of all that is random, 0 to 4294967295 (0); the same seed gives the same run
  --events FILE  another recording of process events (test/data/README.md has the format)
  --limit N      play only the first N events
  --rcvbuf N     receive buffer of the slow listener in bytes, which the kernel doubles (106496)
  --all          print every row of the table, not only the first ones
  --json         print one JSON document instead of text (npm start --silent -- --json)
  --no-color     no colours, also on a terminal; so does the environment variable NO_COLOR
  --help         print this
`

export interface Options {
  readonly seed: number
  /** Another file than the recording of the repository. */
  readonly events: string | undefined
  readonly limit: number
  readonly rcvbuf: number
  readonly all: boolean
  readonly json: boolean
  readonly color: boolean
  readonly help: boolean
}

const U32_MAX = 2 ** 32 - 1
/** SO_RCVBUF is an int, and the kernel doubles it. */
const RCVBUF_MAX = 2 ** 30 - 1
/** Linux's default, rmem_default, is twice this. */
const RCVBUF_DEFAULT = 106496

/**
 * @throws UsageError for what is not in the help text
 */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args)
  return {
    seed: integer('--seed', values.seed, 0, U32_MAX) ?? 0,
    events: values.events,
    limit: integer('--limit', values.limit, 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY,
    rcvbuf: integer('--rcvbuf', values.rcvbuf, 0, RCVBUF_MAX) ?? RCVBUF_DEFAULT,
    all: values.all,
    json: values.json,
    color: !values['no-color'],
    help: values.help,
  }
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const options = {
    seed: text,
    events: text,
    limit: text,
    rcvbuf: text,
    all: flag,
    json: flag,
    'no-color': flag,
    help: { ...flag, short: 'h' },
  } as const
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    // The sentences behind the first one explain the syntax of all command lines.
    const [reason = ''] = (error as Error).message.split(/\.? To specify|[.\n](?:\s|$)/)
    throw new UsageError(reason)
  }
}

function integer(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`
  throw new UsageError(`${name} takes a whole number ${range}, not '${text}'`)
}
