// The open sockets of a process: what they share stands here once, so that each of them is small.

import type { Machine } from '../machine/index.js'
import { type Owner, Socket } from './socket.js'
import type { Waiters } from './waiters.js'

export class OpenSockets implements Owner {
  readonly machine: Machine
  readonly waiters: Waiters
  /** Each at the place that it knows. */
  readonly byPlace: Socket[] = []

  constructor(machine: Machine, waiters: Waiters) {
    this.machine = machine
    this.waiters = waiters
  }

  /** The object for a socket that the machine has opened. */
  add(sock: number, id: number): Socket {
    const socket = new Socket(this, sock, id, this.byPlace.length)
    this.byPlace.push(socket)
    return socket
  }

  /** The last one takes the place of a socket that was closed. */
  forget(place: number): void {
    const last = this.byPlace.pop() as Socket
    if (place === this.byPlace.length) return
    this.byPlace[place] = last
    Socket.move(last, place)
  }

  /** In the order in which they were opened. */
  inOrder(): Socket[] {
    return [...this.byPlace].sort((a, b) => a.id - b.id)
  }

  /** All are closed: the process has ended, or time goes back. */
  revokeAll(): void {
    for (const socket of this.byPlace) Socket.revoke(socket)
    this.byPlace.length = 0
  }
}
