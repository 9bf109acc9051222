// kernel.journal: recording, from boot on or from any moment at which the machine is at rest.

import type { Journal as JournalInterface } from '../../api.js'
import { imageOf, record } from '../image.js'
import type { Machine } from '../machine.js'
import { encodeJournal } from './format.js'
import { JournalRecorder } from './recorder.js'

interface Recording {
  readonly recorder: JournalRecorder
  /** Where it began, if not as booted. */
  readonly image: Uint8Array | null
  /** The state's digest when the machine was taken down, which is the end. */
  last: readonly [low: number, high: number] | null
}

export class Journal implements JournalInterface {
  readonly #machine: Machine
  #recording: Recording | null = null
  /** What was recorded last. */
  #counts = { calls: 0, size: 0 }

  constructor(machine: Machine) {
    this.#machine = machine
  }

  get recording(): boolean {
    return this.#recording !== null
  }

  get calls(): number {
    return this.#recording === null ? this.#counts.calls : this.#recording.recorder.calls
  }

  get size(): number {
    return this.#recording === null ? this.#counts.size : sizeOf(this.#recording)
  }

  start(): void {
    this.#begin(() => imageOf(this.#machine))
  }

  /** Starts recording at a machine that has only been booted: no image is needed. */
  startAtBoot(): void {
    this.#begin(() => null)
  }

  #begin(image: () => Uint8Array | null): void {
    if (this.#recording !== null) throw new Error('the journal records already')
    this.#mustRest('be started')
    const recording: Recording = {
      recorder: new JournalRecorder(this.#machine, () => {
        recording.last = this.#hash()
      }),
      image: image(),
      last: null,
    }
    record(this.#machine, recording.recorder)
    this.#recording = recording
  }

  stop(): Uint8Array {
    const journal = this.#encode('stopped')
    const recording = this.#recording as Recording
    if (recording.last === null) record(this.#machine, null)
    this.#counts = { calls: recording.recorder.calls, size: sizeOf(recording) }
    this.#recording = null
    return journal
  }

  export(): Uint8Array {
    return this.#encode('exported')
  }

  #encode(what: string): Uint8Array {
    if (this.#recording === null) throw new Error('the journal does not record')
    const { recorder, image, last } = this.#recording
    // A halted machine tells nothing any more, but has said the last.
    if (last === null) this.#mustRest(`be ${what}`)
    const { calls } = recorder
    return encodeJournal({
      config: this.#machine.config,
      image,
      length: recorder.tape.length,
      copyTo: (into, at) => recorder.copyTo(into, at),
      calls,
      hash: last ?? this.#hash(),
    })
  }

  #hash(): readonly [low: number, high: number] {
    this.#machine.raw.state_hash()
    return [this.#machine.listWord(0), this.#machine.listWord(1)]
  }

  #mustRest(what: string): void {
    if (this.#machine.atRest) return
    throw new Error(`the journal cannot ${what} while the kernel calls functions or wakes somebody`)
  }
}

function sizeOf({ recorder, image }: Recording): number {
  return recorder.tape.length * 4 + (image?.length ?? 0)
}
