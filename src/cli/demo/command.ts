// The demonstration on the streams of a process.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { paintOn, plain } from '../frame/colours.js'
import { InputError } from '../frame/errors.js'
import { EXIT_FINE, EXIT_WRONG } from '../frame/exit.js'
import { userPath } from '../frame/paths.js'
import { Progress } from '../frame/progress.js'
import type { Surroundings } from '../frame/surroundings.js'
import { type Examples, loadExamples, type RecordedEvent } from './examples.js'
import type { Options } from './options.js'
import { balances } from './result.js'
import { run } from './run.js'
import { simulatedEvents } from './simulated.js'

const INTERVAL_MS = 50

/** Runs it. @returns the exit status */
export async function demo(options: Options, around: Surroundings): Promise<number> {
  const { stdout, stderr, env } = around
  const examples = await loadExamples()
  const file = fileOf(options, examples, around)
  const result = run(options, {
    examples,
    file,
    events: file === null ? simulatedEvents(options.seed, options.limit) : readEvents(examples, file, options.limit),
    paint: options.color ? paintOn(stdout, env) : plain,
    progress: new Progress(stderr, INTERVAL_MS),
    print: (lines) => {
      if (!options.json) stdout.write(`${lines.join('\n')}\n`)
    },
  })
  if (options.json) stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  return result.listeners.every(balances) ? EXIT_FINE : EXIT_WRONG
}

/** Whence the events come; null where no file was named and the recording is not there: the package does not bring it. */
function fileOf({ events }: Options, { RECORDING }: Examples, { env }: Surroundings): string | null {
  if (events !== undefined) return userPath(events, env, 'start')
  return existsSync(RECORDING) ? fileURLToPath(RECORDING) : null
}

function readEvents({ readRecording }: Examples, file: string, limit: number): RecordedEvent[] {
  let events: RecordedEvent[]
  try {
    events = readRecording(file, limit)
  } catch (error) {
    throw new InputError(`cannot read events from ${file}: ${(error as Error).message}`)
  }
  if (events.length === 0) throw new InputError(`there are no events in ${file}`)
  return events
}
