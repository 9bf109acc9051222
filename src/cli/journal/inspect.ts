// kernel-connector inspect: the state of a journal's machine at any call.

import { paintOn } from '../frame/colours.js'
import { InputError } from '../frame/errors.js'
import { EXIT_FINE, EXIT_WRONG } from '../frame/exit.js'
import { Output } from '../frame/output.js'
import type { Surroundings } from '../frame/surroundings.js'
import { listLine } from './list.js'
import { OpenedJournal, UnreachableError } from './opened.js'
import type { Options } from './options/inspect.js'
import { placeAsJson, placeAt } from './state.js'
import { placeLines, procLines, stateLines, type TextOptions } from './state-text.js'
import { Walk } from './walk.js'

/** Runs it. @returns the exit status */
export async function inspect(options: Options, around: Surroundings): Promise<number> {
  if (options.interactive && !(process.stdin.isTTY && around.stdout.isTTY)) {
    throw new InputError('--interactive needs a terminal: --at N shows the same')
  }
  const journal = new OpenedJournal(options.journal, around)
  const text = { paint: paintOn(around.stdout, around.env), all: options.all }
  if (options.interactive) {
    const { walkOnTerminal } = await import('./terminal.js')
    return walkOnTerminal(new Walk(journal, at(journal, options), text), around)
  }
  const output = new Output(around.stdout)
  if (options.list !== undefined) await list(journal, options, output)
  const status = options.list === undefined ? showOrNearest(journal, options, text, output, around) : EXIT_FINE
  await output.flush()
  return status
}

const at = (journal: OpenedJournal, options: Options): number =>
  options.at === undefined ? journal.total : journal.resolve('--at', options.at)

// Where the replay goes another way before, the state up to there is what there is to see.
function showOrNearest(
  journal: OpenedJournal,
  options: Options,
  text: TextOptions,
  output: Output,
  { stderr }: Surroundings,
): number {
  try {
    show(journal, at(journal, options), options, text, output)
    return EXIT_FINE
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error
    stderr.write(`kernel-connector inspect: ${error.message}\n`)
    show(journal, error.outermost, options, text, output)
    return EXIT_WRONG
  }
}

function show(journal: OpenedJournal, n: number, options: Options, text: TextOptions, output: Output): void {
  const place = placeAt(journal, n)
  const shown = () => [
    ...placeLines(place, text.paint),
    ...(options.proc ? procLines(place, text.paint) : stateLines(place, text)),
  ]
  for (const line of options.json ? [placeAsJson(place)] : shown()) output.line(line)
}

async function list(journal: OpenedJournal, { list: range, json }: Options, output: Output): Promise<void> {
  const from = journal.resolve('--list', range?.from ?? 0)
  const to = range?.to === undefined ? journal.total : journal.resolve('--list', range.to)
  for (let n = from; n < to; n++) {
    output.line(listLine(journal, n, json))
    if (output.full) await output.flush()
  }
}
