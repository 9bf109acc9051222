// The player's end of the helper processes: starts the first one, asks, and takes it down when something is wrong.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { Libc } from '../../host/libc.js'
import { SO_RCVTIMEO, SOCK_CLOEXEC, SOCK_STREAM, SOL_SOCKET } from '../../uapi/index.js'
import { check, SystemError } from '../../user/errors.js'
import { Channel, type ControlRequest, type Reply, type TaskRequest } from './host-wire.js'

/** How many tasks a scenario may have. */
export const SLOTS = 32
/** How long an answer may take; no call waits, so it is there at once unless a process is gone. */
const PATIENCE_SECONDS = 10n
const AF_UNIX = 1
/** V8 in one thread: the helper forks. */
const FLAGS = ['--single-threaded', '--v8-pool-size=0', '--no-warnings']

export class HostLink {
  readonly #child: ChildProcess
  readonly #fds: readonly number[]
  readonly #channels: readonly Channel[]
  #broken = false

  /** @throws Error if the helper cannot make namespaces here */
  constructor(libc: Libc, helper: string) {
    const pairs = Array.from({ length: 1 + SLOTS }, () => connectedPair(libc))
    const theirs = pairs.map(([, their]) => their)
    this.#fds = pairs.map(([our]) => our)
    this.#channels = this.#fds.map((fd) => new Channel(fd))
    this.#child = spawn(process.execPath, [...FLAGS, helper], { stdio: ['ignore', 'ignore', 'inherit', ...theirs] })
    this.#child.on('error', () => {})
    this.#child.unref()
    for (const fd of theirs) closeSync(fd)
    try {
      this.#receive(0)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** A call went without an answer: what is left of the helper is of no use any more. */
  get broken(): boolean {
    return this.#broken
  }

  control(request: ControlRequest): unknown {
    return resultOf(this.#ask(0, request))
  }

  /** What a task answers; `fill` are the buffers of the call. */
  task(slot: number, request: TaskRequest, fill: readonly Uint8Array[] = []): unknown {
    const reply = this.#ask(1 + slot, request)
    if ('filled' in reply) reply.filled?.forEach((bytes, i) => void fill[i]?.set(bytes))
    return resultOf(reply)
  }

  /** The first words of a task: whether it became what it should. */
  ready(slot: number): unknown {
    return this.#receive(1 + slot)
  }

  /** Tells a task to end; there is no answer. */
  end(slot: number, request: TaskRequest): void {
    this.#attempt(() => this.#channels[1 + slot]?.send(request))
  }

  close(): void {
    if (!this.#broken) this.#child.kill('SIGKILL')
    this.#broken = true
    for (const fd of this.#fds) closeQuietly(fd)
  }

  #ask(channel: number, request: ControlRequest | TaskRequest): Reply {
    return this.#attempt(() => {
      this.#channels[channel]?.send(request)
      return this.#channels[channel]?.receive() as Reply
    })
  }

  #receive(channel: number): unknown {
    return resultOf(this.#attempt(() => this.#channels[channel]?.receive() as Reply))
  }

  #attempt<T>(talk: () => T): T {
    try {
      return talk()
    } catch (error) {
      this.close()
      throw error
    }
  }
}

/** The result of a call, or its failure as it was where the call was made. */
function resultOf(reply: Reply): unknown {
  if ('errno' in reply) throw new SystemError(reply.errno, reply.syscall)
  if (!('thrown' in reply)) return reply.value
  const kinds: Readonly<Record<string, ErrorConstructor>> = { TypeError, RangeError }
  throw new (kinds[reply.thrown] ?? Error)(reply.message)
}

/** Two connected ends; ours does not wait for ever. */
function connectedPair(libc: Libc): readonly [our: number, their: number] {
  const pair = new Int32Array(2)
  const raw = new Uint8Array(pair.buffer)
  check(libc.result(libc.call.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, raw)), 'socketpair')
  const [our = -1, their = -1] = pair
  const patience = new Uint8Array(new BigInt64Array([PATIENCE_SECONDS, 0n]).buffer)
  check(libc.result(libc.call.setsockopt(our, SOL_SOCKET, SO_RCVTIMEO, patience, patience.length)), 'setsockopt')
  return [our, their]
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch {
    // It was closed before.
  }
}
