// The backend of the machine's own kernel: scenarios of sockets are played in fresh network namespaces, each task as a process.

import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import type { Libc } from '../../host/libc.js'
import { openLibc } from '../../host/open.js'
import type { Task } from '../../index.js'
import type { Backend, World } from './backend.js'
import { HostLink, SLOTS } from './host-link.js'
import { RemoteTask, type Slots } from './host-remote.js'
import { holdsFor, type WorldName } from './needs.js'
import type { Scenario, TaskSpec } from './scenario.js'

/** Worlds that a namespace has; the others are the initial namespace, or a module inside the kernel. */
const WORLDS: ReadonlySet<WorldName> = new Set(['usersock', 'rtnetlink', 'genetlink'])

/** Calls that no helper process can make. */
const NOT_MADE: ReadonlySet<string> = new Set(['exec', 'thread', 'thread_exit', 'ptrace'])

/** What the recordings were made with. */
const SYSTEM_VALUES = { rmem_default: 212992, wmem_default: 212992, rmem_max: 4194304, wmem_max: 4194304 }

export interface HostBackend extends Backend {
  open(scenario: Scenario): World
  close(): void
}

/** @param helper the built program of host-helper.ts */
export function hostBackend(helper: string): HostBackend {
  const helpers = new Helpers(helper)
  const here = Array.from(release().matchAll(/\d+/g), Number).slice(0, 3)
  return {
    whyNot: (scenario) => whyNotScenario(scenario, here) ?? helpers.whyNot(),
    open: (scenario) => new HostWorld(scenario, helpers.link()),
    close: () => helpers.close(),
  }
}

function whyNotScenario({ needs, tasks, steps }: Scenario, here: readonly number[]): string | undefined {
  if (!WORLDS.has(needs.world)) return `needs ${needs.world}, which no namespace of our own has`
  if (!holdsFor(needs.version, here)) return `answers of another version: ${needs.text}`
  const call = steps.find((step) => NOT_MADE.has(step.call))?.call
  if (call !== undefined) return `needs the call ${call}, which helper processes do not make`
  const forks = steps.filter((step) => step.call === 'fork').length
  if (Object.keys(tasks).length + forks > SLOTS) return `needs more than ${SLOTS} tasks`
  if (Object.values(tasks).some(({ pid }) => pid === 1)) return 'needs the process id 1, which is taken'
  return undefined
}

/** The helper processes: started when they are first needed, and anew when something went wrong with them. */
class Helpers {
  readonly #program: string
  #libc: Libc | undefined
  #link: HostLink | undefined
  #reason: string | null | undefined

  constructor(program: string) {
    this.#program = program
  }

  /** Why this machine cannot play, or undefined. It is found out once. */
  whyNot(): string | undefined {
    if (this.#reason === undefined) this.#reason = this.#tryOnce() ?? null
    return this.#reason ?? undefined
  }

  #tryOnce(): string | undefined {
    try {
      const different = differentSystemValue()
      if (different !== undefined) return different
      this.link().control({ op: 'begin', namespaces: [] })
      return undefined
    } catch (error) {
      return `no namespaces of our own here: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  link(): HostLink {
    if (this.#link === undefined || this.#link.broken) {
      this.#libc ??= openLibc()
      this.#link = new HostLink(this.#libc, this.#program)
    }
    return this.#link
  }

  close(): void {
    this.#link?.close()
  }
}

function differentSystemValue(): string | undefined {
  for (const [name, recorded] of Object.entries(SYSTEM_VALUES)) {
    const here = Number(readFileSync(`/proc/sys/net/core/${name}`, 'utf8'))
    if (here !== recorded) return `net.core.${name} is ${here} here, the scenarios were recorded with ${recorded}`
  }
  return undefined
}

class HostWorld implements World {
  readonly kernel = null
  readonly #link: HostLink
  readonly #slots: Slots

  constructor({ tasks }: Scenario, link: HostLink) {
    this.#link = link
    let slot = 0
    this.#slots = { next: () => slot++ }
    const namespaces = Object.values(tasks).flatMap(({ netns }) => netns ?? [])
    link.control({ op: 'begin', namespaces: [...new Set(namespaces)] })
  }

  spawn({ pid, uid, gid, caps, netns }: TaskSpec): Task {
    const slot = this.#slots.next()
    this.#link.control({ op: 'spawn', slot, pid, uid, gid, caps, netns })
    this.#link.ready(slot)
    return new RemoteTask(this.#link, this.#slots, slot, { pid })
  }

  netlinkTable(task: Task): string {
    if (!(task instanceof RemoteTask)) throw new TypeError('not a task of this world')
    return task.netlinkTable()
  }

  close(): void {
    if (!this.#link.broken) this.#link.control({ op: 'end' })
  }
}
