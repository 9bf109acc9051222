// The open sockets of a process: what they share stands here once, so that each of them is small.

import type { Machine } from '../machine/index.js'
import { type Owner, Socket } from './socket.js'
import type { Waiters } from './waiters.js'

/** Open sockets, and the machine's reference of each. */
export interface SavedSockets {
  readonly sockets: readonly Socket[]
  readonly references: Uint32Array
}

export class OpenSockets implements Owner {
  readonly machine: Machine
  readonly waiters: Waiters
  readonly #list: Socket[] = []

  constructor(machine: Machine, waiters: Waiters) {
    this.machine = machine
    this.waiters = waiters
  }

  /** The object for a socket that the machine has opened. */
  add(sock: number, id: number): Socket {
    const socket = new Socket(this, sock, id, this.#list.length)
    this.#list.push(socket)
    return socket
  }

  /** The last one takes the place of a socket that was closed. */
  forget(place: number): void {
    const last = this.#list.pop() as Socket
    if (place === this.#list.length) return
    this.#list[place] = last
    Socket.move(last, place)
  }

  /** In the order in which they were opened. */
  inOrder(): Socket[] {
    return [...this.#list].sort((a, b) => a.id - b.id)
  }

  /** All are closed: the process has ended, or time goes back. */
  revokeAll(): void {
    for (const socket of this.#list) Socket.revoke(socket)
    this.#list.length = 0
  }

  /** To be brought back by restore(). */
  save(): SavedSockets {
    const sockets = [...this.#list]
    return { sockets, references: Uint32Array.from(sockets, (one) => Socket.reference(this.machine, one, 'socket')) }
  }

  /** Time went back to when these were open, and no others. */
  restore({ sockets, references }: SavedSockets): void {
    for (const [place, socket] of sockets.entries()) {
      Socket.revive(socket, references[place] as number, place)
      this.#list.push(socket)
    }
  }
}
