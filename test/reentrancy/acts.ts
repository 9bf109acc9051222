// What a function that the kernel calls may do in the middle of a call, and how two sides, the kernel and a model of it, keep a log.

export const ACTS = [
  'group',
  'reply',
  'byId',
  'add',
  'addOwn',
  'delOwn',
  'delOther',
  'open',
  'closeS',
  'closeL',
  'exitS',
  'ask',
  'unask',
  'insmod',
  'rmmod',
  'printk',
  'arm',
  'disarm',
  'nested',
  'throw',
] as const

export type Act = (typeof ACTS)[number]

/** Where the sequence runs. */
export type Place = 'main' | 'notice' | 'tick' | 'input' | 'bind' | 'unbind' | 'release' | 'filter' | 'dump' | 'done'

export class Boom extends Error {
  constructor() {
    super('boom')
  }
}

/** A side: it does each act, giving what the call gave, and says where it is called. */
export abstract class Side {
  readonly log: string[] = []
  #body: (() => void) | undefined
  #place: Place | undefined

  abstract act(act: Exclude<Act, 'throw'>): number

  /** From now on the first call at `place` runs the sequence. */
  prepare(place: Place, sequence: readonly Act[]): void {
    this.#place = place
    this.#body = () => this.#run(sequence)
  }

  /** To be called by every function that the kernel calls. */
  enter(place: Place, detail = ''): void {
    this.log.push(place + detail)
    if (place !== this.#place) return
    const body = this.#body
    this.#body = undefined
    body?.()
  }

  #run(sequence: readonly Act[]): void {
    for (const act of sequence) {
      if (act === 'throw') throw new Boom()
      const result = this.act(act)
      this.log.push(`${act}=${result}`)
    }
  }
}
