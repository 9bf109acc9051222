// Programs of tasks, and who is next: exactly one of what is ready goes on, until it waits again.

import type { Clock, Schedule as ScheduleInterface, SchedulePolicy, Task as TaskInterface } from '../api.js'
import { errorOf, LAST_MS, type Machine } from '../machine/index.js'
import { asBoolean, asFunction, type Scheduler, Task, type Wait, type Waiters } from '../user/index.js'
import { afterPromises } from './host-turn.js'
import { type Chooser, chooserOf } from './policy.js'
import { Program } from './program.js'
import { describeStuck } from './stuck.js'

/** The word of stats() that counts queued work. */
const STATS_WORK = 12
const NS_PER_TICK = 1_000_000n
const NS_PER_MS = 1e6
/** So many timers in a row that made nobody ready, and nobody will be: a module's timer that arms itself goes on for ever. */
const MOST_IDLE_STEPS = 10_000

/** A program that has not begun. */
interface Start {
  readonly program: Program
  begin(): void
}

/** What stands for all queued work. */
const WORK = Symbol('work')

type Ready = Wait | Start | typeof WORK

interface Idle {
  resolve(result: { readonly stuck: readonly string[] }): void
  reject(error: unknown): void
}

/**
 * Runs programs in turns. A turn is: one that is ready is picked and goes on, and all promises that this lets go on do. It has
 * ended when no promise has anything left to do, one turn of the host's task queue later; then the next one is picked. So the
 * order is the same each time, for programs that await nothing but the kernel: sockets, kernel.waiting(), clients, timeouts of
 * the virtual clock, and each other. A program that awaits the outside world (a timer of the host, a file, a request) is not
 * deterministic: nobody can say in which turn it goes on.
 *
 * Each wait for a socket or for time gives up the turn, even if it could go on at once; a reply that a client has at hand is no
 * wait. Ready are, in the order in which they became so: programs that have not begun, waits whose socket has become ready, whose
 * time is up or whose signal was aborted, and the work queue while there is work on it, which is one entry, comes behind what
 * became ready in the same turn, and gives up its turn after each piece of work.
 *
 * Time that moves (autoAdvance too) runs all work and every timer that is due, without asking the policy, as clock.advance() does.
 */
export class Schedule implements ScheduleInterface, Scheduler {
  /** Turns and steps of time until idle() rejects; for programs that never rest. */
  limit = Number.POSITIVE_INFINITY

  readonly #machine: Machine
  readonly #waiters: Waiters
  readonly #clock: Pick<Clock, 'advance' | 'now_ns'>
  #policy: SchedulePolicy = 'fifo'
  #choose: Chooser = chooserOf('fifo')
  #autoAdvance = false
  readonly #decisions: number[] = []
  readonly #ready: Ready[] = []
  /** Whose each wait is, oldest first; undefined where nobody's turn it was. */
  readonly #waits = new Map<Wait, Program | undefined>()
  /** Those that have not ended. */
  readonly #programs = new Set<Program>()
  #current: Program | undefined
  readonly #idle: Idle[] = []
  readonly #errors = new Set<unknown>()
  #steps = 0
  #idleSteps = 0
  /** Whether a turn will come. */
  #coming = false
  #stopped = false

  constructor(machine: Machine, waiters: Waiters, clock: Pick<Clock, 'advance' | 'now_ns'>) {
    this.#machine = machine
    this.#waiters = waiters
    this.#clock = clock
  }

  // ---- what its users see

  get policy(): SchedulePolicy {
    return this.#policy
  }

  /** From its beginning: a seed draws its first number next, recorded decisions give their first. */
  set policy(policy: SchedulePolicy) {
    this.#choose = chooserOf(policy)
    this.#policy = policy
  }

  get autoAdvance(): boolean {
    return this.#autoAdvance
  }

  set autoAdvance(on: boolean) {
    this.#autoAdvance = asBoolean(on, 'autoAdvance')
    this.#wake()
  }

