// kernel-connector replay: plays a journal, and says whether everything went as the first time.

import { type ReplayResult, replayJournal } from '../../machine/journal/index.js'
import { paintOn } from '../frame/colours.js'
import { EXIT_FINE, EXIT_WRONG } from '../frame/exit.js'
import { Progress, share } from '../frame/progress.js'
import type { Surroundings } from '../frame/surroundings.js'
import { counted } from '../frame/table.js'
import { ofJournal, readInput } from './opened.js'
import type { Options } from './options/replay.js'

const INTERVAL_MS = 50

/** Runs it. @returns the exit status: EXIT_WRONG if something went another way */
export async function replay({ journal: path, json }: Options, around: Surroundings): Promise<number> {
  const bytes = readInput(path, around)
  const line = new Progress(around.stderr, INTERVAL_MS)
  const progress = (done: number, total: number) => line.show(() => share('replaying calls', done, total))
  const result = ofJournal(path, () => replayJournal(bytes, { progress }))
  line.clear()
  const same = result.difference === null
  if (json) around.stdout.write(`${JSON.stringify({ same, ...result })}\n`)
  else around.stdout.write(text(result, paintOn(around.stdout, around.env)))
  return same ? EXIT_FINE : EXIT_WRONG
}

function text({ calls, stateHash, difference }: ReplayResult, paint: ReturnType<typeof paintOn>): string {
  if (difference === null) return `${paint('green', 'the same')}: ${counted(calls, 'call')}, state ${stateHash}\n`
  const { call, at, what } = difference
  return `${paint('red', 'another way')} at call ${call} (byte ${at} of the journal)\n${what}\n`
}
