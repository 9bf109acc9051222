// Virtual time that follows real time: looks at the host's clock again and again, and moves virtual time by what has gone by.

import type { Clock, Follower as FollowerInterface, FollowOptions } from '../api.js'
import type { Machine } from '../machine/index.js'
import { asHook, asNumber, asOptions } from '../user/index.js'

/** Real milliseconds between two looks. */
const DEFAULT_INTERVAL = 10
/** What a timer of the host takes at most. */
const LONGEST_INTERVAL = 2 ** 31 - 1

/** FollowOptions, checked. */
export interface Following {
  readonly speed: number
  readonly interval: number
  readonly longest: number
  readonly onError: ((error: unknown) => void) | undefined
}

/**
 * What the options say, with what they leave out.
 * @throws TypeError, RangeError for what they cannot say
 */
export function asFollowing(options: FollowOptions): Following {
  const {
    speed = 1,
    interval = DEFAULT_INTERVAL,
    longest,
    onError,
  } = asOptions(options, 'options', { speed: 1, interval: 1, longest: 1, onError: 1 })
  asPositive(interval, 'interval')
  if (interval > LONGEST_INTERVAL) throw new RangeError(`interval must be ${LONGEST_INTERVAL} at most, not ${interval}`)
  return {
    speed: asPositive(speed, 'speed'),
    interval,
    longest: longest === undefined ? Number.POSITIVE_INFINITY : asPositive(longest, 'longest'),
    onError: asHook(onError, 'onError'),
  }
}

function asPositive(value: number, name: string): number {
  asNumber(value, name)
  if (!(value > 0 && Number.isFinite(value)))
    throw new RangeError(`${name} must be a finite number above 0, not ${value}`)
  return value
}

export class Follower implements FollowerInterface {
  readonly #machine: Machine
  readonly #clock: Pick<Clock, 'advance' | 'now'>
  readonly #options: Following
  /** Where virtual time ends, in milliseconds. */
  readonly #end: number
  /** Real time at the last look, in milliseconds. */
  #seen = performance.now()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Follows from now on. */
  constructor(machine: Machine, clock: Pick<Clock, 'advance' | 'now'>, end: number, options: Following) {
    this.#machine = machine
    this.#clock = clock
    this.#end = end
    this.#options = options
    this.#lookLater()
  }

  get running(): boolean {
    return this.#timer !== undefined
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => this.#look(), this.#options.interval)
  }

  // What is to come is arranged first: whatever a callback throws, time goes on; and a callback may stop it.
  #look(): void {
    this.#lookLater()
    // A host that runs timers inside of a callback: that time is made up for at the next look.
    if (!this.#machine.atRest) return
    const { speed, longest, onError } = this.#options
    const seen = performance.now()
    const passed = Math.max(seen - this.#seen, 0) * speed
    this.#seen = seen
    try {
      this.#clock.advance(Math.max(Math.min(passed, longest, this.#end - this.#clock.now), 0))
    } catch (error) {
      if (onError === undefined) throw error
      onError(error)
    }
  }
}
