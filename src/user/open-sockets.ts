// The open sockets of a process: what they share stands here once, so that each of them is small.

import type { Machine } from '../machine/index.js'
import { type Owner, Socket } from './socket.js'
import type { Waiters } from './waiters.js'

/** An open socket and the machine's reference of it. */
export interface SavedSocket {
  readonly socket: Socket
  readonly reference: number
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
  save(): readonly SavedSocket[] {
    return this.#list.map((socket) => ({ socket, reference: Socket.reference(this.machine, socket, 'socket') }))
  }

  /** Time went back to when these were open, and no others. */
  restore(saved: readonly SavedSocket[]): void {
    for (const { socket, reference } of saved) {
      Socket.revive(socket, reference, this.#list.length)
      this.#list.push(socket)
    }
  }
}
