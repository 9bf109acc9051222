// A journal that a command works on: the file, read and checked, and the machine at any call, also at one inside of another.

import { readFileSync } from 'node:fs'
import { Kernel } from '../../kernel/index.js'
import { Snapshot } from '../../kernel/snapshot.js'
import { provideEmbedded } from '../../machine/embedded.js'
import { imageOf } from '../../machine/index.js'
import { type Difference, Player, type PlayerOptions } from '../../machine/journal/index.js'
import { InputError } from '../frame/errors.js'
import { userPath } from '../frame/paths.js'
import { Progress, share } from '../frame/progress.js'
import type { Surroundings } from '../frame/surroundings.js'
import { counted } from '../frame/table.js'
import { PIPE } from './options/shared.js'
import { RunningCalls } from './running-calls.js'

/** Calls between two looks at the progress. */
const LEG = 1 << 14
const INTERVAL_MS = 50
const STDIN = 0

// Who replays makes machines without the package's own entry.
provideEmbedded()

/**
 * The bytes of a file, or of stdin.
 *
 * @throws InputError if it cannot be read
 */
export function readInput(path: string, { env }: Pick<Surroundings, 'env'>): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path === PIPE ? STDIN : userPath(path, env, 'start')))
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${(error as Error).message}`)
  }
}

/**
 * What `work` gives; what it finds wrong with a journal becomes an error of the input.
 *
 * @throws InputError
 */
export function ofJournal<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    // JournalError, which names the byte, is one; a machine that is too large for this computer another.
    if (error instanceof RangeError) throw new InputError(`${path === PIPE ? 'stdin' : path}: ${error.message}`)
    throw error
  }
}

/** A call that the replay does not come to: it has gone another way before. */
export class UnreachableError extends InputError {
  override readonly name = 'UnreachableError'
  /** The outermost call in which it went another way: the state before that one can be reached. */
  readonly outermost: number

  constructor(n: number, total: number, outermost: number, { call, what }: Difference) {
    const wanted = n === total ? 'the end' : `call ${n}`
    super(`${wanted} cannot be reached: the replay goes another way at call ${call}: ${what}`)
    this.outermost = outermost
  }
}

export class OpenedJournal {
  readonly bytes: Uint8Array
  readonly player: Player
  readonly #progress: Progress
  readonly #running: RunningCalls

  /**
   * @param options what the player takes
   * @throws InputError for what cannot be read, or is no journal of this kernel
   */
  constructor(path: string, around: Surroundings, options: PlayerOptions = {}) {
    this.bytes = readInput(path, around)
    this.#progress = new Progress(around.stderr, INTERVAL_MS)
    this.player = ofJournal(path, () => new Player(this.bytes, options))
    this.#running = new RunningCalls(this.player)
  }

  get total(): number {
    return this.player.total
  }

  /** A call in words. */
  describe(n: number): string {
    return this.player.describe(n)
  }

  /** The number of the call, from what a user wrote. @throws InputError if there are not so many calls */
  resolve(option: string, at: number, most = this.total): number {
    const n = at < 0 ? this.total + at : at
    if (n >= 0 && n <= most) return n
    const range = this.total === 0 ? '' : `: 0 to ${most}, or -1 to -${this.total}`
    throw new InputError(`${option} ${at}: the journal has ${counted(this.total, 'call')}${range}`)
  }

  /**
   * Plays up to just before a call, also if a function made it that another call runs.
   *
   * @param look is called there: the machine stands still
   * @throws UnreachableError if the replay goes another way before
   */
  stopBefore<T>(n: number, look: () => T): T {
    const { player } = this
    if (n < player.total && player.outermost(n) !== n) return this.play(n, look)
    this.#seek(n)
    this.#mustHaveReached(n)
    return look()
  }

  /**
   * Plays a call, and the outermost one around it to its end.
   *
   * @param look is called just before the call: the machine stands still
   * @throws UnreachableError if the replay goes another way before
   */
  play<T>(n: number, look: () => T): T {
    const { player } = this
    this.#seek(player.outermost(n))
    this.#mustHaveReached(n)
    let seen: { readonly value: T } | { readonly error: unknown } | undefined
    // What is thrown in there must not look like a failure of the machine.
    this.#running.stepThrough(n, () => {
      try {
        seen = { value: look() }
      } catch (error) {
        seen = { error }
      }
    })
    return this.#valueOf(n, seen)
  }

  #valueOf<T>(n: number, seen: { readonly value: T } | { readonly error: unknown } | undefined): T {
    if (seen === undefined) this.#mustHaveReached(n)
    const one = seen ?? { error: new Error(`call ${n} was not made`) }
    if ('error' in one) throw one.error
    return one.value
  }

  /** The number of the innermost call that runs; undefined if none does. */
  get running(): number | undefined {
    return this.#running.innermost
  }

  /** A kernel of its own that is as the machine is now: nothing that is done to it changes anything else. */
  kernelHere(): Kernel {
    const { machine } = this.player
    return Kernel.restore(new Snapshot({ config: machine.config, image: imageOf(machine), time: 0n, timers: [] }))
  }

  /** Plays on to the end, or to where it goes another way. */
  async playAll(each: () => Promise<void> | undefined): Promise<Difference | null> {
    const { player } = this
    for (let n = 0; player.step(); n++) {
      if (n % LEG === 0) this.#show()
      const more = each()
      if (more !== undefined) await more
    }
    this.#progress.clear()
    return player.difference
  }

  #seek(n: number): void {
    const { player } = this
    for (let leg = player.position + LEG; leg < n; leg += LEG) {
      player.seek(leg)
      this.#show()
    }
    player.seek(n)
    this.#progress.clear()
  }

  #show(): void {
    this.#progress.show(() => share('replaying calls', this.player.position, this.total))
  }

  #mustHaveReached(n: number): void {
    const { difference } = this.player
    if (difference === null) return
    throw new UnreachableError(n, this.total, this.player.outermost(difference.call), difference)
  }
}
