// Virtual time, timers, and whose turn it is.

/** A timer on the virtual clock. It fires once, `expires` being a number of jiffies; arm it again for the next time. */
export interface Timer {
  /** When it will fire, or last fired, in jiffies. */
  readonly expires: number
  /** Whether it is armed. */
  readonly pending: boolean
}

/** Virtual time. It stands still until it is told to move. */
export interface Clock {
  /** Milliseconds since boot, with fractions. */
  readonly now: number
  /** Nanoseconds since boot. */
  readonly now_ns: bigint
  /** Moves time by `ms`, running due timers and queued work in order. */
  advance(ms: number): void
  /** Runs what is queued or due now; time does not move. */
  runUntilIdle(): void
  /** Resolves `ms` of virtual time later; 0 gives up the turn of a program. Rejects with the signal's reason, or ENOMEM. */
  sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void>
  /** Ties virtual time to real time, for applications: from now on it moves by itself until stop(). */
  follow(options?: FollowOptions): Follower
}

export interface FollowOptions {
  /** Virtual milliseconds for each real one; 1 by default. */
  readonly speed?: number
  /** Real milliseconds between two looks at the real clock; 10 by default. */
  readonly interval?: number
  /** Virtual milliseconds of one step at most, for hosts that sleep; without end by default. */
  readonly longest?: number
  /** Who is told what a callback threw; by default nobody catches it, as with any timer of the host. */
  readonly onError?: (error: unknown) => void
}

/** Virtual time that follows real time. */
export interface Follower {
  readonly running: boolean
  stop(): void
  [Symbol.dispose](): void
}

/** Which of several ready tasks or pieces of queued work runs next. */
export type SchedulePolicy =
  /** The one that has been ready longest. */
  | 'fifo'
  /** Any, by a generator of this seed. */
  | { readonly seed: number }
  /** As recorded: each entry an index into what was ready, in the order in which it became so; the first one when the list ends. */
  | { readonly decisions: readonly number[] }

/** Programs of tasks, and who is next. */
export interface Schedule {
  policy: SchedulePolicy
  /** Whether time moves to the next timer when everybody waits; false by default. */
  autoAdvance: boolean
  /** The choices made since boot, where there was more than one to choose from: what `{ decisions }` takes. */
  readonly decisions: readonly number[]
  /** Resolves when nothing is ready any more; `stuck` names the programs that wait. Rejects with what programs or callbacks threw. */
  idle(): Promise<{ readonly stuck: readonly string[] }>
}
