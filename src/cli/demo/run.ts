// A whole run: both parts on one machine, told chapter by chapter.

import { boot } from '../../index.js'
import { runCnTest } from './cn-test.js'
import type { Examples, RecordedEvent } from './examples.js'
import type { Options } from './options.js'
import { runProcessEvents } from './process-events.js'
import type { Progress } from './progress.js'
import { closing, cnTestChapter, opening, processEventsChapter, ROWS } from './report.js'
import type { Result } from './result.js'
import type { Style } from './style.js'

export interface Stage {
  readonly examples: Examples
  /** Where the events come from, and they themselves. */
  readonly file: string
  readonly events: readonly RecordedEvent[]
  readonly style: Style
  readonly progress: Progress
  print(lines: readonly string[]): void
}

export function run({ seed, rcvbuf, all }: Options, stage: Stage): Result {
  const { examples, file, events, style, progress, print } = stage
  const started = performance.now()
  const kernel = boot({ seed })
  print(opening(seed, style))

  const cnTest = runCnTest(kernel, examples)
  print(cnTestChapter(cnTest.result, style))

  const rows = all ? Number.POSITIVE_INFINITY : ROWS
  const setting = { examples, file, events, rcvbuf, rows, progress: progress.show }
  const { result: processEvents, balances } = runProcessEvents(kernel, setting)
  progress.end()
  print(processEventsChapter(processEvents, balances.at(-1)!, examples, style))

  const result: Result = {
    seed,
    cnTest: cnTest.result,
    processEvents,
    listeners: [cnTest.balance, ...balances],
    stateHash: kernel.stateHash(),
    milliseconds: performance.now() - started,
  }
  print(closing(result, style))
  return result
}
