// Datagrams of one socket as messages. Every datagram comes into the same room; only what is given out is copied from it.

import type { ReceivedMsg, Socket } from '../api.js'
import { decodeNlPktinfo, MSG_TRUNC, NETLINK_PKTINFO, POLLERR, POLLIN, SOL_NETLINK } from '../uapi/index.js'
import { isCode } from './codes.js'
import { LARGEST_MESSAGE, type Room, readMessages } from './datagram.js'
import type { ClientMessage, LossReason } from './messages.js'

/** Takes what a datagram held. */
export interface Sink {
  readonly message: (message: ClientMessage) => void
  readonly loss: (reason: LossReason) => void
}

/** Room for a NETLINK_PKTINFO control message. */
const PKTINFO_ROOM = 64

/** A room as recvmsg() takes it. */
interface Scratch extends Room {
  readonly msg: { readonly iov: readonly Uint8Array[]; controllen: number }
}

/** One for all clients; more only if a sink receives in its turn. */
const scratches: Scratch[] = []

export class Receiver {
  readonly #socket: Socket
  #controllen = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** From now on group numbers over 32 are told too: an address has no bit for them. */
  tellGroups(): void {
    this.#socket.setsockopt(SOL_NETLINK, NETLINK_PKTINFO, 1)
    this.#controllen = PKTINFO_ROOM
  }

  /** Whether the next receive would report an overrun. */
  get overran(): boolean {
    return this.#socket.poll(POLLERR) !== 0
  }

  /** Hands the messages of the next datagram, or an overrun, to `sink`; false if there is neither. */
  receive(sink: Sink): boolean {
    if ((this.#socket.poll(POLLIN | POLLERR) & (POLLIN | POLLERR)) === 0) return false
    const scratch = scratches.pop() ?? makeScratch()
    try {
      return this.#receive(scratch, sink)
    } finally {
      scratches.push(scratch)
    }
  }

  #receive(scratch: Scratch, sink: Sink): boolean {
    scratch.msg.controllen = this.#controllen
    let received: ReceivedMsg
    try {
      received = this.#socket.recvmsg(scratch.msg)
    } catch (error) {
      if (isCode(error, 'EAGAIN')) return false
      if (!isCode(error, 'ENOBUFS')) throw error
      sink.loss('ENOBUFS')
      return true
    }
    const { n, name, flags } = received
    const group = name.nl_groups === 0 ? pktinfoGroup(received) : lowestGroup(name.nl_groups)
    const whole = readMessages(scratch, n, { portid: name.nl_pid, group }, sink.message) && (flags & MSG_TRUNC) === 0
    if (!whole) sink.loss('malformed')
    return true
  }
}

function makeScratch(): Scratch {
  const buffer = new Uint8Array(LARGEST_MESSAGE)
  return { buffer, view: new DataView(buffer.buffer), msg: { iov: [buffer], controllen: 0 } }
}

function lowestGroup(groups: number): number {
  return 32 - Math.clz32(groups & -groups)
}

function pktinfoGroup({ control }: ReceivedMsg): number {
  for (const { level, type, data } of control) {
    if (level === SOL_NETLINK && type === NETLINK_PKTINFO) return decodeNlPktinfo(data).group
  }
  return 0
}
