// A task in a process of its own: makes the calls that the player asks for, with the host's own sockets.

import { readFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import { HostTask } from '../../host/task.js'
import type { Socket } from '../../index.js'
import { SystemError } from '../../user/errors.js'
import type { Processes } from './host-processes.js'
import { Channel, type Reply, type TaskRequest } from './host-wire.js'

/** The channel of a slot: descriptors 0 to 2 are the usual ones, 3 is that of the first process. */
export function channelOf(slot: number): Channel {
  return new Channel(4 + slot)
}

/** How a call ended, as a reply. */
export function replyOf(call: () => Reply): Reply {
  try {
    return call()
  } catch (error) {
    if (error instanceof SystemError) return { errno: error.errno, syscall: error.syscall }
    return error instanceof Error
      ? { thrown: error.name, message: error.message }
      : { thrown: 'Error', message: String(error) }
  }
}

export class TaskWorker {
  readonly #processes: Processes
  readonly #channel: Channel
  readonly #task: HostTask
  readonly #sockets = new Map<number, Socket>()

  /** To be made in the process that is the task. */
  constructor(processes: Processes, slot: number) {
    this.#processes = processes
    this.#channel = channelOf(slot)
    this.#task = new HostTask(processes.libc)
  }

  /** Says whether the task is ready, and answers until it is told to end. */
  serve(begin: (task: HostTask) => void): never {
    const ready = replyOf(() => {
      begin(this.#task)
      return { value: this.#task.pid }
    })
    this.#channel.send(ready)
    for (;;) {
      const request = this.#channel.receive() as TaskRequest
      this.#channel.send(replyOf(() => this.#answer(request)))
    }
  }

  /** One request as it comes over the channel, and its reply as it goes back. */
  rehearse(request: TaskRequest): void {
    serialize(replyOf(() => this.#answer(deserialize(serialize(request)) as TaskRequest)))
  }

  #answer(request: TaskRequest): Reply {
    switch (request.op) {
      case 'socket':
        this.#sockets.set(request.id, this.#task.socket(...request.args))
        return { value: undefined }
      case 'onSocket':
        return invoke(this.#socket(request.id), request.method, request.args)
      case 'onTask':
        return invoke(this.#task, request.method, request.args)
      case 'comm':
        return { value: this.#task.comm }
      case 'netlinkTable':
        return { value: readFileSync('/proc/thread-self/net/netlink', 'utf8') }
      case 'fork':
        return { value: this.#fork(request.slot) }
      case 'reap':
        return { value: this.#processes.reap(request.pid) }
      case 'exit':
        return this.#processes.exit(request.code)
      case 'kill':
        this.#task.kill(request.signal)
        return this.#processes.exit(0)
    }
  }

  #socket(id: number): Socket {
    const socket = this.#sockets.get(id)
    if (socket === undefined) throw new Error(`this task has no socket ${id}`)
    return socket
  }

  /** The child has none of its parent's sockets. */
  #fork(slot: number): number {
    return this.#processes.fork(() => {
      for (const socket of this.#sockets.values()) if (!socket.closed) socket.close()
      new TaskWorker(this.#processes, slot).serve(() => {})
    })
  }
}

/** Calls that write into the buffers that they are given. */
const FILLING: ReadonlySet<string> = new Set<string & keyof Socket>([
  'getsockname',
  'getpeername',
  'getsockopt',
  'recv',
  'recvfrom',
  'recvmsg',
  'read',
])

/** Calls a method; the buffers that it has filled go back with the result. */
function invoke(target: object, method: string, args: readonly unknown[]): Reply {
  const value: unknown = Reflect.apply(Reflect.get(target, method), target, args)
  return FILLING.has(method) ? { value, filled: buffersOf(args) } : { value }
}

/** The buffers that a receiving call is given: as an argument, or in the `iov` of one. */
export function buffersOf(args: readonly unknown[]): Uint8Array[] {
  return args.flatMap((arg) => {
    if (arg instanceof Uint8Array) return [arg]
    const iov: unknown = typeof arg === 'object' && arg !== null && 'iov' in arg ? arg.iov : undefined
    return Array.isArray(iov) ? iov.filter((part) => part instanceof Uint8Array) : []
  })
}
