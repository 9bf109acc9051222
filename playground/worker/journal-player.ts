// Going back: a journal has all that entered the machine, and a player takes a machine of its own to any place in it.

import type { TapEvent } from '../../src/api.js'
import { Tap } from '../../src/kernel/tap.js'
import { Watch } from '../../src/kernel/watch.js'
import { Player } from '../../src/machine/journal/index.js'
import type { MachineView } from '../shared/protocol.js'
import { ofMachine, viewOf } from './look.js'

export class JournalPlayer {
  readonly #player: Player

  /**
   * @param listener is told of every message that is played
   * @throws JournalError for bytes that are no journal of this kernel
   */
  constructor(journal: Uint8Array, listener?: (event: TapEvent) => void) {
    this.#player = new Player(journal, {
      prepare: (machine) => {
        if (listener !== undefined) new Tap(machine, new Watch(machine)).add(listener)
      },
    })
  }

  /** How many calls there are. */
  get total(): number {
    return this.#player.total
  }

  /** How many have been played. */
  get position(): number {
    return this.#player.position
  }

  get looked() {
    return ofMachine(this.#player.machine)
  }

  /** A call in words. */
  describe(call: number): string {
    return this.#player.describe(call)
  }

  /** Plays one call of the host; false at the end. @throws Error if it went another way than it is written down */
  step(): boolean {
    const more = this.#player.step()
    this.#expectSame()
    return more
  }

  /** The machine after so many calls. @throws Error if the replay went another way */
  viewAt(calls: number, step: number): MachineView {
    this.#player.seek(calls)
    this.#expectSame()
    return viewOf(this.looked, step)
  }

  #expectSame(): void {
    const { difference } = this.#player
    if (difference !== null)
      throw new Error(`the replay goes another way at call ${difference.call}: ${difference.what}`)
  }
}
