// The command line of the demonstration.

import { HELP_OPTION, integer, parseOptions, RCVBUF_MAX, U32_MAX } from '../frame/options.js'

/** What the command takes. */
export const OPTIONS = {
  seed: {
    type: 'string',
    value: 'N',
    help: 'the seed of all that is random, 0 to 4294967295 (0); the same seed gives the same run',
  },
  events: {
    type: 'string',
    value: 'FILE',
    help: 'another recording of process events (test/data/README.md has the format)',
  },
  limit: { type: 'string', value: 'N', help: 'play only the first N events' },
  rcvbuf: {
    type: 'string',
    value: 'N',
    help: 'receive buffer of the slow listener in bytes, which the kernel doubles (106496)',
  },
  all: { type: 'boolean', help: 'print every row of the table, not only the first ones' },
  json: { type: 'boolean', help: 'print one JSON document instead of text (npm start --silent -- --json)' },
  'no-color': { type: 'boolean', help: 'no colours, also on a terminal; so does the environment variable NO_COLOR' },
  ...HELP_OPTION,
} as const

export interface Options {
  readonly seed: number
  /** Another recording than the one that comes with the repository. */
  readonly events: string | undefined
  readonly limit: number
  readonly rcvbuf: number
  readonly all: boolean
  readonly json: boolean
  readonly color: boolean
}

/** Linux's default, rmem_default, is twice this. */
const RCVBUF_DEFAULT = 106496

/**
 * Reads the arguments.
 *
 * @throws UsageError for what is not in the help text
 */
export function parseDemo(args: readonly string[]): Options {
  const { values } = parseOptions(args, OPTIONS)
  return {
    seed: integer('--seed', values.seed, 0, U32_MAX) ?? 0,
    events: values.events,
    limit: integer('--limit', values.limit, 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY,
    rcvbuf: integer('--rcvbuf', values.rcvbuf, 0, RCVBUF_MAX) ?? RCVBUF_DEFAULT,
    all: values.all,
    json: values.json,
    color: !values['no-color'],
  }
}
