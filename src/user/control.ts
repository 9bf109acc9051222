// Control messages: laid out for sendmsg() as cmsg(3) has them, and put into the room of recvmsg() as far as they fit.

import type { Cmsg } from '../api.js'
import {
  encodeNlPktinfo,
  encodeUcred,
  i32,
  MSG_CTRUNC,
  NETLINK_PKTINFO,
  SCM_CREDENTIALS,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../uapi/index.js'
import { asPlainBytes } from './arguments.js'

const CMSGHDR_BYTES = 16

function align8(length: number): number {
  return (length + 7) & ~7
}

/** Control messages one behind another; a `cmsg_len` that lies is kept as it is. */
export function encodeControl(items: readonly Cmsg[]): Uint8Array {
  if (!Array.isArray(items)) throw new TypeError('control must be an array of control messages')
  const parts: Uint8Array[] = []
  for (let index = 0; index < items.length; index++) parts.push(encodeCmsg(items[index]))
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

// A size_t; what is below 0 wraps, as in C.
function cmsgLength(length: number): bigint {
  if (typeof length !== 'number') throw new TypeError('cmsg_len must be a number')
  if (!Number.isSafeInteger(length)) throw new RangeError(`cmsg_len must be an integer, not ${length}`)
  return BigInt.asUintN(64, BigInt(length))
}

function encodeCmsg(item: Cmsg): Uint8Array {
  const data = asPlainBytes(item?.data, 'control data')
  const out = new Uint8Array(CMSGHDR_BYTES + align8(data.length))
  const view = new DataView(out.buffer)
  view.setBigUint64(0, cmsgLength(item.cmsg_len ?? CMSGHDR_BYTES + data.length), true)
  view.setInt32(8, i32(item.level, 'control level'), true)
  view.setInt32(12, i32(item.type, 'control type'), true)
  out.set(data, CMSGHDR_BYTES)
  return out
}

/** What a message's receiver is told beside its bytes. */
export interface Received {
  readonly pktinfo: boolean
  readonly passcred: boolean
  /** SO_PASSSEC: no label ever comes, but no room at all for one shows. */
  readonly passsec: boolean
  readonly group: number
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/**
 * The control messages that fit into `room` bytes, NETLINK_PKTINFO first. What does not fit is cut, and below 16 bytes left
 * out; both give MSG_CTRUNC (conformance recv/small-control-buffer).
 */
export function receivedControl(received: Received, room: number): { control: Cmsg[]; flags: number } {
  const control: Cmsg[] = []
  let flags = received.passsec && room === 0 ? MSG_CTRUNC : 0
  let left = room
  const put = (level: number, type: number, data: Uint8Array) => {
    if (left < CMSGHDR_BYTES) {
      flags |= MSG_CTRUNC
      return
    }
    const fits = Math.min(data.length, left - CMSGHDR_BYTES)
    if (fits < data.length) flags |= MSG_CTRUNC
    control.push({ level, type, data: data.subarray(0, fits) })
    left -= Math.min(left, CMSGHDR_BYTES + align8(data.length))
  }
  if (received.pktinfo) put(SOL_NETLINK, NETLINK_PKTINFO, encodeNlPktinfo({ group: received.group }))
  if (received.passcred) put(SOL_SOCKET, SCM_CREDENTIALS, encodeUcred(received))
  return { control, flags }
}
