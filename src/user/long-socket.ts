// A socket for memory that is shared: numbers in, numbers out, nothing thrown but what callbacks throw, and nobody noted who could wait.

import { LAYOUT, Longs, type Machine, type Room } from '../machine/index.js'
import { EBADF, MSG_PEEK, MSG_TRUNC, POLLIN } from '../uapi/index.js'
import type { Target } from './address.js'
import { continueDump, senderGroups } from './received.js'
import type { Socket } from './socket.js'

export class LongSocket {
  readonly #socket: Socket
  readonly #machine: Machine
  readonly #longs: Longs

  constructor(socket: Socket) {
    this.#socket = socket
    this.#machine = socket.machine
    this.#longs = new Longs(socket.machine)
  }

  /** As sendto(), of `length` bytes that begin at a long: what that gives, or -errno. */
  send(from: BigUint64Array, at: number, length: number, to: Target): number {
    const sock = this.#socket.reference
    if (sock === 0) return -EBADF
    if (to.addrlen !== 0 || length > LAYOUT.TRANSMIT_BYTES) return this.#sendTo(sock, from, at, length, to)
    this.#longs.transmit(from, at, length)
    return this.#settled(this.#machine.abi.send(sock, length, 0))
  }

  #sendTo(sock: number, from: BigUint64Array, at: number, length: number, to: Target): number {
    if (length > LAYOUT.TRANSMIT_BYTES) return this.#settled(this.#sendLong(sock, from, at, length, to))
    const { addrlen, family, pid, groups } = to
    this.#longs.transmit(from, at, length)
    return this.#settled(this.#machine.abi.sendmsg(sock, length, 0, addrlen, family, pid, groups, 0))
  }

  #sendLong(sock: number, from: BigUint64Array, at: number, length: number, to: Target): number {
    const { abi } = this.#machine
    const skb = abi.send_reserve(sock, length, 0, to.addrlen, to.family, to.pid, to.groups, 0)
    if (skb < 0) return skb
    this.#machine.fillParts(skb, [new Uint8Array(from.buffer, from.byteOffset + at * 8, length)])
    return abi.send_commit(sock, skb)
  }

  /** How many bytes the next datagram has, or -errno. A tap is told of errors only: nothing has been received. */
  nextLength(): number {
    const sock = this.#socket.reference
    if (sock === 0) return -EBADF
    const machine = this.#machine
    if (machine.raw.poll(sock, POLLIN) !== POLLIN) return this.#settled(machine.abi.recv(sock, 0, MSG_PEEK | MSG_TRUNC))
    return machine.messageLength(machine.raw.socket_queued(sock, 0))
  }

  /**
   * As recvfrom(), into `room` bytes that begin at a long: how many the datagram has, or -errno. Its sender's port and groups
   * go into `sender`.
   */
  receive(into: Room, at: number, room: number, sender: Uint32Array): number {
    const sock = this.#socket.reference
    if (sock === 0) return -EBADF
    const machine = this.#machine
    const result = machine.abi.recv(sock, room, MSG_TRUNC)
    if (result >= 0) {
      sender[0] = machine.word(LAYOUT.WORD_PORTID)
      sender[1] = senderGroups(machine)
      this.#longs.copyReceived(into, at)
      continueDump(machine, sock)
    }
    return this.#settled(result)
  }

  #settled(result: number): number {
    this.#machine.settle()
    return result
  }
}
