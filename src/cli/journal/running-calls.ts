// Which call of a journal runs: a player tells how many have begun, and some of them run inside of others.

import type { Machine } from '../../machine/index.js'
import type { Player } from '../../machine/journal/index.js'

type AnyCall = (...args: number[]) => number

export class RunningCalls {
  readonly #player: Player
  /** Their numbers, outermost first. */
  readonly #running: number[] = []
  #wanted: { readonly n: number; readonly look: () => void } | undefined

  /** From now on: the player makes each call through machine.raw, when everything that the call reads lies in its place. */
  constructor(player: Player) {
    this.#player = player
    const { machine } = player
    const calls = Object.entries(machine.raw) as [string, AnyCall][]
    machine.raw = Object.fromEntries(calls.map(([name, call]) => [name, this.#told(call)])) as unknown as Machine['raw']
  }

  /** The number of the innermost call that runs; undefined if none does. */
  get innermost(): number | undefined {
    return this.#running.at(-1)
  }

  /** Plays an outermost call; `look` is called once, just before call `n` within it is made, and must not throw. */
  stepThrough(n: number, look: () => void): void {
    this.#wanted = { n, look }
    this.#player.step()
    this.#wanted = undefined
  }

  // Calls that only look are no part of a journal: they count as the one that they are made in.
  #told(call: AnyCall): AnyCall {
    return (...args) => {
      this.#running.push(this.#player.position - 1)
      this.#lookBefore()
      try {
        return call(...args)
      } finally {
        this.#running.pop()
      }
    }
  }

  #lookBefore(): void {
    const wanted = this.#wanted
    if (wanted === undefined || wanted.n !== this.innermost) return
    this.#wanted = undefined
    wanted.look()
  }
}
