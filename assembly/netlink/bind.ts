// bind(), connect(), joining and leaving groups, and the names of a socket.

import { AF_NETLINK, AF_UNSPEC, NL_CFG_F_NONROOT_RECV, NL_CFG_F_NONROOT_SEND } from '../uapi/constants'
import { EBADF, EINVAL, ENOBUFS, ENOENT, EPERM } from '../uapi/errno'
import { nil, setResult } from '../memory'
import { RESULT_ADDR_GROUPS, RESULT_ADDR_PID } from '../result'
import { sockHold, sockLetGo } from './close'
import { groupJoin, groupLeave, isMember, maskOf } from './group'
import { logDetach } from './group-log'
import { portAutobind, portInsert, portRemove } from './port'
import { ANY_GROUP, MIN_GROUPS, bindHook, netlinkAllowed, protocolAt, unbindHook } from './protocol'
import { SOCK_BOUND, SOCK_CONNECTED, SOCK_DYING, SOCK_HAS_GROUPS, Sock, coldOf, peerOf, protocolOf } from './sock'

const ADDRESS_BYTES = 12

/** The number of the lowest group in a mask, 0 for none. */
// @ts-ignore: decorator
@inline
export function lowestGroup(groups: u32): u32 {
  return groups ? firstOf(groups) : 0
}

// The same for a mask that is not empty.
// @ts-ignore: decorator
@inline
function firstOf(groups: u32): u32 {
  return ctz(groups) + 1
}

// Whoever touches groups for the first time gets the list of them, which NETLINK_LIST_MEMBERSHIPS then shows.
function makeList(sock: Sock): i32 {
  if (!protocolAt(protocolOf(sock)).registered) return -ENOENT
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  sock.flags |= SOCK_HAS_GROUPS
  const groups = protocolAt(protocolOf(sock)).groups
  cold.highest = max(cold.highest, groups == ANY_GROUP ? MIN_GROUPS : groups)
  return 0
}

function groupsOf(sock: Sock): u32 {
  return nil(sock.cold) ? 0 : sock.cold.groups
}

function undoHooks(sock: Sock, groups: u32): void {
  while (groups) {
    const group = firstOf(groups)
    groups &= groups - 1
    unbindHook(protocolOf(sock), group)
  }
}

// Asks the protocol about every group of the mask in rising order; a refusal takes the earlier ones back.
function askHooks(sock: Sock, groups: u32): i32 {
  let asked: u32 = 0
  while (asked != groups) {
    const group = firstOf(groups & ~asked)
    const error = bindHook(sock, group)
    if (error) {
      undoHooks(sock, asked)
      return error
    }
    asked |= 1 << (group - 1)
  }
  return 0
}

// The new ones first: a socket that is never without a group keeps its place in the order of service.
function replaceGroups(sock: Sock, groups: u32): i32 {
  const old = groupsOf(sock)
  let join = groups & ~old
  while (join) {
    const error = groupJoin(sock, firstOf(join))
    if (error) {
      leaveGroups(sock, groupsOf(sock) & ~old)
      return error
    }
    join &= join - 1
  }
  leaveGroups(sock, old & ~groups)
  return 0
}

function leaveGroups(sock: Sock, groups: u32): void {
  while (groups) {
    groupLeave(sock, firstOf(groups))
    groups &= groups - 1
  }
}

function takePort(sock: Sock, portid: u32): i32 {
  return portid ? portInsert(sock, portid) : portAutobind(sock)
}

/**
 * bind(2) with an address of `addrlen` bytes. Checked in this order: length, family, privilege for groups, port of a bound
 * socket, the protocol's opinion of the groups, port taken (conformance bind/order-of-checks).
 */
export function sockBind(sock: Sock, addrlen: i32, family: u32, portid: u32, groups: u32): i32 {
  if (addrlen < ADDRESS_BYTES || family != AF_NETLINK) return -EINVAL
  if (groups) {
    if (!netlinkAllowed(sock, NL_CFG_F_NONROOT_RECV)) return -EPERM
    const error = makeList(sock)
    if (error) return error
  }
  const wasBound = (sock.flags & SOCK_BOUND) != 0
  if (wasBound && portid != sock.portid) return -EINVAL
  const held = sockHold(sock)
  return sockLetGo(sock, held, bindNow(sock, wasBound, portid, groups))
}

function bindNow(sock: Sock, wasBound: bool, portid: u32, groups: u32): i32 {
  const refused = askHooks(sock, groups)
  if (refused) return refused
  if (sock.flags & SOCK_DYING) return -EBADF
  if (!wasBound) {
    const error = takePort(sock, portid)
    if (error) {
      undoHooks(sock, groups)
      return error
    }
  }
  if (groups == 0 && groupsOf(sock) == 0) return 0
  const error = replaceGroups(sock, groups)
  if (!error) return 0
  undoHooks(sock, groups)
  if (!wasBound) {
    // A hook may have read from it, or had it join another group.
    logDetach(sock)
    portRemove(sock)
    sock.portid = 0
  }
  return error
}

/**
 * NETLINK_ADD_MEMBERSHIP or NETLINK_DROP_MEMBERSHIP. Privilege comes before the number (conformance
 * membership/unprivileged-on-usersock).
 */
export function changeMembership(sock: Sock, group: u32, join: bool): i32 {
  if (!netlinkAllowed(sock, NL_CFG_F_NONROOT_RECV)) return -EPERM
  const number = protocolOf(sock)
  const error = makeList(sock)
  if (error) return error
  if (group == 0 || group > protocolAt(number).groups) return -EINVAL
  if (join) {
    const held = sockHold(sock)
    const refused = bindHook(sock, group)
    const joined = refused || sock.flags & SOCK_DYING || isMember(sock, group) ? refused : groupJoin(sock, group)
    if (joined != refused) unbindHook(number, group)
    return sockLetGo(sock, held, joined)
  }
  if (isMember(sock, group)) groupLeave(sock, group)
  unbindHook(number, group)
  return 0
}

/** connect(2); AF_UNSPEC takes the peer away and needs two bytes only. */
export function sockConnect(sock: Sock, addrlen: i32, family: u32, portid: u32, groups: u32): i32 {
  if (addrlen < 2) return -EINVAL
  if (family == AF_UNSPEC) {
    sock.flags &= ~SOCK_CONNECTED
    if (!nil(sock.cold)) {
      // Port and group.
      store<u64>(changetype<usize>(sock.cold), 0)
    }
    return 0
  }
  if (family != AF_NETLINK || addrlen < ADDRESS_BYTES) return -EINVAL
  if ((portid != 0 || groups != 0) && !netlinkAllowed(sock, NL_CFG_F_NONROOT_SEND)) return -EPERM
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const error = portAutobind(sock)
  if (error) return error
  sock.flags |= SOCK_CONNECTED
  cold.dstPortid = portid
  cold.dstGroup = lowestGroup(groups)
  return 0
}

/** Writes the socket's own address into the result words. */
export function sockName(sock: Sock): void {
  setResult(RESULT_ADDR_PID, sock.portid)
  setResult(RESULT_ADDR_GROUPS, groupsOf(sock))
}

/** Writes the peer's address into the result words; without a peer it is 0. */
export function sockPeer(sock: Sock): void {
  const peer = peerOf(sock)
  setResult(RESULT_ADDR_PID, peer as u32)
  setResult(RESULT_ADDR_GROUPS, maskOf((peer >>> 32) as u32))
}
