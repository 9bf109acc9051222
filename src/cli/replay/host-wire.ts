// What the player and its helper processes say to each other: one request, one reply, in step, over a pair of connected sockets.
// A frame is its length in four bytes and a value as node:v8 writes it, so that bytes stay bytes.

import { readSync, writeSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { Socket, Task } from '../../index.js'

/** To the first process, which makes the others. */
export type ControlRequest =
  /** A fresh network namespace, and one more for each name. */
  | { readonly op: 'begin'; readonly namespaces: readonly string[] }
  | ({ readonly op: 'spawn' } & SpawnRequest)
  /** Which process id the next fork shall get, whoever forks. */
  | { readonly op: 'nextPid'; readonly pid: number }
  | { readonly op: 'reap'; readonly pid: number }
  /** Ends every task. */
  | { readonly op: 'end' }

export interface SpawnRequest {
  /** Which channel the task answers on. */
  readonly slot: number
  readonly pid: number
  readonly uid: number
  readonly gid: number
  readonly caps: 'all' | readonly string[]
  readonly netns: string | undefined
}

/** To a task. */
export type TaskRequest =
  | { readonly op: 'socket'; readonly id: number; readonly args: readonly [number, number, number] }
  | {
      readonly op: 'onSocket'
      readonly id: number
      readonly method: string & keyof Socket
      readonly args: readonly unknown[]
    }
  | { readonly op: 'onTask'; readonly method: string & keyof Task; readonly args: readonly unknown[] }
  | { readonly op: 'comm' }
  | { readonly op: 'netlinkTable' }
  | { readonly op: 'fork'; readonly slot: number }
  | { readonly op: 'reap'; readonly pid: number }
  /** These two are not answered. */
  | { readonly op: 'exit'; readonly code: number }
  | { readonly op: 'kill'; readonly signal: number }

export type Reply =
  /** `filled`: the buffers among the arguments, as the call left them. */
  | { readonly value: unknown; readonly filled?: readonly Uint8Array[] }
  | { readonly errno: number; readonly syscall: string }
  | { readonly thrown: string; readonly message: string }

const HEADER_BYTES = 4

/** The other end is gone, or keeps silent. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError'
}

/** One end of a connection, blocking. */
export class Channel {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  send(value: unknown): void {
    const body = serialize(value)
    const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length)
    frame.writeUInt32LE(body.length, 0)
    body.copy(frame, HEADER_BYTES)
    for (let at = 0; at < frame.length; ) at += retried(() => writeSync(this.#fd, frame, at))
  }

  /** @throws ChannelError */
  receive(): unknown {
    return deserialize(this.#read(this.#read(HEADER_BYTES).readUInt32LE(0)))
  }

  #read(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let at = 0; at < length; ) {
      const n = retried(() => readSync(this.#fd, bytes, at, length - at, null))
      if (n === 0) throw new ChannelError('the connection is closed')
      at += n
    }
    return bytes
  }
}

/** A signal may come in between; a receive timeout of the socket shows as EAGAIN. */
function retried(call: () => number): number {
  for (;;) {
    try {
      return call()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EINTR') continue
      throw new ChannelError(code === 'EAGAIN' ? 'no answer in time' : `the connection is broken: ${code}`)
    }
  }
}
