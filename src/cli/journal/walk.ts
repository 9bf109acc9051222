// Going forth and back in a journal: what each key does. The terminal is somewhere else.

import { listLine } from './list.js'
import type { OpenedJournal } from './opened.js'
import { placeAt } from './state.js'
import { placeLines, stateLines, type TextOptions } from './state-text.js'

/** Calls around the place that `l` lists. */
const AROUND = 8

/** The keys, for whoever asks. */
export const KEYS = 'n next, p back, g N go to call N, l list the calls around, a all messages, q quit'

export class Walk {
  readonly #journal: OpenedJournal
  readonly #text: TextOptions
  #at: number

  constructor(journal: OpenedJournal, at: number, text: TextOptions) {
    this.#journal = journal
    this.#text = text
    this.#at = at
  }

  /** Where it is. */
  get at(): number {
    return this.#at
  }

  /** What the terminal shows before each key. */
  get prompt(): string {
    return `${this.#at}/${this.#journal.total}> `
  }

  /** What a line that the user has entered leads to; null: the end. */
  enter(line: string): string[] | null {
    const [key = '', operand = ''] = line.trim().split(/\s+/)
    switch (key) {
      case 'q':
        return null
      case '':
      case 'n':
        return this.#goTo(this.#next(), 'this is the end')
      case 'p':
        return this.#goTo(this.#previous(), 'this is where the journal begins')
      case 'g':
        return this.#goToNumber(operand)
      case 'l':
        return this.#list()
      case 'a':
        return this.show({ ...this.#text, all: true })
      default:
        return [KEYS]
    }
  }

  /** The state here. */
  show(text: TextOptions = this.#text): string[] {
    const place = placeAt(this.#journal, this.#at)
    return [...placeLines(place, text.paint), ...stateLines(place, text)]
  }

  #goTo(at: number, stays: string): string[] {
    if (at === this.#at) return [stays]
    this.#at = at
    return this.show()
  }

  #goToNumber(operand: string): string[] {
    const n = /^-?\d+$/.test(operand) ? Number(operand) : Number.NaN
    const { total } = this.#journal
    const at = n < 0 ? total + n : n
    if (!(at >= 0 && at <= total)) return [`g takes the number of a call, 0 to ${total}, or from the end with a minus`]
    return this.#goTo(at, 'this is where we are')
  }

  // Over what callbacks have called: g goes into them.
  #next(): number {
    const { player, total } = this.#journal
    for (let n = this.#at + 1; n < total; n++) if (player.outermost(n) === n) return n
    return total
  }

  #previous(): number {
    return this.#at === 0 ? 0 : this.#journal.player.outermost(this.#at - 1)
  }

  #list(): string[] {
    const from = Math.max(0, this.#at - AROUND)
    const to = Math.min(this.#journal.total, this.#at + AROUND)
    const calls = Array.from({ length: to - from }, (_, i) => from + i)
    return calls.map((n) => `${n === this.#at ? '>' : ' '} ${listLine(this.#journal, n)}`)
  }
}
