// The connector's messages in the bytes of a datagram.

import { CN_MSG, NLMSGHDR, nlmsgAlign } from '../uapi/index.js'
import type { ClientMessage } from './messages.js'

/** Bytes, and a view of the same. */
export interface Room {
  readonly buffer: Uint8Array
  readonly view: DataView
}

/** Where a datagram came from. */
export interface Origin {
  readonly portid: number
  readonly group: number
}

/** The largest message of the connector: headers, and as many data as 16 bits can say; padded. */
export const LARGEST_MESSAGE = NLMSGHDR.size + CN_MSG.size + 0xffff + 1

/**
 * Gives copies of the messages in the first `n` bytes to `take`: of each netlink message its cn_msg, and those that
 * cn_netlink_send_mult() put behind it, unaligned. False if some of it, or all, is nothing of the kind.
 */
export function readMessages(room: Room, n: number, origin: Origin, take: (message: ClientMessage) => void): boolean {
  if (n < NLMSGHDR.size) return false
  for (let start = 0; start + NLMSGHDR.size <= n; ) {
    const length = room.view.getUint32(start + NLMSGHDR.nlmsg_len, true)
    if (length < NLMSGHDR.size || start + length > n) return false
    if (!readCnMsgs(room, start + NLMSGHDR.size, start + length, origin, take)) return false
    start += nlmsgAlign(length)
  }
  return true
}

function readCnMsgs(room: Room, start: number, end: number, origin: Origin, take: (message: ClientMessage) => void) {
  let at = start
  do {
    if (at + CN_MSG.size > end) return false
    const next = at + CN_MSG.size + room.view.getUint16(at + CN_MSG.len, true)
    if (next > end) return false
    take(copyOf(room, at, next, origin))
    at = next
  } while (!isPadding(room.buffer, at, end))
  return true
}

function copyOf({ buffer, view }: Room, at: number, next: number, { portid, group }: Origin): ClientMessage {
  return {
    type: 'message',
    id: { idx: view.getUint32(at + CN_MSG.idx, true), val: view.getUint32(at + CN_MSG.val, true) },
    seq: view.getUint32(at + CN_MSG.seq, true),
    ack: view.getUint32(at + CN_MSG.ack, true),
    len: view.getUint16(at + CN_MSG.len, true),
    flags: view.getUint16(at + CN_MSG.flags, true),
    data: buffer.slice(at + CN_MSG.size, next),
    portid,
    group,
  }
}

/** Zeros, or nothing: cn_netlink_send_mult() fills up with zeros. */
function isPadding(buffer: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (buffer[at] !== 0) return false
  return true
}
