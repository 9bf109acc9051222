// Who waits for which socket. The kernel arms a socket and names it on its ready list; here is who is told then, first come first
// served, or when a scheduler says so. Timeouts are timers of the kernel, on its virtual clock.

import { LAYOUT, type Machine } from '../machine/index.js'
import { EAGAIN, SO_RCVTIMEO, SO_SNDTIMEO } from '../uapi/index.js'
import { check, SystemError } from './errors.js'
import { Sleep } from './sleep.js'
import { startTimer } from './virtual-timer.js'

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds of virtual time, 0 for ever; without it the socket whose call is repeated says how long. */
  readonly timeout?: number
}

/** Whose call said EAGAIN. */
export interface Caller {
  timeout(name: typeof SO_RCVTIMEO | typeof SO_SNDTIMEO): number
}

/** A wait as a scheduler sees it. */
export interface Wait {
  /** The id of the socket that it was blocked by when it was last tried; 0 if it has not been tried. */
  readonly socket: number
  /** What for: LAYOUT.ARM_READ or LAYOUT.ARM_ROOM. */
  readonly what: number
  /** Tries: it ends, or waits on. */
  resume(): void
}

/** Says when a wait is tried. Without one it is tried at once. */
export interface Scheduler {
  /** A wait may go on: resume() is to be called, once for any number of these calls. The first call is that of its beginning. */
  ready(wait: Wait): void
  /** It has ended: nothing more is to be called. */
  ended(wait: Wait): void
}

/** Gives a value, or undefined if it has to wait: then the machine has noted for which socket. */
type Call<T> = () => { value: T } | undefined

/** The timeout that a negative SO_RCVTIMEO or SO_SNDTIMEO is: not to wait at all. */
export const NOT_AT_ALL = 0.001
/** The list words of a socket: its pending error is above its flags, and here is how many messages are queued. */
const ERROR_SHIFT = 24
const QUEUED = 13

export class Waiters {
  readonly #machine: Machine
  /** The lines, by the id of the socket. */
  readonly #queues = new Map<number, Waiting<unknown>[]>()
  /** Those that have to wait, oldest first. */
  readonly #pending = new Set<{ cancel(error: unknown): void }>()
  #scheduler: Scheduler | undefined
  #caller: Caller | undefined
  #syscall = ''

  constructor(machine: Machine) {
    this.#machine = machine
    machine.onReady = (id) => this.#ready(id)
  }

  /** From now on waits are tried when it says so. */
  get scheduler(): Scheduler | undefined {
    return this.#scheduler
  }

