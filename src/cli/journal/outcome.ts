// What in a journal became of the message that a call sends: the tap tells while the call is played.

import type { TapMessage } from '../../index.js'
import { messageWords } from '../../kernel/facts.js'
import { Tap } from '../../kernel/tap.js'
import { Watch } from '../../kernel/watch.js'
import { LAYOUT, type Machine } from '../../machine/index.js'

/** Listens to a machine; of all messages it keeps the first one that one call sends itself. */
export class Outcome {
  /** The message, when it has been sent. */
  message: TapMessage | undefined
  #number: number | undefined

  /**
   * To be made before the machine plays anything.
   *
   * @param place where the player is: not yet near the call whose message is wanted, near it, or in it
   */
  constructor(machine: Machine, place: () => 'far' | 'near' | 'in') {
    new Tap(machine, new Watch(machine)).add((event) => {
      if (event.kind === 'message' && event.number === this.#number) this.message = event
    })
    const { onTap } = machine
    machine.onTap = (message, code) => {
      const at = place()
      // A tap puts together what it tells: too much for the million of messages that nobody asked about.
      if (at === 'far') return
      if (at === 'in' && code === LAYOUT.TAP_BEGIN) this.#number ??= messageWords(machine, message).number
      onTap(message, code)
    }
  }
}
