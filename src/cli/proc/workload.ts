// A simulated workload: tasks of a machine that fork, execute, change ids and names, and end. All chance is the machine's own
// generator and all time its clock, so that a seed decides everything.

import type { Kernel, Task } from '../../index.js'
import { JOBS, type Job, type World } from './jobs.js'

export interface WorkloadOptions {
  /** How many jobs begin in a second, on average. */
  readonly load: number
  readonly cpus?: number
}

const US_PER_SECOND = 1_000_000
const US_PER_MS = 1000
/** While so many jobs are under way, no other one begins: the machine has limits. */
const MOST_JOBS = 500

/** A job, and when it goes on. */
interface Planned {
  /** Microseconds since boot. */
  readonly at: number
  readonly job: Job
}

export class Workload {
  readonly #kernel: Kernel
  readonly #world: MachineWorld
  /** The mean time between two jobs, in microseconds. */
  readonly #pause: number
  /** By time; of those at the same time, the one planned first comes first. */
  readonly #plan: Planned[] = []

  /** The daemons start at once: who wants to hear of them listens before. */
  constructor(kernel: Kernel, { load, cpus = 2 }: WorkloadOptions) {
    this.#kernel = kernel
    this.#world = new MachineWorld(kernel, cpus)
    this.#pause = US_PER_SECOND / load
    this.#add(this.#now, this.#arrivals())
  }

  /** When the next thing happens, in milliseconds since boot. */
  get next(): number {
    return this.#plan[0]!.at / US_PER_MS
  }

  /** Moves the clock to the next thing that happens, and lets it happen. */
  step(): void {
    const { at, job } = this.#plan.shift()!
    const wait = at - this.#now
    if (wait > 0) this.#kernel.clock.advance(wait / US_PER_MS)
    const { done, value } = job.next()
    if (!done) this.#add(at + value, job)
  }

  /** What a task is called now; undefined if it is none of the workload's, or has ended. */
  nameOf(pid: number): string | undefined {
    return this.#world.tasks.get(pid)?.comm
  }

  get #now(): number {
    return Math.round(this.#kernel.clock.now * US_PER_MS)
  }

  *#arrivals(): Job {
    for (;;) {
      yield 1 + this.#world.below(Math.max(1, Math.round(2 * this.#pause)))
      if (this.#plan.length < MOST_JOBS) this.#add(this.#now, this.#world.pick(JOBS)(this.#world))
    }
  }

  #add(at: number, job: Job): void {
    let place = this.#plan.length
    while (place > 0 && this.#plan[place - 1]!.at > at) place--
    this.#plan.splice(place, 0, { at, job })
  }
}

/** The tasks that the jobs begin from, and chance. */
class MachineWorld implements World {
  readonly tasks = new Map<number, Task>()
  readonly #kernel: Kernel
  readonly #cpus: number
  readonly shell: Task
  readonly sshd: Task
  readonly make: Task

  constructor(kernel: Kernel, cpus: number) {
    this.#kernel = kernel
    this.#cpus = cpus
    const init = kernel.spawn({ comm: 'init' })
    this.tasks.set(init.pid, init)
    const daemon = (name: string) => {
      const task = this.fork(init)
      task.setsid()
      task.exec(name)
      return task
    }
    this.shell = daemon('bash')
    this.sshd = daemon('sshd')
    this.make = daemon('make')
  }

  below(n: number): number {
    return this.#kernel.random() % n
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  fork(parent: Task): Task {
    return this.#born(parent.fork())
  }

  thread(process: Task): Task {
    return this.#born(process.thread())
  }

  exit(task: Task, code: number): void {
    this.tasks.delete(task.pid)
    task.exit(code)
  }

  kill(task: Task, signal: number): void {
    this.tasks.delete(task.pid)
    task.kill(signal)
  }

  #born(task: Task): Task {
    task.sched_setaffinity(this.below(this.#cpus))
    this.tasks.set(task.pid, task)
    return task
  }
}
