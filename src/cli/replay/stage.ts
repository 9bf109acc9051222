// What one scenario has made so far: its tasks, its sockets, and the names of numbers.

import { type Socket, SystemError, type Task } from '../../index.js'
import { Unsupported, type World } from './backend.js'
import type { Json } from './json.js'
import { KernelSide } from './kernel-side.js'
import type { Scenario } from './scenario.js'
import { isRandomPort, Symbols } from './symbols.js'

interface OpenSocket {
  readonly socket: Socket
  readonly task: string
  /** Ports that binds have asked for: they are nobody's random choice. */
  readonly asked: Set<number>
}

export class Stage {
  readonly symbols = new Symbols()
  readonly world: World
  readonly #scenario: Scenario
  readonly #tasks = new Map<string, Task>()
  readonly #threads = new Map<string, { readonly thread: Task; readonly task: string }>()
  readonly #sockets = new Map<string, OpenSocket>()
  #kernelSide: KernelSide | undefined

  constructor(scenario: Scenario, world: World) {
    this.#scenario = scenario
    this.world = world
    for (const [name, task] of Object.entries(scenario.tasks)) this.#tasks.set(name, world.spawn(task))
  }

  /** The kernel side, where the backend has one. */
  get kernelSide(): KernelSide {
    if (this.world.kernel === null) throw new Unsupported('calls inside the kernel')
    this.#kernelSide ??= new KernelSide(this.world.kernel, this.symbols)
    return this.#kernelSide
  }

  task(name: string): Task {
    return known(this.#tasks, name, 'task')
  }

  addTask(name: string, task: Task): void {
    this.#tasks.set(name, task)
  }

  addThread(name: string, task: string, thread: Task): void {
    this.#threads.set(name, { thread, task })
    this.symbols.bind(`tid.${name}`, thread.pid)
  }

  thread(name: string): Task {
    return known(this.#threads, name, 'thread').thread
  }

  forgetThread(name: string): void {
    this.#threads.delete(name)
  }

  /** A change of users or groups is made by every thread, the newest first and the process last: the C library sees to it. */
  byAllThreads(name: string, change: (task: Task) => void): void {
    const threads = [...this.#threads.values()].filter(({ task }) => task === name).reverse()
    for (const { thread } of threads) change(thread)
    change(this.task(name))
  }

  addSocket(name: string, task: string, socket: Socket): void {
    this.#sockets.set(name, { socket, task, asked: new Set() })
  }

  /** The socket of that name, or the answer of a bad descriptor: it was never made, or its task is gone. */
  socket(name: string): Socket {
    const open = this.#sockets.get(name)
    if (!open) throw new BadDescriptor()
    return open.socket
  }

  /** The sockets of a task that has ended are bad descriptors. */
  forgetSocketsOf(task: string): void {
    for (const [name, open] of this.#sockets) if (open.task === task) this.#sockets.delete(name)
  }

  /** The sockets of a recording are closed by exec (see do_socket in the recorder). */
  closeSocketsOf(task: string): void {
    for (const open of this.#sockets.values()) if (open.task === task && !open.socket.closed) open.socket.close()
    this.forgetSocketsOf(task)
  }

  notePortAskedFor(name: string, port: number): void {
    this.#sockets.get(name)?.asked.add(port >>> 0)
  }

  /** Gives a name to the port that the kernel has drawn for this socket, if the scenario speaks of it. */
  notePort(name: string): void {
    const symbol = `auto.${name}`
    const open = this.#sockets.get(name)
    if (!open || open.socket.closed || !this.#scenario.symbols.has(symbol) || this.symbols.has(symbol)) return
    const port = open.socket.getsockname().nl_pid
    if (isRandomPort(port) && !open.asked.has(port >>> 0)) this.symbols.bind(symbol, port)
  }
}

function known<T>(map: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = map.get(name)
  if (found === undefined) throw new Error(`there is no ${what} ${name} at this point`)
  return found
}

export class BadDescriptor extends Error {
  override readonly name = 'BadDescriptor'
}

/** The answer that a failed call of user space stands for, or undefined if the failure is no answer at all. */
export function answerOf(failure: unknown): Json | undefined {
  if (failure instanceof BadDescriptor) return { error: 'EBADF' }
  if (failure instanceof SystemError) return { error: failure.code }
  return undefined
}
