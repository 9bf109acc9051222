// Sending from user space: the checks in Linux's order, one message, the group first and then the port.

import { AF_NETLINK, GFP_KERNEL, MSG_OOB, NL_CFG_F_NONROOT_SEND } from '../uapi/constants'
import { EINVAL, EMSGSIZE, ENOBUFS, ENODATA, EOPNOTSUPP, EPERM } from '../uapi/errno'
import { kernel } from '../kernel'
import { RECEIVE_AT, RESERVE_AT, TRANSMIT_AT, copyBytes, copyPieces, moveBytes, nil, refOf } from '../memory'
import { truesizeOf } from '../mm/truesize'
import { Cred } from '../task/cred'
import { Skb, skbAlloc, skbData, skbPut } from '../skb/skb'
import { lowestGroup } from './bind'
import { controlApply, controlCheck } from './control'
import { FILTER_NONE, FROM_USER, broadcast, enqueue, fits, isPeer, unicast } from './deliver'
import { portAutobind, portFind } from './port'
import { netlinkAllowed } from './protocol'
import { MIN_SNDBUF, SOCK_BOUND, SOCK_FILTERED, Sock, sndbufOf } from './sock'
import { tapEnd, watchBegin } from './watch'

const ADDRESS_BYTES = 12
// What a datagram is shorter than the send buffer at least (conformance send/too-big).
const RESERVED_BYTES: u32 = 32

/** The sender has a port, and its buffer takes so many bytes: 0, or -errno. */
// @ts-ignore: decorator
@inline
function prepare(sock: Sock, len: u32): i32 {
  if (!(sock.flags & SOCK_BOUND)) {
    const error = portAutobind(sock)
    if (error) return error
  }
  return fitsSndbuf(sock, len) ? 0 : -EMSGSIZE
}

/**
 * A message with everything but its bytes, or -errno. `addrlen` 0: to the peer. Control messages lie in the receive window.
 * The order of the checks: conformance send/order-of-checks.
 */
export function sendReserve(sock: Sock, len: u32, flags: u32, addrlen: i32, family: u32, portid: u32, groups: u32, controllen: u32): i32 {
  if (flags & MSG_OOB) return -EOPNOTSUPP
  if (len == 0) return -ENODATA
  if (controllen) {
    const error = controlCheck(sock.task, RECEIVE_AT, controllen)
    if (error) return error
  }
  if (addrlen) {
    if (addrlen < ADDRESS_BYTES || family != AF_NETLINK) return -EINVAL
    if ((portid != 0 || groups != 0) && !netlinkAllowed(sock, NL_CFG_F_NONROOT_SEND)) return -EPERM
  } else {
    // Nobody has asked whether it may be sent there.
    portid = 0
    groups = 0
  }
  const error = prepare(sock, len)
  if (error) return error
  const skb = skbAlloc(len, GFP_KERNEL)
  if (nil(skb)) return -ENOBUFS
  fillNamed(sock, skb, addrlen != 0, portid, lowestGroup(groups))
  if (controllen) controlApply(skb, RECEIVE_AT, controllen)
  return refOf(skb)
}

/** Whether the send buffer takes a datagram of so many bytes. */
// @ts-ignore: decorator
@inline
function fitsSndbuf(sock: Sock, len: u32): bool {
  return len <= MIN_SNDBUF - RESERVED_BYTES || len <= sndbufOf(sock) - RESERVED_BYTES
}

/**
 * Everything of a message but its bytes. netlink_capable(): the sender has the capability now, and unless it named an address whoever
 * opened the socket had it too.
 */
// @ts-ignore: decorator
@inline
export function fill(sock: Sock, skb: Skb, named: bool, portid: u32, group: u32): void {
  const cred = sock.task.cred
  // Two words at a time: the peer, the capabilities.
  const at = changetype<usize>(skb)
  const rights = changetype<usize>(cred)
  const peer = !named && !nil(sock.cold)
  store<u64>(at + offsetof<Skb>('dstPortid'), peer ? load<u64>(changetype<usize>(sock.cold)) : (<u64>group << 32) | portid)
  skb.truesize = truesizeOf(skb.len, skb.dstGroup == 0)
  skb.portid = sock.portid
  skb.group = skb.dstGroup
  skb.pid = sock.task.ownTgid
  skb.uid = cred.uid
  skb.gid = cred.gid
  const caps = load<u64>(rights + offsetof<Cred>('capsLow'))
  const opener: u64 = named ? -1 : load<u64>(changetype<usize>(sock.cred) + offsetof<Cred>('capsLow'))
  store<u64>(at + offsetof<Skb>('capsLow'), caps & opener)
  skb.flags = 0
}

