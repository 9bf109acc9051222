// npm start: boots a machine and shows the connector at work. This file is about the outside: arguments, streams, exit status.

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Examples, loadExamples, type RecordedEvent } from './demo/examples.js'
import { HELP, parseOptions } from './demo/options.js'
import { progressOn } from './demo/progress.js'
import { balances } from './demo/result.js'
import { run } from './demo/run.js'
import { showsColors, style } from './demo/style.js'
import { UsageError } from './demo/usage-error.js'

const EXIT_WRONG = 1
const EXIT_USAGE = 2

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const examples = await loadExamples()
  const file = options.events === undefined ? fileURLToPath(examples.RECORDING) : fromTheUser(options.events)
  const result = run(options, {
    examples,
    file,
    events: readEvents(examples, file, options.limit),
    style: style(options.color && showsColors(process.stdout, process.env)),
    progress: progressOn(process.stderr, 'playing events'),
    print: (lines) => {
      if (!options.json) process.stdout.write(`${lines.join('\n')}\n`)
    },
  })
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  return result.listeners.every(balances) ? 0 : EXIT_WRONG
}

/** `npm start` changes to the package's folder; relative paths are meant from where the user is. */
function fromTheUser(path: string): string {
  const { npm_lifecycle_event, INIT_CWD } = process.env
  return npm_lifecycle_event === 'start' && INIT_CWD !== undefined ? resolve(INIT_CWD, path) : path
}

function readEvents({ readRecording }: Examples, file: string, limit: number): RecordedEvent[] {
  let events: RecordedEvent[]
  try {
    events = readRecording(file, limit)
  } catch (error) {
    throw new UsageError(`cannot read events from ${file}: ${(error as Error).message}`)
  }
  if (events.length === 0) throw new UsageError(`there are no events in ${file}`)
  return events
}

// Whoever reads the output may close it early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`start: ${error.message}\n`)
  process.exit(error.code === 'EPIPE' ? 0 : EXIT_WRONG)
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`start: ${error.message} (--help shows the options)\n`)
  process.exitCode = EXIT_USAGE
}
