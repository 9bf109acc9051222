// A whole run: both parts on one machine, told chapter by chapter.

import { boot } from '../../index.js'
import type { Paint } from '../frame/colours.js'
import { type Progress, share } from '../frame/progress.js'
import { runCnTest } from './cn-test.js'
import type { Examples, RecordedEvent } from './examples.js'
import type { Options } from './options.js'
import { runProcessEvents } from './process-events.js'
import { closing, cnTestChapter, opening, processEventsChapter, ROWS } from './report.js'
import type { Result } from './result.js'

export interface Stage {
  readonly examples: Examples
  /** Where the events come from (null: a simulated workload), and they themselves. */
  readonly file: string | null
  readonly events: readonly RecordedEvent[]
  readonly paint: Paint
  readonly progress: Progress
  print(lines: readonly string[]): void
}

export function run({ seed, rcvbuf, all }: Options, stage: Stage): Result {
  const { examples, file, events, paint, progress, print } = stage
  const started = performance.now()
  const kernel = boot({ seed })
  print(opening(seed, paint))

  const cnTest = runCnTest(kernel, examples)
  print(cnTestChapter(cnTest.result, paint))

  const rows = all ? Number.POSITIVE_INFINITY : ROWS
  const show = (done: number, total: number) => progress.show(() => share('playing events', done, total))
  const setting = { examples, file, events, rcvbuf, rows, progress: show }
  const { result: processEvents, balances } = runProcessEvents(kernel, setting)
  progress.clear()
  print(processEventsChapter(processEvents, balances.at(-1)!, examples, paint))

  const result: Result = {
    seed,
    cnTest: cnTest.result,
    processEvents,
    listeners: [cnTest.balance, ...balances],
    stateHash: kernel.stateHash(),
    milliseconds: performance.now() - started,
  }
  print(closing(result, paint))
  return result
}
