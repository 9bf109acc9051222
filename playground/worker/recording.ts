// What a run tells the page: its steps, each with the messages on the way to it.

import type { TapEvent } from '../../src/api.js'
import type { FromWorker, Sample, StepRecord } from '../shared/protocol.js'
import { EventWriter } from './event-writer.js'

export type Post = (message: FromWorker, transfer?: Transferable[]) => void

/** Where the journal stands at each step; the rest is the page's. */
export class Recording {
  readonly #post: Post
  readonly #writer = new EventWriter()
  readonly #calls: number[] = []
  #printed: string[] = []

  constructor(post: Post) {
    this.#post = post
  }

  /** How many steps there are. */
  get length(): number {
    return this.#calls.length
  }

  /** How many calls the journal had at a step. */
  callsAt(step: number): number {
    return this.#calls[step]!
  }

  /** A message or a receive on the way to the next step. */
  readonly event = (event: TapEvent): void => this.#writer.add(this.length, event)

  print(text: string): void {
    this.#printed.push(text)
  }

  /** The next step is here. */
  step(label: string, time: bigint, calls: number, sample: Sample): void {
    const printed = this.#printed
    this.#printed = []
    // At once: the code behind it may never come back.
    this.#tell({ index: this.length, label, time, printed, sample })
    this.#calls.push(calls)
  }

  #tell(step: StepRecord): void {
    const events = this.#writer.take()
    const transfer = [events.rows.buffer, events.receivers.buffer, events.bytes.buffer]
    this.#post({ type: 'step', step, events }, transfer)
  }
}
