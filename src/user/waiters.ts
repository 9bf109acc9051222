// Who waits for which socket. The kernel arms a socket and names it on its ready list; here is who is told then, first come first
// served. Timeouts are timers of the kernel, on its virtual clock.

import { LAYOUT, type Machine, readClock } from '../machine/index.js'
import { EAGAIN, ENOMEM, SO_RCVTIMEO, SO_SNDTIMEO } from '../uapi/index.js'
import { check, SystemError } from './errors.js'

interface Waiter {
  /** Tries again: the id of the socket that it has to wait for, or 0 if it is done. */
  attempt(): number
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds of virtual time, 0 for ever; without it the socket whose call is repeated says how long. */
  readonly timeout?: number
}

/** Whose call said EAGAIN. */
export interface Caller {
  timeout(name: typeof SO_RCVTIMEO | typeof SO_SNDTIMEO): number
}

/** The timeout that a negative SO_RCVTIMEO or SO_SNDTIMEO is: not to wait at all. */
export const NOT_AT_ALL = 0.001
const NS_PER_MS = 1e6
const HIGH = 2 ** 32

/** Runs `fire` in `milliseconds` of virtual time; the result takes it back. */
export function startTimer(machine: Machine, milliseconds: number, fire: () => void): () => void {
  const { ms, ns } = readClock(machine)
  const tick = ms + Math.ceil(ns / NS_PER_MS + milliseconds)
  const timer = machine.abi.timer_add(tick >>> 0, Math.floor(tick / HIGH))
  if (timer < 0) throw new SystemError(-ENOMEM, 'timer')
  const slot = machine.listWord(0)
  let pending = true
  const fn = () => {
    pending = false
    machine.unbindFunction(slot, fn)
    fire()
    return 0
  }
  machine.bindFunction(slot, fn)
  return () => {
    if (!pending) return
    pending = false
    machine.unbindFunction(slot, fn)
    machine.abi.timer_delete(timer)
  }
}

export class Waiters {
  readonly #machine: Machine
  readonly #queues = new Map<number, Waiter[]>()
  #caller: Caller | undefined
  #syscall = ''

  constructor(machine: Machine) {
    this.#machine = machine
    machine.onReady = (id) => this.#ready(id)
  }

  /** A call of a socket says EAGAIN: whoever repeats it is bound by that socket's timeout. */
  noteCall(caller: Caller, syscall: string): void {
    this.#caller = caller
    this.#syscall = syscall
  }

  // How long the call that was just tried may wait.
  #limit(): number {
    const reads = this.#machine.word(LAYOUT.WORD_BLOCKED_FOR) === LAYOUT.ARM_READ
    return this.#caller?.timeout(reads ? SO_RCVTIMEO : SO_SNDTIMEO) ?? 0
  }

  // Each one in its turn: the first that still has to wait for this socket leaves the rest waiting behind it.
  #ready(id: number): void {
    const queue = this.#queues.get(id)
    if (queue === undefined) return
    while (queue.length > 0) {
      const waiter = queue[0] as Waiter
      const next = waiter.attempt()
      if (next === id) return
      const at = queue.indexOf(waiter)
      if (at >= 0) queue.splice(at, 1)
      if (next !== 0) this.#join(next, waiter)
    }
    if (this.#queues.get(id) === queue) this.#queues.delete(id)
  }

  #join(id: number, waiter: Waiter): void {
    const queue = this.#queues.get(id)
    if (queue === undefined) this.#queues.set(id, [waiter])
    else queue.push(waiter)
  }

  #leave(waiter: Waiter): void {
    for (const [id, queue] of this.#queues) {
      const at = queue.indexOf(waiter)
      if (at < 0) continue
      queue.splice(at, 1)
      if (queue.length === 0) this.#queues.delete(id)
    }
  }

  /**
   * Resolves with what `attempt` gives once that is not undefined. It is tried now, and again whenever the socket is ready that
   * it was blocked by.
   */
  wait<T>(attempt: () => { value: T } | undefined, { signal, timeout }: WaitOptions, syscall: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let stopTimer: (() => void) | undefined
      let settled = false
      const end = (finish: () => void) => {
        settled = true
        stopTimer?.()
        signal?.removeEventListener('abort', abort)
        finish()
      }
      const tryOnce = (): number => {
        if (settled) return 0
        try {
          this.#machine.clearBlocked()
          this.#caller = undefined
          const outcome = attempt()
          if (settled) return 0
          if (outcome === undefined) return this.#arm(syscall)
          end(() => resolve(outcome.value))
        } catch (error) {
          end(() => reject(error))
        }
        return 0
      }
      const waiter: Waiter = { attempt: tryOnce }
      const abort = () => {
        this.#leave(waiter)
        end(() => reject(signal?.reason))
      }
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const id = tryOnce()
      if (id === 0) return
      // The call itself may have aborted it.
      if (signal?.aborted) return abort()
      const error = new SystemError(-EAGAIN, this.#caller === undefined ? syscall : this.#syscall)
      const limit = timeout ?? this.#limit()
      if (limit > 0 && limit <= NOT_AT_ALL) return end(() => reject(error))
      if (limit > 0) {
        stopTimer = startTimer(this.#machine, limit, () => {
          this.#leave(waiter)
          end(() => reject(error))
        })
      }
      this.#join(id, waiter)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  // Arms the socket that the last call was blocked by; without one there is nothing to wait for.
  #arm(syscall: string): number {
    const machine = this.#machine
    const id = machine.word(LAYOUT.WORD_BLOCKED)
    if (id === 0) throw new SystemError(-EAGAIN, syscall)
    check(
      machine.abi.arm_socket(machine.word(LAYOUT.WORD_BLOCKED_SOCK), machine.word(LAYOUT.WORD_BLOCKED_FOR)),
      syscall,
    )
    return id
  }
}
