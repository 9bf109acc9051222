// One run as the page knows it: the worker behind it, its steps, its messages, and the machine at steps that were looked at.

import { GrowingWords } from '../shared/growing.js'
import type { Knobs } from '../shared/knobs.js'
import type { Failure, FromWorker, MachineView, StepRecord, ToWorker } from '../shared/protocol.js'
import { EventLog } from './event-log.js'
import { startWorker } from './start-worker.js'

/** What a run is of. */
export type Source =
  | { readonly kind: 'scene'; readonly code: string; readonly knobs: Knobs; readonly file: Uint8Array | null }
  | { readonly kind: 'journal'; readonly journal: Uint8Array }

/** `starting`, then `running` and `standing` in turn; `ended` by itself, `stopped` by the user. */
export type Status = 'starting' | 'running' | 'standing' | 'ended' | 'stopped'

/** So many machines are kept: a look at another step asks the worker. */
const MOST_VIEWS = 48

export class Session {
  readonly steps: StepRecord[] = []
  readonly events = new EventLog()
  /** Messages of each step, and how many copies of them were lost: two words for each step. */
  readonly counts = new GrowingWords()
  status: Status = 'starting'
  failure: Failure | null = null
  readonly #worker: Worker
  readonly #modules: Readonly<Record<string, string>>
  readonly #changed: () => void
  readonly #refused: (why: string) => void
  readonly #views = new Map<number, MachineView>()
  readonly #asked = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: Error): void }>()
  #asks = 0
  /** When the worker was asked or has answered last. */
  #news = performance.now()
  #until = 0
  /** The step that the worker looks at for us. */
  #looking: number | null = null
  #wanted = 0
  /** Steps that the worker cannot show: it is not asked again. */
  readonly #hidden = new Set<number>()

  /**
   * @param changed is called whenever there is anything new to show
   * @param refused is told why something cannot be shown
   */
  constructor(source: Source, changed: () => void, refused: (why: string) => void) {
    this.#changed = changed
    this.#refused = refused
    const { worker, modules } = startWorker()
    this.#worker = worker
    this.#modules = modules
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#told(data))
    worker.addEventListener('error', (event) => refused(`the worker failed: ${event.message}`))
    this.#begin(source)
  }

  #begin(source: Source): void {
    if (source.kind === 'journal') this.#post({ type: 'open', journal: source.journal })
    else this.#post({ type: 'run', modules: this.#modules, ...source } as ToWorker)
  }

  #post(message: ToWorker): void {
    this.#news = performance.now()
    this.#worker.postMessage(message)
  }

  /** The number of the last step that is known. */
  get last(): number {
    return Math.max(0, this.steps.length - 1)
  }

  /** Whether further steps may come. */
  get open(): boolean {
    return this.status !== 'ended' && this.status !== 'stopped'
  }

  /** For how many milliseconds the code has been running without a word; 0 if it does not run. */
  get silence(): number {
    return this.status === 'running' || this.status === 'starting' ? performance.now() - this.#news : 0
  }

  // ---- what the user wants

  /** The scene may go on up to this step. */
  until(step: number): void {
    if (step === this.#until || !this.open) return
    this.#until = step
    if (this.status === 'standing' && step > this.last) this.status = 'running'
    this.#post({ type: 'until', step })
  }

  /**
   * The machine at a step; undefined if it has to be asked for, then `changed` is called when it is there. While a scene runs nothing
   * is asked: it would have to be played from its beginning, and where it comes to stand is told anyway.
   */
  viewAt(step: number): MachineView | undefined {
    const view = this.#views.get(step)
    this.#wanted = step
    const rests = this.status !== 'running' && this.status !== 'stopped'
    const canLook = this.#looking === null && rests && step < this.steps.length
    if (view === undefined && canLook && !this.#hidden.has(step)) {
      this.#looking = step
      this.#post({ type: 'look', step })
    }
    return view
  }

  /** The journal of all that entered the machine, or a capture of its messages. @throws (rejects) Error */
  export(what: 'journal' | 'pcapng'): Promise<Uint8Array> {
    if (this.status === 'stopped') return Promise.reject(new Error('the run was stopped: run it again to save it'))
    const ask = this.#asks++
    this.#post({ type: 'export', ask, what })
    return new Promise((resolve, reject) => this.#asked.set(ask, { resolve, reject }))
  }

  /** Ends the worker, whatever it does. What is known stays. */
  stop(): void {
    this.#worker.terminate()
    for (const { reject } of this.#asked.values()) reject(new Error('the run was stopped'))
    this.#asked.clear()
    if (this.open) this.status = 'stopped'
  }

  // ---- what the worker says

  #told(message: FromWorker): void {
    this.#news = performance.now()
    switch (message.type) {
      case 'step':
        if (this.status === 'starting') this.status = 'running'
        this.#addStep(message)
        break
      case 'stands':
        // It may have been let go on meanwhile.
        this.status = this.#until > message.view.step ? 'running' : 'standing'
        this.#keep(message.view)
        break
      case 'view':
        this.#looking = null
        this.#keep(message.view)
        if (!this.#views.has(this.#wanted)) this.viewAt(this.#wanted)
        break
      case 'ended':
        this.status = 'ended'
        this.failure = message.failure
        break
      case 'exported':
        this.#asked.get(message.ask)?.resolve(message.bytes)
        this.#asked.delete(message.ask)
        break
      case 'refused':
        this.#wasRefused(message.ask, message.why)
    }
    this.#changed()
  }

  #wasRefused(ask: number | null, why: string): void {
    if (ask === null && this.#looking !== null) this.#hidden.add(this.#looking)
    this.#looking = null
    const asked = ask === null ? undefined : this.#asked.get(ask)
    if (asked === undefined) {
      if (this.status === 'starting') this.status = 'ended'
      this.#refused(why)
      return
    }
    this.#asked.delete(ask as number)
    asked.reject(new Error(why))
  }

  #addStep({ step, events }: Extract<FromWorker, { type: 'step' }>): void {
    const before = this.events.length
    this.steps.push(step)
    this.events.append(events)
    let messages = 0
    let lost = 0
    for (let index = before; index < this.events.length; index++) {
      if (!this.events.isMessage(index)) continue
      messages++
      lost += this.events.lost(index)
    }
    this.counts.add([messages, lost])
  }

  #keep(view: MachineView): void {
    this.#views.delete(view.step)
    this.#views.set(view.step, view)
    if (this.#views.size > MOST_VIEWS) this.#views.delete(this.#views.keys().next().value as number)
  }
}
