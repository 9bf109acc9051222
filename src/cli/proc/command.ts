// kernel-connector proc: takes events from a source, and prints them.

import { type ForkstatExample, loadForkstat } from '../demo/examples.js'
import { paintOn, plain } from '../frame/colours.js'
import { EXIT_FINE, EXIT_WRONG } from '../frame/exit.js'
import { Output } from '../frame/output.js'
import { userPath } from '../frame/paths.js'
import { Progress } from '../frame/progress.js'
import type { Surroundings } from '../frame/surroundings.js'
import { counted } from '../frame/table.js'
import { Losses } from './losses.js'
import type { Options } from './options.js'
import { jsonPrinter, type Printer, textPrinter } from './printer.js'
import type { Batch, Heard, Source } from './source.js'

const INTERVAL_MS = 50
/** Of a simulation whose end nobody named, and of one that ends with a number of events. */
const SECONDS = 10
const SECONDS_TO_COUNT = 3600

/** Runs it. @returns the exit status: EXIT_WRONG if events were lost */
export async function proc(options: Options, around: Surroundings): Promise<number> {
  const forkstat = await loadForkstat()
  const source = await openSource(options, around)
  const paint = options.color ? paintOn(around.stdout, around.env) : plain
  const printer = options.json ? jsonPrinter : textPrinter(forkstat, paint)
  const show = new Show(options, forkstat, source, printer, new Output(around.stdout))
  // Rows on the same terminal are progress enough.
  const progress = new Progress(around.stdout.isTTY ? { write: () => {} } : around.stderr, INTERVAL_MS)
  const losses = await show.all((shown, { done }) => {
    progress.show(() => counted(shown, 'event') + (done === undefined ? '' : `, ${Math.floor(100 * done)} %`))
  })
  progress.clear()
  return losses.any ? EXIT_WRONG : EXIT_FINE
}

/** Each source is loaded only where it is used: a capture needs no kernel, a simulation no koffi. */
async function openSource({ origin, seconds, rcvbuf, count }: Options, around: Surroundings): Promise<Source> {
  switch (origin.from) {
    case 'host': {
      const { live } = await import('./live.js')
      return live({ seconds, rcvbuf }, around)
    }
    case 'file': {
      const { file } = await import('./file.js')
      return file(userPath(origin.path, around.env, 'start'), seconds)
    }
    case 'simulation': {
      const { simulation } = await import('./simulation.js')
      const long = count === Number.POSITIVE_INFINITY ? SECONDS : SECONDS_TO_COUNT
      return simulation({ ...origin, seconds: seconds ?? long, rcvbuf })
    }
  }
}

class Show {
  readonly #options: Options
  readonly #source: Source
  readonly #printer: Printer
  readonly #output: Output
  readonly #table
  readonly #losses = new Losses()
  readonly #counts = new Map<string, number>()
  #shown = 0

  constructor(options: Options, { Forkstat }: ForkstatExample, source: Source, printer: Printer, output: Output) {
    this.#options = options
    this.#source = source
    this.#printer = printer
    this.#output = output
    this.#table = new Forkstat(source.nameOf)
  }

  /** Prints everything. @param after is told how much was shown, after each batch */
  async all(after: (shown: number, batch: Batch) => void): Promise<Losses> {
    for (const line of this.#printer.head()) this.#output.line(line)
    for await (const batch of this.#source.batches) {
      for (const heard of batch.heard) if (this.#wanted) this.#take(heard)
      if (this.#source.live || this.#output.full) await this.#output.flush()
      after(this.#shown, batch)
      if (!this.#wanted) break
    }
    const { summary } = this.#options
    if (summary) for (const line of this.#printer.summary(this.#counts, this.#losses)) this.#output.line(line)
    await this.#output.flush()
    return this.#losses
  }

  get #wanted(): boolean {
    return this.#shown < this.#options.count
  }

  #take(heard: Heard): void {
    if (heard.type === 'overrun') {
      this.#losses.overruns++
      this.#output.line(this.#printer.overrun())
      return
    }
    const missing = this.#losses.count(heard)
    if (missing > 0) this.#output.line(this.#printer.gap(heard.event.cpu, missing))
    // The table learns from every event, also from those that are not shown.
    const row = this.#table.row(heard.event)
    if (!this.#options.kinds.has(row.kind)) return
    this.#shown++
    this.#counts.set(row.kind, (this.#counts.get(row.kind) ?? 0) + 1)
    this.#output.line(this.#printer.event(row, heard))
  }
}