function fillNamed(sock: Sock, skb: Skb, named: bool, portid: u32, group: u32): void {
  fill(sock, skb, named, portid, group)
}

/** Delivers a filled message: the length or -errno, that of the copy for the port. The caller keeps its reference. */
// @ts-ignore: decorator
@inline
function sendOff(sock: Sock, skb: Skb): i32 {
  const key = sock.key
  const portid = skb.dstPortid
  const watched = kernel().watch
  if (watched && !watchBegin(key, skb, portid, skb.dstGroup, sock)) return tapEnd(-ENOBUFS)
  if (skb.dstGroup) broadcast(key, skb, portid, skb.dstGroup, sock, true, FILTER_NONE)
  const result = unicast(key, skb, portid, FROM_USER)
  return watched ? tapEnd(result) : result
}

/** Delivers a filled message, which is given up unless it is refused; the same result. */
function handOver(sock: Sock, skb: Skb): i32 {
  const k = kernel()
  if (!(k.watch | skb.dstGroup) && skb.dstPortid) {
    // To one socket with room, as most messages go: our reference becomes the queue's.
    const to = portFind(sock.key, skb.dstPortid)
    if (!nil(to) && !(to.flags & SOCK_FILTERED) && isPeer(to, skb) && fits(to, skb)) {
      k.delivered += 1
      enqueue(to, skb)
      return skb.len
    }
  }
  const result = sendOff(sock, skb)
  if (result >= 0) skbPut(skb)
  return result
}

/** Delivers a filled message, which is given up. */
export function sendCommit(sock: Sock, skb: Skb): i32 {
  const result = handOver(sock, skb)
  if (result < 0) skbPut(skb)
  return result
}

/** send(2) of the transmit window: to the peer, without control messages. What most messages take, so it asks for nothing else. */
export function sendPlain(sock: Sock, len: u32, flags: u32): i32 {
  if (flags & MSG_OOB || !len || !(sock.flags & SOCK_BOUND) || !fitsSndbuf(sock, len)) {
    return sendWindow(sock, len, flags, 0, 0, 0, 0, 0)
  }
  const skb = skbAlloc(len, GFP_KERNEL)
  if (nil(skb)) return -ENOBUFS
  copyBytes(skbData(skb), TRANSMIT_AT, len)
  fill(sock, skb, false, 0, 0)
  const result = handOver(sock, skb)
  if (result < 0) skbPut(skb)
  return result
}

/**
 * send(2) of the reserve window: what was sent is zeros there when a function of the host runs, what was refused is as it was. The
 * padding of the last word goes along. The order of the checks is that of sendReserve().
 */
export function sendReserved(sock: Sock, len: u32, flags: u32): i32 {
  if (flags & MSG_OOB) return -EOPNOTSUPP
  if (len == 0) return -ENODATA
  const error = prepare(sock, len)
  if (error) return error
  const skb = skbAlloc(len, GFP_KERNEL)
  if (nil(skb)) return -ENOBUFS
  const whole = (len + 3) & ~3
  moveBytes(skbData(skb), RESERVE_AT, whole)
  fill(sock, skb, false, 0, 0)
  const result = handOver(sock, skb)
  if (result < 0) {
    copyPieces(RESERVE_AT, skbData(skb), whole)
    skbPut(skb)
  }
  return result
}

/** Sends what lies in the transmit window. */
export function sendWindow(sock: Sock, len: u32, flags: u32, addrlen: i32, family: u32, portid: u32, groups: u32, controllen: u32): i32 {
  const reserved = sendReserve(sock, len, flags, addrlen, family, portid, groups, controllen)
  if (reserved < 0) return reserved
  const skb = changetype<Skb>(reserved as usize)
  copyPieces(skbData(skb), TRANSMIT_AT, len)
  return sendCommit(sock, skb)
}
