// From drafts to steps: the machine plays, and each draft is filled in with what is there by then: a socket that is open, the port
// that it has, a task that lives.

import type { Socket } from '../../index.js'
import { POLLERR, POLLIN } from '../../uapi/index.js'
import { isList, isObject, type Json, type JsonObject } from '../replay/json.js'
import type { Stage } from '../replay/stage.js'
import { MOST_SOCKETS } from './draft.js'
import { succeeded } from './side.js'
import { CHILD_PIDS } from './values.js'

/** The names that sockets get, in this order. */
export const SOCKET_NAMES: readonly string[] = Array.from('abcdefgh').slice(0, MOST_SOCKETS)

/** And those of children. */
const CHILD_NAMES: readonly string[] = ['w', 'x']

/** Nobody has this port. */
const NO_PORT = 4242

export class Names {
  readonly #stage: Stage
  readonly #tasks: string[]
  #made: { readonly name: string; readonly task: string; open: boolean }[] = []
  #forked = 0

  constructor(stage: Stage, tasks: JsonObject) {
    this.#stage = stage
    this.#tasks = Object.keys(tasks)
  }

  /** The draft as a step; undefined where it has no meaning now. */
  lower(draft: JsonObject): JsonObject | undefined {
    const ends = draft.call === 'exit' || draft.call === 'kill'
    if (ends && this.#tasks.length === 1) return undefined
    const step = this.#fill(draft)
    return isObject(step) ? step : undefined
  }

  /** Takes note of what a step has changed. */
  note({ call, task, as, sock }: JsonObject, answer: Json): void {
    if (!succeeded(answer)) return
    if (call === 'socket') this.#made.push({ name: String(as), task: String(task), open: true })
    if (call === 'close') for (const one of this.#made) if (one.name === sock) one.open = false
    if (call === 'fork') {
      this.#tasks.push(String(as))
      this.#forked++
    }
    if (call !== 'exit' && call !== 'kill') return
    this.#tasks.splice(this.#tasks.indexOf(String(task)), 1)
    for (const one of this.#made) if (one.task === task) one.open = false
  }

  /** Every socket that is open. */
  get open(): readonly string[] {
    return this.#made.filter(({ open }) => open).map(({ name }) => name)
  }

  /** A task that lives. */
  get anybody(): string {
    return this.#tasks[0] ?? 't'
  }

  #fill(draft: Json): Json | undefined {
    if (isList(draft)) return draft.map((one) => this.#fill(one) ?? null)
    if (!isObject(draft)) return draft
    if (typeof draft.$sock === 'number') return this.#socket(draft.$sock)
    if (typeof draft.$ready === 'number')
      return this.#among(draft.$ready, (socket) => socket.poll(POLLIN | POLLERR) !== 0)
    if (typeof draft.$connected === 'number') return this.#among(draft.$connected, isConnected)
    if (typeof draft.$port === 'number') return this.#port(draft.$port)
    if (typeof draft.$task === 'number') return this.#tasks[draft.$task % this.#tasks.length]
    if (draft.$new) return SOCKET_NAMES[this.#made.length]
    if (draft.$newTask) return CHILD_NAMES[this.#forked]
    if (draft.$newPid) return CHILD_PIDS[this.#forked]
    if (draft.$last) return this.#made.at(-1)?.name
    const filled = Object.entries(draft).map(([name, value]) => [name, this.#fill(value)] as const)
    return filled.some(([, value]) => value === undefined) ? undefined : (Object.fromEntries(filled) as JsonObject)
  }

  /** One that is open; the highest number may mean one that is not. */
  #socket(index: number): string | undefined {
    const closed = this.#made.filter(({ open }) => !open)
    const from = (index === MOST_SOCKETS - 1 && closed.length > 0) || this.open.length === 0 ? closed : undefined
    const names = from?.map(({ name }) => name) ?? this.open
    return names[index % names.length]
  }

  /** One of those that are open and fit, if there is one. */
  #among(index: number, fits: (socket: Socket) => boolean): string | undefined {
    const names = this.open.filter((name) => fits(this.#stage.socket(name)))
    return names.length === 0 ? this.#socket(index) : names[index % names.length]
  }

  /** The port that a socket has now, or had; the name of it if it was drawn. */
  #port(index: number): Json {
    const made = this.#made[index % Math.max(1, this.#made.length)]
    if (made === undefined) return NO_PORT
    const symbol = `auto.${made.name}`
    if (!made.open) return this.#stage.symbols.has(symbol) ? `$${symbol}` : NO_PORT
    const port = this.#stage.socket(made.name).getsockname().nl_pid
    const name = this.#stage.symbols.nameOf(port)
    return name === undefined ? port : `$${name}`
  }
}

function isConnected(socket: Socket): boolean {
  const { nl_pid, nl_groups } = socket.getpeername()
  return nl_pid !== 0 || nl_groups !== 0
}