  get decisions(): readonly number[] {
    return [...this.#decisions]
  }

  /**
   * Resolves when nothing is ready any more and time does not move by itself. `stuck` has a line for each program that has not
   * ended: its task, `comm[pid]`, and what it waits for.
   *
   * @throws (rejects) what programs, queued work and timers threw since it was called; an AggregateError if they were several.
   * Whoever does not await idle() gets a program's error from run(), and that of queued work or a timer is the host's: an
   * uncaught exception
   */
  idle(): Promise<{ readonly stuck: readonly string[] }> {
    return new Promise((resolve, reject) => {
      this.#idle.push({ resolve, reject })
      // In a halted kernel nothing wakes any more.
      if (this.#stopped) this.#rest()
      else this.#wake()
    })
  }

  /** A line for each program that has not ended. */
  stuck(): string[] {
    return describeStuck(this.#machine, this.#programs, this.#waits)
  }

  /**
   * Runs a program of a task.
   * @throws TypeError if task is none, or program no function
   */
  run<T>(task: TaskInterface, program: (task: TaskInterface) => Promise<T>): Promise<T> {
    if (!Task.isOf(this.#machine, task)) throw new TypeError('task must be a task of this kernel')
    asFunction(program, 'program')
    return this.begin(task, () => program(task))
  }

  /** Runs a program that is a task's, or nobody's and has a name. */
  begin<T>(of: Task | string, body: () => T | Promise<T>): Promise<T> {
    this.#waiters.scheduler = this
    const program = new Program(of)
    this.#programs.add(program)
    const result = new Promise<T>((resolve) => {
      const run = async () => {
        try {
          return await body()
        } catch (error) {
          // Whoever awaits idle() gets it there: nobody else has to.
          if (this.#idle.length > 0) {
            this.#errors.add(error)
            result.catch(() => {})
          }
          throw error
        } finally {
          program.ended = true
          this.#programs.delete(program)
        }
      }
      this.#push({ program, begin: () => resolve(run()) })
    })
    return result
  }

  /** The machine is gone. */
  stop(): void {
    this.#stopped = true
    this.#ready.length = 0
    this.#rest()
  }

  // ---- what waits say

  ready(wait: Wait): void {
    if (this.#stopped) {
      // It fails, as every call of a machine that is gone.
      wait.resume()
      return
    }
    if (!this.#waits.has(wait)) this.#waits.set(wait, this.#current?.ended ? undefined : this.#current)
    if (!this.#ready.includes(wait)) this.#push(wait)
  }

  ended(wait: Wait): void {
    if (!this.#waits.delete(wait)) return
    const at = this.#ready.indexOf(wait)
    if (at >= 0) this.#ready.splice(at, 1)
  }

  // ---- turns

  #push(ready: Ready): void {
    this.#ready.push(ready)
    this.#wake()
  }

  #wake(): void {
    if (this.#coming || this.#stopped) return
    this.#coming = true
    afterPromises(() => this.#step())
  }

  #step(): void {
    this.#coming = false
    this.#current = undefined
    if (this.#stopped) return
    this.#noteWork()
    if (this.#goOn()) this.#wake()
    else this.#rest()
  }

  /** One turn, or one step of time; false if there is nothing to do. */
  #goOn(): boolean {
    const ready = this.#ready.length > 0
    if (!ready && !this.#mayAdvance()) return false
    if (++this.#steps > this.limit) {
      this.#errors.add(new Error(`the programs did not come to rest within ${this.limit} turns`))
      return false
    }
    if (ready) this.#turn()
    else this.#advance()
    return true
  }

  // The work queue is ready while there is anything on it: behind what became ready before this was seen.
  #noteWork(): void {
    this.#machine.raw.stats()
    const queued = this.#machine.listWord(STATS_WORK) > 0
    const at = this.#ready.indexOf(WORK)
    if (queued && at < 0) this.#ready.push(WORK)
    if (!queued && at >= 0) this.#ready.splice(at, 1)
  }

  #turn(): void {
    this.#idleSteps = 0
    const next = this.#ready.splice(this.#pick(), 1)[0] as Ready
    if (next === WORK) {
      this.#guard(() => {
        this.#machine.abi.work_run()
        this.#machine.settle()
      })
    } else if ('begin' in next) {
      this.#current = next.program
      next.begin()
    } else {
      this.#current = this.#waits.get(next)
      next.resume()
    }
  }

  #pick(): number {
    if (this.#ready.length === 1) return 0
    const index = this.#choose(this.#ready.length)
    this.#decisions.push(index)
    return index
  }

  /** Whether somebody waits, and time may bring what he waits for. */
  #mayAdvance(): boolean {
    if (!this.#autoAdvance || this.#idleSteps >= MOST_IDLE_STEPS) return false
    if (this.#programs.size === 0 && this.#waits.size === 0) return false
    // A timer behind the end of time never fires.
    return this.#machine.raw.clock_next() !== 0 && this.#nextTick() <= LAST_MS
  }

  // What clock_next() has just told.
  #nextTick(): bigint {
    return (BigInt(this.#machine.listWord(1)) << 32n) | BigInt(this.#machine.listWord(0))
  }

  // To the tick that clock_next() has just told.
  #advance(): void {
    this.#idleSteps++
    const tick = this.#nextTick()
    const ns = tick * NS_PER_TICK - this.#clock.now_ns
    this.#guard(() => this.#clock.advance(ns > 0n ? Number(ns) / NS_PER_MS : 0))
  }

  #rest(): void {
    const idle = this.#idle.splice(0)
    const errors = [...this.#errors]
    this.#errors.clear()
    this.#idleSteps = 0
    if (idle.length === 0) return
    const stuck = this.#stopped ? [] : this.stuck()
    for (const { resolve, reject } of idle) {
      if (errors.length === 0) resolve({ stuck })
      else reject(errorOf(errors, 'programs or callbacks'))
    }
  }

  // ---- errors

  #guard(fn: () => void): void {
    try {
      fn()
    } catch (error) {
      if (this.#idle.length > 0) this.#errors.add(error)
      else
        queueMicrotask(() => {
          throw error
        })
    }
  }
}
