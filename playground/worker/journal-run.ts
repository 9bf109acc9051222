// A journal that was opened: it is played once for its messages, and its steps are the calls that made any.

import type { MachineView } from '../shared/protocol.js'
import { JournalPlayer } from './journal-player.js'
import { sampleOf, viewOf } from './look.js'
import { type Post, Recording } from './recording.js'

/** More steps nobody looks at one by one: then several calls make one. */
const MOST_STEPS = 50_000

export class JournalRun {
  readonly #recording: Recording
  readonly #journal: Uint8Array
  readonly #player: JournalPlayer

  /** @throws JournalError for bytes that are no journal of this kernel; Error for one that cannot be replayed */
  constructor(journal: Uint8Array, post: Post) {
    this.#journal = journal
    this.#recording = new Recording(post)
    this.#play()
    this.#player = new JournalPlayer(journal)
    post({ type: 'stands', view: this.look(this.#recording.length - 1) })
    post({ type: 'ended', failure: null })
  }

  #play(): void {
    let told = 0
    const player = new JournalPlayer(this.#journal, (event) => {
      told++
      this.#recording.event(event)
    })
    const every = Math.ceil(player.total / MOST_STEPS)
    const record = (label: string) => {
      const { looked, position } = player
      const { sockets, time } = looked.inspect()
      this.#recording.step(label, time, position, sampleOf(looked, sockets))
      told = 0
    }
    record('The journal begins')
    for (let call = 0; player.step(); call = player.position) {
      if (told >= every) record(player.describe(call))
    }
    record('The journal ends')
  }

  /** The machine as it was at a step. */
  look(step: number): MachineView {
    const calls = this.#recording.callsAt(step)
    return calls === this.#player.position ? viewOf(this.#player.looked, step) : this.#player.viewAt(calls, step)
  }

  journal(): Uint8Array {
    return this.#journal
  }

  /** All of it is there already. */
  until(): void {}
}
