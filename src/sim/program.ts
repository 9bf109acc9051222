// A program of a schedule: what it is called, and whether it has ended.

import type { Task } from '../api.js'

export class Program {
  /** Whose it is; a scenario is nobody's. */
  readonly task: Task | undefined
  readonly #name: string
  ended = false

  constructor(of: Task | string) {
    this.task = typeof of === 'string' ? undefined : of
    this.#name = typeof of === 'string' ? of : ''
  }

  /** `comm[pid]`. */
  get name(): string {
    return this.task === undefined ? this.#name : `${this.task.comm}[${this.task.pid}]`
  }
}
