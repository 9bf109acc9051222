// The command line of `kernel-connector proc`.

import { UsageError } from '../frame/errors.js'
import { amount, HELP_OPTION, integer, parseOptions, RCVBUF_MAX, U32_MAX } from '../frame/options.js'
import { parseKinds } from './kinds.js'

/** What the command takes. */
export const OPTIONS = {
  simulate: {
    type: 'boolean',
    help: 'events of a simulated workload on a virtual machine (what happens without a FILE)',
  },
  host: {
    type: 'boolean',
    help: "events of this computer's own kernel; Linux, the package koffi, and on older\nkernels root or CAP_NET_ADMIN are needed",
  },
  event: {
    type: 'string',
    short: 'e',
    value: 'KINDS',
    help: 'only these, with commas between them (all but ack); see below',
  },
  count: { type: 'string', short: 'n', value: 'N', help: 'stop after N events' },
  seconds: {
    type: 'string',
    short: 's',
    value: 'S',
    help: 'stop S seconds after the begin: of real time with --host, of virtual time with\n--simulate (10, with --count 3600), of the time of the events with a FILE',
  },
  summary: { type: 'boolean', help: 'at the end, how many there were of each kind, and how many were lost' },
  json: { type: 'boolean', help: 'one JSON object a line instead of the table' },
  seed: {
    type: 'string',
    value: 'N',
    help: 'the seed of the simulation, 0 to 4294967295 (0); the same seed gives the same events',
  },
  load: { type: 'string', value: 'N', help: 'how many jobs a second the simulation begins (20)' },
  lag: {
    type: 'string',
    value: 'MS',
    help: 'read only every MS milliseconds of the simulation, as a slow listener does (0)',
  },
  rcvbuf: {
    type: 'string',
    value: 'N',
    help: 'bytes of the receive buffer, which the kernel doubles; not with a FILE',
  },
  'no-color': { type: 'boolean', help: 'no colours, also on a terminal; so does the environment variable NO_COLOR' },
  ...HELP_OPTION,
} as const

/** Where the events come from. */
export type Origin =
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'host' }
  | { readonly from: 'simulation'; readonly seed: number; readonly load: number; readonly lag: number }

export interface Options {
  readonly origin: Origin
  readonly kinds: ReadonlySet<string>
  readonly count: number
  readonly seconds: number | undefined
  readonly rcvbuf: number | undefined
  readonly summary: boolean
  readonly json: boolean
  readonly color: boolean
}

const MOST_SECONDS = 1e6
const MOST_LOAD = 10_000
const MOST_LAG = 1e6
const LOAD = 20

type Given = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

/**
 * Reads the arguments.
 *
 * @throws UsageError for what is not in the help text, and for options that do not fit together
 */
export function parseProc(args: readonly string[]): Options {
  const { values, operands } = parseOptions(args, OPTIONS, true)
  return {
    origin: originOf(values, operands),
    kinds: parseKinds(values.event),
    count: integer('--count', values.count, 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY,
    seconds: amount('--seconds', values.seconds, MOST_SECONDS),
    rcvbuf: integer('--rcvbuf', values.rcvbuf, 0, RCVBUF_MAX),
    summary: values.summary,
    json: values.json,
    color: !values['no-color'],
  }
}

function originOf(values: Given, [path, ...more]: readonly string[]): Origin {
  if (more.length > 0) throw new UsageError(`one FILE at a time, not also "${more[0]}"`)
  if (Number(path !== undefined) + Number(values.host) + Number(values.simulate) > 1)
    throw new UsageError('FILE, --host and --simulate: one of them')
  if (path === undefined && !values.host) {
    const seed = integer('--seed', values.seed, 0, U32_MAX) ?? 0
    const load = integer('--load', values.load, 1, MOST_LOAD) ?? LOAD
    return { from: 'simulation', seed, load, lag: integer('--lag', values.lag, 0, MOST_LAG) ?? 0 }
  }
  const misplaced = (['seed', 'load', 'lag'] as const).find((name) => values[name] !== undefined)
  if (misplaced !== undefined) throw new UsageError(`--${misplaced} is for the simulation only`)
  if (path === undefined) return { from: 'host' }
  if (values.rcvbuf !== undefined) throw new UsageError('--rcvbuf is for a socket, not for a FILE')
  return { from: 'file', path }
}
