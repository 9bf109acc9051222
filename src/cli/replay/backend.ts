// What a scenario is played against. There is one backend now, the machine; the host's own netlink is to be the other.

import type { Kernel, Task } from '../../index.js'
import type { Scenario, TaskSpec } from './scenario.js'

export interface Backend {
  /** Why this backend cannot answer the scenario at all, or undefined. */
  whyNot(scenario: Scenario): string | undefined
  /** A fresh world for one scenario: nothing of an earlier one is left in it. */
  open(scenario: Scenario): World
}

export interface World {
  /** The kernel side; null where only programs can be played. */
  readonly kernel: Kernel | null
  spawn(task: TaskSpec): Task
  /** /proc/net/netlink as the task sees it. */
  netlinkTable(task: Task): string
  close(): void
}

/** The backend lacks something that the scenario needs: it fails, with this as the reason. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'

  constructor(what: string) {
    super(`not supported by this machine: ${what}`)
  }
}
