// Moves what lies in the rings of a kernel: in turns of the event loop, or whenever its worker says so.

import type { Kernel } from '../api.js'
import { afterPromises } from '../sim/host-turn.js'
import { EAGAIN, u32 } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import type { RingPump as RingPumpInterface } from './api.js'
import {
  BELL_BYTES,
  BELL_SIGNAL,
  KERNEL_ASYNC,
  KERNEL_BEAT,
  KERNEL_BLOCKED,
  KERNEL_SIGNAL,
  KERNEL_WANTED,
} from './ring-memory.js'
import type { ServedRing } from './served-ring.js'
import { blockOn, whenChanged } from './shared-word.js'
import { canShare, sharingError } from './sharing.js'
import { Violation } from './violation.js'

/** Messages of one ring, each way, before another one has its turn. */
const QUANTUM = 256
/** Whoever blocks looks up so often, in milliseconds: a program may spoil the bell's word for another's ring. */
const NAP = 20
/** So often a word of each ring tells that this worker lives. */
const BEAT_EVERY = 250
/** A wait that the kernel has refused is tried again after so long. */
const AGAIN_AFTER = 20

const pumps = new WeakMap<Kernel, RingPump>()

export class RingPump implements RingPumpInterface {
  /** What every program of this kernel may ring. */
  readonly bell = new Int32Array(new SharedArrayBuffer(BELL_BYTES))
  readonly #kernel: Kernel
  #rings: readonly ServedRing[] = []
  /** Rings that a promise is under way for. */
  readonly #watched = new Set<ServedRing>()
  readonly #receiving = new Set<ServedRing>()
  readonly #sending = new Set<ServedRing>()
  #next = 0
  #scheduled = false
  #beat: ReturnType<typeof setInterval> | undefined

  private constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** The one of this kernel. @throws Error where memory cannot be shared */
  static of(kernel: Kernel): RingPump {
    let pump = pumps.get(kernel)
    if (pump === undefined) {
      if (!canShare()) throw sharingError()
      pump = new RingPump(kernel)
      pumps.set(kernel, pump)
    }
    return pump
  }

  add(ring: ServedRing): void {
    this.#rings = [...this.#rings, ring]
    this.#schedule()
    if (this.#beat !== undefined) return
    this.#beat = setInterval(() => this.#tellBeat(), BEAT_EVERY)
    // In Node a timer would keep the process.
    const timer: { unref?: () => void } | number = this.#beat
    if (typeof timer === 'object') timer.unref?.()
  }

  delete(ring: ServedRing): void {
    this.#rings = this.#rings.filter((other) => other !== ring)
    if (this.#rings.length > 0) return
    clearInterval(this.#beat)
    this.#beat = undefined
  }

  #tellBeat(): void {
    for (const { memory } of this.#rings) Atomics.add(memory.control, KERNEL_BEAT, 1)
  }

  turn(most = Number.MAX_SAFE_INTEGER, milliseconds = 0): number {
    if (!(most >= 1)) throw new RangeError('most must be at least 1')
    u32(milliseconds, 'milliseconds')
    const moved = this.#turn(most)
    if (moved > 0 || milliseconds === 0) return moved
    const end = performance.now() + milliseconds
    for (let left: number = milliseconds; left > 0; left = end - performance.now()) {
      this.#block(Math.min(left, NAP))
      const late = this.#turn(most)
      if (late > 0) return late
    }
    return 0
  }

  // A quantum for each, beginning behind the one that was the last one before.
  #turn(most: number): number {
    const rings = this.#rings
    let moved = 0
    for (let count = rings.length; count > 0 && moved < most; count--) {
      if (this.#next >= rings.length) this.#next = 0
      const ring = rings[this.#next++] as ServedRing
      moved += this.#guard(ring, () => ring.serve(Math.min(QUANTUM, most - moved)), 0)
    }
    this.#tellBeat()
    return moved
  }

  // What one ring does wrong is no concern of the others.
  #guard<T>(ring: ServedRing, look: () => T, otherwise: T): T {
    try {
      return look()
    } catch (error) {
      if (error instanceof Violation) ring.onViolation(error.message)
      else ring.fail(error)
      return otherwise
    }
  }

  #hasWork(): boolean {
    return this.#rings.some((ring) => this.#guard(ring, () => ring.hasWork, false))
  }

  #block(milliseconds: number): void {
    const rings = this.#rings
    const seen = Atomics.load(this.bell, BELL_SIGNAL)
    for (const ring of rings) ring.want(KERNEL_BLOCKED)
    if (!this.#hasWork()) blockOn(this.bell, BELL_SIGNAL, seen, milliseconds)
    for (const { memory } of rings) Atomics.and(memory.control, KERNEL_WANTED, ~KERNEL_BLOCKED)
  }

  // ---- in the event loop

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    afterPromises(() => {
      this.#scheduled = false
      if (this.#turn(Number.MAX_SAFE_INTEGER) > 0) this.#schedule()
      else this.#sleep()
    })
  }

  #sleep(): void {
    for (const ring of this.#rings) {
      const { control } = ring.memory
      const seen = Atomics.load(control, KERNEL_SIGNAL)
      ring.want(KERNEL_ASYNC)
      this.#once(this.#watched, ring, () => whenChanged(control, KERNEL_SIGNAL, seen))
      if (!ring.full) this.#once(this.#receiving, ring, () => this.#movable(ring, (most) => ring.receive(most)))
      if (ring.stalled) this.#once(this.#sending, ring, () => this.#movable(ring, (most) => ring.send(most)))
    }
    if (this.#hasWork()) this.#schedule()
  }

  /** Resolves when the kernel has had a message for it, or room. */
  #movable(ring: ServedRing, move: (most: number) => number): Promise<number> {
    const moves = () => {
      const moved = this.#guard(ring, () => move(QUANTUM), 1)
      if (moved < 0) throw new SystemError(-EAGAIN, 'waiting')
      return moved
    }
    return this.#kernel.waiting(moves, { signal: ring.ending })
  }

  #once(under: Set<ServedRing>, ring: ServedRing, wait: () => Promise<unknown>): void {
    if (under.has(ring) || ring.ended) return
    under.add(ring)
    const over = () => {
      under.delete(ring)
      if (!ring.ended) this.#schedule()
    }
    wait().then(over, (error: unknown) => {
      // A rewound kernel rejects whoever waits.
      if (ring.ended) under.delete(ring)
      else if (error instanceof SystemError) setTimeout(over, AGAIN_AFTER)
      else ring.fail(error)
    })
  }
}
