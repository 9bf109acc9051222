// The command line of the bench.
import { parseArgs } from 'node:util'
import { matching, measurements } from './measurements.mjs'
import { wrap } from './table.mjs'

const INDENT = ' '.repeat(18)
const names = wrap(measurements.map(({ id }) => id).join(' '), 80).map((line) => INDENT + line.trim())

export const USAGE = `usage: npm run bench -- [options]

  --quick         fewer rounds and 2 passes: a look, no figures to quote
  --passes N      how many interleaved passes (5; 2 with --quick)
  --filter TEXT   only measurements whose name contains TEXT:
${names.join('\n')}
  --json FILE     write every sample, the table and the machine to FILE
  --svg FILE      draw the ratios and curves into FILE (a whole run that is not quick draws bench/report.svg)
  --help          this text
`

/** A mistake on the command line: one line for the user, exit status 2. */
export class UsageError extends Error {}

/** What the arguments ask for. */
export function readOptions(args) {
  const values = parse(args)
  const passes = values.passes === undefined ? (values.quick ? 2 : 5) : wholeNumber('--passes', values.passes)
  const chosen = matching(values.filter)
  if (chosen.length === 0) throw new UsageError(`--filter ${values.filter} matches nothing; see --help for the names`)
  return {
    help: values.help,
    quick: values.quick,
    json: values.json,
    svg: values.svg,
    passes,
    measurements: chosen,
    all: values.filter === undefined,
  }
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        passes: { type: 'string' },
        filter: { type: 'string' },
        json: { type: 'string' },
        svg: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(error.message.split('\n')[0])
  }
}

function wholeNumber(name, text) {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`${name} takes a whole number from 1, not ${text}`)
  return number
}