  set scheduler(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  /** A call of a socket says EAGAIN: whoever repeats it is bound by that socket's timeout. */
  noteCall(caller: Caller, syscall: string): void {
    this.#caller = caller
    this.#syscall = syscall
  }

  /**
   * Resolves with what `call` gives once that is not undefined. It is tried now (with a scheduler: when that says so), and again
   * whenever the socket is ready that it was blocked by.
   */
  wait<T>(call: Call<T>, options: WaitOptions, syscall: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const wait = new Waiting<T>({ waiters: this, machine: this.#machine, call, options, syscall, resolve, reject })
      if (this.#scheduler === undefined) {
        wait.resume()
        return
      }
      this.#pending.add(wait as Waiting<unknown>)
      this.#scheduler.ready(wait)
    })
  }

  /** Resolves in `milliseconds` of virtual time; 0: at once, or with a scheduler at its next turn. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const wait = new Sleep({ waiters: this, machine: this.#machine, milliseconds, signal, resolve, reject })
      this.#pending.add(wait)
      if (this.#scheduler === undefined) wait.resume()
      else this.#scheduler.ready(wait)
    })
  }

  /**
   * Rejects whatever waits, in the order in which it began to; nobody is in a line afterwards. To be called while the machine still has
   * the timers of these waits: it takes them back.
   */
  rejectAll(error: unknown): void {
    for (const wait of [...this.#pending]) wait.cancel(error)
  }

  // Each one in its turn: the first that still has to wait for this socket leaves the rest waiting behind it. A scheduler is told of all.
  #ready(id: number): void {
    const queue = this.#queues.get(id)
    if (queue === undefined) return
    if (this.#scheduler !== undefined) {
      this.#queues.delete(id)
      for (const wait of queue) wait.line = 0
      for (const wait of queue) this.#scheduler.ready(wait)
      return
    }
    while (queue.length > 0) {
      const wait = queue[0] as Waiting<unknown>
      const next = wait.attempt()
      if (next === id) return
      this.leave(wait)
      if (next !== 0) this.join(next, wait)
    }
    if (this.#queues.get(id) === queue) this.#queues.delete(id)
  }

  // ---- for the waits themselves

  /** At the end of a socket's line. */
  join<T>(id: number, given: Waiting<T>): void {
    const wait = given as Waiting<unknown>
    this.#pending.add(wait)
    wait.line = id
    const queue = this.#queues.get(id)
    if (queue === undefined) this.#queues.set(id, [wait])
    else queue.push(wait)
  }

  /** Out of its line, if it is in one. */
  leave<T>(wait: Waiting<T>): void {
    const queue = this.#queues.get(wait.line)
    if (queue === undefined) return
    queue.splice(queue.indexOf(wait as Waiting<unknown>), 1)
    if (queue.length === 0) this.#queues.delete(wait.line)
    wait.line = 0
  }

  /** It is over. */
  ended(wait: Wait & { cancel(error: unknown): void }): void {
    this.#pending.delete(wait)
    this.#scheduler?.ended(wait)
  }

  /** Makes a call, whose EAGAIN will be noted. */
  make<T>(call: Call<T>): ReturnType<Call<T>> {
    this.#machine.clearBlocked()
    this.#caller = undefined
    return call()
  }

  /** How long the call that was just tried may wait, in milliseconds; 0 is for ever. */
  limit(): number {
    const reads = this.#machine.word(LAYOUT.WORD_BLOCKED_FOR) === LAYOUT.ARM_READ
    return this.#caller?.timeout(reads ? SO_RCVTIMEO : SO_SNDTIMEO) ?? 0
  }

  /** What the call that was just tried says when it may not wait any longer. */
  refusal(syscall: string): SystemError {
    return new SystemError(-EAGAIN, this.#caller === undefined ? syscall : this.#syscall)
  }
}

interface WaitingInit<T> {
  readonly waiters: Waiters
  readonly machine: Machine
  readonly call: Call<T>
  readonly options: WaitOptions
  readonly syscall: string
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** One call that is repeated until it need not wait any more. */
class Waiting<T> implements Wait {
  readonly #init: WaitingInit<T>
  socket = 0
  what = 0
  /** The socket in whose line it stands; 0 in none. */
  line = 0
  #begun = false
  #settled = false
  #late = false
  /** What it ends with when time is up. */
  #refusal: SystemError | undefined
  #stopTimer: (() => void) | undefined

  constructor(init: WaitingInit<T>) {
    this.#init = init
  }

  resume(): void {
    if (this.#settled) return
    const { waiters, options } = this.#init
    const id = options.signal?.aborted ? 0 : this.attempt()
    // The call itself may have aborted it.
    if (options.signal?.aborted) this.#reject(options.signal.reason)
    else if (id === 0) return
    else if (this.#late) this.#reject(this.#refusal)
    else if (this.#begun || this.#begin()) waiters.join(id, this)
  }

  /** Tries again: the id of the socket that it has to wait for, or 0 if it is done. */
  attempt(again = true): number {
    if (this.#settled) return 0
    try {
      const outcome = this.#init.waiters.make(this.#init.call)
      if (this.#settled) return 0
      // Who was woken by the call, or a listener, may have sent to the very socket that it found empty, or read the full one.
      if (outcome === undefined) return again && this.#canGoOn() ? this.attempt(false) : this.#arm()
      this.#end()
      this.#init.resolve(outcome.value)
    } catch (error) {
      this.#reject(error)
    }
    return 0
  }

  /** It ends with this error, now. */
  cancel(error: unknown): void {
    this.#init.waiters.leave(this)
    this.#reject(error)
  }

  // It has to wait for the first time: for how long? False if it may not at all.
  #begin(): boolean {
    const { waiters, machine, options, syscall } = this.#init
    this.#begun = true
    this.#refusal = waiters.refusal(syscall)
    const limit = options.timeout ?? waiters.limit()
    if (limit > 0 && limit <= NOT_AT_ALL) {
      this.#reject(this.#refusal)
      return false
    }
    try {
      if (limit > 0) this.#stopTimer = startTimer(machine, limit, () => this.#expire())
    } catch (error) {
      this.#reject(error)
      return false
    }
    options.signal?.addEventListener('abort', this.#abort, { once: true })
    return true
  }

  // Whether the socket that the last call was blocked by has something to read by now, or is empty: nobody would ever tell.
  #canGoOn(): boolean {
    const { machine } = this.#init
    if (machine.word(LAYOUT.WORD_BLOCKED) === 0) return false
    machine.raw.socket_describe(machine.word(LAYOUT.WORD_BLOCKED_SOCK))
    const [flags, queued] = [machine.listWord(0), machine.listWord(QUEUED)] as const
    if (machine.word(LAYOUT.WORD_BLOCKED_FOR) === LAYOUT.ARM_READ) return queued > 0 || flags >>> ERROR_SHIFT !== 0
    return queued === 0 && (flags & LAYOUT.FLAG_CONGESTED) === 0
  }

  // Arms the socket that the last call was blocked by; without one there is nothing to wait for.
  #arm(): number {
    const { machine, syscall } = this.#init
    const id = machine.word(LAYOUT.WORD_BLOCKED)
    if (id === 0) throw new SystemError(-EAGAIN, syscall)
    this.socket = id
    this.what = machine.word(LAYOUT.WORD_BLOCKED_FOR)
    check(machine.abi.arm_socket(machine.word(LAYOUT.WORD_BLOCKED_SOCK), this.what), syscall)
    return id
  }

  #expire(): void {
    this.#late = true
    this.#interrupt(this.#refusal)
  }

  readonly #abort = (): void => this.#interrupt(this.#init.options.signal?.reason)

  // A scheduler resumes it, and it looks then why.
  #interrupt(error: unknown): void {
    if (this.#settled) return
    const { waiters } = this.#init
    waiters.leave(this)
    if (waiters.scheduler === undefined) this.#reject(error)
    else waiters.scheduler.ready(this)
  }

  #reject(error: unknown): void {
    if (this.#settled) return
    this.#end()
    this.#init.reject(error)
  }

  #end(): void {
    this.#settled = true
    this.#stopTimer?.()
    this.#init.options.signal?.removeEventListener('abort', this.#abort)
    this.#init.waiters.ended(this)
  }
}
