// Virtual time: it stands still until it is told to move, or to follow real time.

import type { Clock as ClockInterface, Follower as FollowerInterface, FollowOptions } from '../api.js'
import { LAST_MS, type Machine, readClock } from '../machine/index.js'
import { asFollowing, Follower } from '../sim/index.js'
import { asNumber, signalOf, type Waiters } from '../user/index.js'

const NS_PER_MS = 1e6
/** What one call of the machine moves time by at most: just below 2^32 ms. */
const LONGEST_STEP = 2 ** 31

export class Clock implements ClockInterface {
  readonly #machine: Machine
  readonly #waiters: Waiters
  #follower: Follower | undefined

  constructor(machine: Machine, waiters: Waiters) {
    this.#machine = machine
    this.#waiters = waiters
  }

  get now(): number {
    const { ms, ns } = readClock(this.#machine)
    return ms + ns / NS_PER_MS
  }

  get now_ns(): bigint {
    this.#machine.raw.clock_read()
    return (BigInt(this.#machine.listWord(1)) << 32n) | BigInt(this.#machine.listWord(0))
  }

  advance(ms: number): void {
    this.#checkSpan(ms)
    let left = Math.floor(ms)
    const rest = Math.round((ms - left) * NS_PER_MS)
    while (left > LONGEST_STEP) {
      this.#step(LONGEST_STEP, 0)
      left -= LONGEST_STEP
    }
    this.#step(left, rest)
    this.#machine.settle()
  }

  #checkSpan(ms: number): void {
    asNumber(ms, 'ms')
    if (!(ms >= 0) || !Number.isFinite(ms)) throw new RangeError(`ms must be a finite number, 0 or more, not ${ms}`)
    if (this.now + ms > LAST_MS)
      throw new RangeError(`virtual time ends at ${LAST_MS} ms, which is before ${ms} ms from now`)
  }

  runUntilIdle(): void {
    this.#step(0, 0)
    this.#machine.settle()
  }

  sleep(ms: number, options: { signal?: AbortSignal } = {}): Promise<void> {
    this.#checkSpan(ms)
    return this.#waiters.sleep(ms, signalOf(options))
  }

  /**
   * Ties virtual time to real time, by a timer of the host: at each look virtual time moves by what has gone by, and what is due runs. It
   * keeps a process of Node alive until it is stopped; the end of the kernel stops it. It never runs inside of a callback.
   *
   * @throws Error if the clock follows already, or the kernel was halted; TypeError, RangeError for the options
   * @example
   * using following = kernel.clock.follow({ longest: 1000 })
   */
  follow(options: FollowOptions = {}): FollowerInterface {
    const following = asFollowing(options)
    if (this.#follower?.running) throw new Error('the clock follows real time already: stop that first')
    // Throws if the kernel was halted.
    this.#machine.raw.clock_read()
    this.#follower = new Follower(this.#machine, this, LAST_MS, following)
    return this.#follower
  }

  /** The kernel was halted: nothing is to be followed any more. */
  stop(): void {
    this.#follower?.stop()
  }

  #step(ms: number, ns: number): void {
    const result = this.#machine.abi.clock_advance(ms, ns)
    if (result < 0) throw new Error('time moves already: a function that the clock has called cannot move it')
  }
}
