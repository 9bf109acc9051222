// Socket options. Values lie in the receive window, both ways; the length that C tells is the result of a get.

import {
  AF_NETLINK,
  CAP_NET_ADMIN,
  CAP_NET_BROADCAST,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_BROADCAST_ERROR,
  NETLINK_CAP_ACK,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_LISTEN_ALL_NSID,
  NETLINK_LIST_MEMBERSHIPS,
  NETLINK_NO_ENOBUFS,
  NETLINK_PKTINFO,
  SO_ACCEPTCONN,
  SO_ATTACH_FILTER,
  SO_DETACH_FILTER,
  SO_DOMAIN,
  SO_ERROR,
  SO_LINGER,
  SO_LOCK_FILTER,
  SO_MARK,
  SO_MEMINFO,
  SO_PASSCRED,
  SO_PASSPIDFD,
  SO_PEEK_OFF,
  SO_PEERCRED,
  SO_PEERNAME,
  SO_PEERPIDFD,
  SO_PEERSEC,
  SO_PRIORITY,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_SNDLOWAT,
  SO_SNDTIMEO,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../uapi/constants'
import { EDOM, EINVAL, ENOBUFS, ENODATA, ENOENT, ENOPROTOOPT, EOPNOTSUPP, EPERM } from '../uapi/errno'
import { RECEIVE_AT, TRANSMIT_AT, nil } from '../memory'
import { hasCap } from '../task/cred'
import { changeMembership } from './bind'
import { updateLimit } from './deliver'
import { filterAttach, filterFree } from './filter'
import { membershipAt } from './group'
import {
  SOCK_BROADCAST_ERROR,
  SOCK_CAP_ACK,
  SOCK_CONGESTED,
  SOCK_EXT_ACK,
  SOCK_FILTERED,
  SOCK_FILTER_LOCKED,
  SOCK_HAS_GROUPS,
  SOCK_IS_DGRAM,
  SOCK_LISTEN_ALL_NSID,
  SOCK_NO_ENOBUFS,
  SOCK_PASSCRED,
  SOCK_PKTINFO,
  SOCK_STRICT_CHK,
  Sock,
  coldOf,
  errorOf,
  protocolOf,
  rcvbufOf,
  setError,
  sndbufOf,
} from './sock'
import { wakeSenders } from './wake'

/** net.core.rmem_max and wmem_max. */
const MAX_BUFFER: u32 = 4194304
const MIN_RCVBUF: u32 = 2304
const MIN_SNDBUF: u32 = 4608
const MEMINFO_BYTES: u32 = 36
const TIMEVAL_BYTES: u32 = 16

// The options of SOL_SOCKET that are kept and do nothing on netlink, as bits of their numbers below 32 and above.
// SO_DEBUG 1, REUSEADDR 2, DONTROUTE 5, BROADCAST 6, KEEPALIVE 9, OOBINLINE 10, NO_CHECK 11, TIMESTAMP 29
const SWITCHES_LOW: u32 = 0x20000e66
// SO_PASSSEC 34, RXQ_OVFL 40 (less 32)
const SWITCHES_HIGH: u32 = 0x00000104

// @ts-ignore: decorator
@inline
function putWord(at: u32, value: u32): void {
  store<u32>(RECEIVE_AT + at, value)
}

function netlinkFlag(name: i32): u32 {
  if (name == NETLINK_PKTINFO) return SOCK_PKTINFO
  if (name == NETLINK_BROADCAST_ERROR) return SOCK_BROADCAST_ERROR
  if (name == NETLINK_NO_ENOBUFS) return SOCK_NO_ENOBUFS
  if (name == NETLINK_CAP_ACK) return SOCK_CAP_ACK
  if (name == NETLINK_EXT_ACK) return SOCK_EXT_ACK
  if (name == NETLINK_GET_STRICT_CHK) return SOCK_STRICT_CHK
  if (name == NETLINK_LISTEN_ALL_NSID) return SOCK_LISTEN_ALL_NSID
  return 0
}

function setFlag(sock: Sock, flag: u32, on: bool): void {
  if (on) sock.flags |= flag
  else sock.flags &= ~flag
}

function taskHas(sock: Sock, cap: u32): bool {
  return hasCap(sock.task.cred.capsLow, sock.task.cred.capsHigh, cap)
}

// A value shorter than four bytes is not read and counts as 0 (conformance options/short-value-counts-as-zero).
function setNetlink(sock: Sock, name: i32, length: i32): i32 {
  const value: u32 = length >= 4 ? load<u32>(RECEIVE_AT) : 0
  if (name == NETLINK_ADD_MEMBERSHIP) return changeMembership(sock, value, true)
  if (name == NETLINK_DROP_MEMBERSHIP) return changeMembership(sock, value, false)
  const flag = netlinkFlag(name)
  if (!flag) return -ENOPROTOOPT
  if (flag == SOCK_LISTEN_ALL_NSID && !taskHas(sock, CAP_NET_BROADCAST)) return -EPERM
  setFlag(sock, flag, value != 0)
  if (flag == SOCK_NO_ENOBUFS && value != 0 && sock.flags & SOCK_CONGESTED) {
    sock.flags &= ~SOCK_CONGESTED
    updateLimit(sock)
    wakeSenders(sock)
  }
  return 0
}

// What is asked for is doubled, and not let below the least; without FORCE it is cut at the system's limit first.
function setBuffer(sock: Sock, receive: bool, force: bool, value: u32): i32 {
  if (force && !taskHas(sock, CAP_NET_ADMIN)) return -EPERM
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const wanted: u32 = force ? ((value as i32) < 0 ? 0 : value) : min(value, MAX_BUFFER)
  const doubled: u32 = wanted > 0x3fffffff ? 0x7ffffffe : wanted << 1
  if (receive) {
    cold.rcvbuf = max(doubled, MIN_RCVBUF)
    updateLimit(sock)
    wakeSenders(sock)
  } else {
    cold.sndbuf = max(doubled, MIN_SNDBUF)
  }
  return 0
}

function setTimeout(sock: Sock, name: i32, length: i32): i32 {
  if (length < <i32>TIMEVAL_BYTES) return -EINVAL
  const seconds = load<i64>(RECEIVE_AT)
  const micros = load<i64>(RECEIVE_AT, 8)
  if (micros < 0 || micros >= 1000000) return -EDOM
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  // A negative time means not to wait at all; 0 means for ever. One microsecond stands for the former.
  const most: i64 = 0x7fffffffffffffff / 1000000 - 1
  const total: u64 = seconds < 0 ? 1 : <u64>min(seconds, most) * 1000000 + micros
  if (name == SO_RCVTIMEO) {
    cold.rcvtimeoLow = total as u32
    cold.rcvtimeoHigh = (total >>> 32) as u32
  } else {
    cold.sndtimeoLow = total as u32
    cold.sndtimeoHigh = (total >>> 32) as u32
  }
  return 0
}

function setFilter(sock: Sock, length: i32): i32 {
  if (sock.flags & SOCK_FILTER_LOCKED) return -EPERM
  return filterAttach(sock, TRANSMIT_AT, (length as u32) >>> 3)
}

function isSwitch(name: u32): bool {
  return name < 32 ? ((SWITCHES_LOW >>> name) & 1) != 0 : name < 64 && ((SWITCHES_HIGH >>> (name - 32)) & 1) != 0
}

function setSwitch(sock: Sock, name: u32, on: bool): i32 {
  if (!on && nil(sock.cold)) return 0
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const bit: u32 = 1 << (name & 31)
  if (name < 32) cold.options = on ? cold.options | bit : cold.options & ~bit
  else cold.optionsHigh = on ? cold.optionsHigh | bit : cold.optionsHigh & ~bit
  return 0
}

function setNumber(sock: Sock, name: i32, value: u32): i32 {
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  if (name == SO_PRIORITY) {
    if (value > 6 && !taskHas(sock, CAP_NET_ADMIN)) return -EPERM
    cold.priority = value
  } else if (name == SO_MARK) {
    if (!taskHas(sock, CAP_NET_ADMIN)) return -EPERM
    cold.mark = value
  } else {
    cold.rcvlowat = (value as i32) < 0 ? 0x7fffffff : value == 0 ? 1 : value
  }
  return 0
}

function setLinger(sock: Sock, length: i32): i32 {
  if (length < 8) return -EINVAL
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  cold.lingerOn = load<u32>(RECEIVE_AT) != 0 ? 1 : 0
  if (cold.lingerOn) cold.lingerTime = load<u32>(RECEIVE_AT, 4)
  return 0
}

function setSocket(sock: Sock, name: i32, length: i32): i32 {
  if (length < 4) return -EINVAL
  if (name == SO_ATTACH_FILTER) return setFilter(sock, length)
  const value = load<u32>(RECEIVE_AT)
  if (name == SO_DETACH_FILTER) {
    if (sock.flags & SOCK_FILTER_LOCKED) return -EPERM
    if (!(sock.flags & SOCK_FILTERED)) return -ENOENT
    filterFree(sock)
    return 0
  }
  if (name == SO_LOCK_FILTER) {
    if (sock.flags & SOCK_FILTER_LOCKED && value == 0) return -EPERM
    setFlag(sock, SOCK_FILTER_LOCKED, value != 0)
    return 0
  }
  if (name == SO_RCVBUF || name == SO_RCVBUFFORCE) return setBuffer(sock, true, name == SO_RCVBUFFORCE, value)
  if (name == SO_SNDBUF || name == SO_SNDBUFFORCE) return setBuffer(sock, false, name == SO_SNDBUFFORCE, value)
  if (name == SO_PASSCRED) {
    setFlag(sock, SOCK_PASSCRED, value != 0)
    return 0
  }
  if (name == SO_LINGER) return setLinger(sock, length)
  if (name == SO_RCVTIMEO || name == SO_SNDTIMEO) return setTimeout(sock, name, length)
  if (name == SO_PRIORITY || name == SO_MARK || name == SO_RCVLOWAT) return setNumber(sock, name, value)
  if (name == SO_REUSEPORT || name == SO_PASSPIDFD || name == SO_PEEK_OFF) return -EOPNOTSUPP
  if (isSwitch(name)) return setSwitch(sock, name, value != 0)
  return -ENOPROTOOPT
}

/**
 * setsockopt(2): the value's first bytes lie in the receive window, a filter's instructions in the transmit window and on
 * (`length` being theirs). A `length` below 0 is for the host to refuse.
 */
export function optionSet(sock: Sock, level: i32, name: i32, length: i32): i32 {
  if (level == SOL_SOCKET) return setSocket(sock, name, length)
  return level == SOL_NETLINK ? setNetlink(sock, name, length) : -ENOPROTOOPT
}

// One bit for each group, in words, up to the highest group ever joined. Only whole words are written.
function listMemberships(sock: Sock, room: u32): i32 {
  if (!(sock.flags & SOCK_HAS_GROUPS)) return 0
  const cold = sock.cold
  const words = ((cold.highest - 1) >>> 5) + 1
  const writable = min(words, room >>> 2)
  memory.fill(RECEIVE_AT, 0, writable << 2)
  for (let i: u32 = 0; i < cold.memberCount; i++) {
    const bit = membershipAt(cold, i).number - 1
    if (bit >>> 5 >= writable) continue
    const at = RECEIVE_AT + ((bit >>> 5) << 2)
    store<u32>(at, load<u32>(at) | (1 << (bit & 31)))
  }
  return words << 2
}

function getNetlink(sock: Sock, name: i32, room: u32): i32 {
  if (name == NETLINK_LIST_MEMBERSHIPS) return listMemberships(sock, room)
  const flag = netlinkFlag(name)
  if (!flag) return -ENOPROTOOPT
  if (room < 4) return -EINVAL
  putWord(0, sock.flags & flag ? 1 : 0)
  return 4
}

// sk_meminfo: rmem, rcvbuf, wmem, sndbuf, forward, queued, option memory, backlog, drops
function putMeminfo(sock: Sock): void {
  memory.fill(RECEIVE_AT, 0, MEMINFO_BYTES)
  putWord(0, sock.rmem)
  putWord(4, rcvbufOf(sock))
  putWord(12, sndbufOf(sock))
  putWord(32, sock.drops)
}

function putTimeout(low: u32, high: u32): void {
  const total = (<u64>high << 32) | low
  store<u64>(RECEIVE_AT, total / 1000000)
  store<u64>(RECEIVE_AT, total % 1000000, 8)
}

// What options that nobody has set read as.
function putFresh(name: i32): i32 {
  memory.fill(RECEIVE_AT, 0, TIMEVAL_BYTES)
  if (name == SO_LINGER) return 8
  if (name == SO_RCVTIMEO || name == SO_SNDTIMEO) return TIMEVAL_BYTES
  putWord(0, name == SO_RCVLOWAT ? 1 : 0)
  return 4
}

function getCold(sock: Sock, name: i32): i32 {
  if (nil(sock.cold)) return putFresh(name)
  const cold = sock.cold
  if (name == SO_LINGER) {
    putWord(0, cold.lingerOn)
    putWord(4, cold.lingerTime)
    return 8
  }
  if (name == SO_RCVTIMEO || name == SO_SNDTIMEO) {
    if (name == SO_RCVTIMEO) putTimeout(cold.rcvtimeoLow, cold.rcvtimeoHigh)
    else putTimeout(cold.sndtimeoLow, cold.sndtimeoHigh)
    return TIMEVAL_BYTES
  }
  if (name == SO_PRIORITY) putWord(0, cold.priority)
  else if (name == SO_MARK) putWord(0, cold.mark)
  else if (name == SO_RCVLOWAT) putWord(0, cold.rcvlowat)
  else putWord(0, ((name < 32 ? cold.options : cold.optionsHigh) >>> (name & 31)) & 1)
  return 4
}

function getSocket(sock: Sock, name: i32, room: u32): i32 {
  if (name == SO_MEMINFO) {
    putMeminfo(sock)
    return MEMINFO_BYTES
  }
  if (name == SO_PEERNAME) {
    if (room > 12) return -EINVAL
    memory.fill(RECEIVE_AT, 0, 12)
    store<u16>(RECEIVE_AT, AF_NETLINK)
    if (!nil(sock.cold)) {
      putWord(4, sock.cold.dstPortid)
      putWord(8, sock.cold.dstGroup && sock.cold.dstGroup <= 32 ? 1 << (sock.cold.dstGroup - 1) : 0)
    }
    return 12
  }
  if (name == SO_PEERCRED) {
    putWord(0, 0)
    putWord(4, -1)
    putWord(8, -1)
    return 12
  }
  if (name == SO_PEERPIDFD) return -ENODATA
  if (name == SO_PEERSEC) return -ENOPROTOOPT
  if (name == SO_REUSEPORT) {
    putWord(0, 0)
    return 4
  }
  if (name == SO_PASSPIDFD || name == SO_PEEK_OFF) return -EOPNOTSUPP
  if (isSwitch(name) || name == SO_LINGER || name == SO_RCVTIMEO || name == SO_SNDTIMEO) return getCold(sock, name)
  if (name == SO_PRIORITY || name == SO_MARK || name == SO_RCVLOWAT) return getCold(sock, name)
  return getPlain(sock, name)
}

function getPlain(sock: Sock, name: i32): i32 {
  let value: u32 = 0
  if (name == SO_TYPE) value = sock.flags & SOCK_IS_DGRAM ? SOCK_DGRAM : SOCK_RAW
  else if (name == SO_DOMAIN) value = AF_NETLINK
  else if (name == SO_PROTOCOL) value = protocolOf(sock)
  else if (name == SO_RCVBUF) value = rcvbufOf(sock)
  else if (name == SO_SNDBUF) value = sndbufOf(sock)
  else if (name == SO_SNDLOWAT) value = 1
  else if (name == SO_PASSCRED) value = sock.flags & SOCK_PASSCRED ? 1 : 0
  else if (name == SO_LOCK_FILTER) value = sock.flags & SOCK_FILTER_LOCKED ? 1 : 0
  else if (name == SO_ERROR) {
    value = errorOf(sock)
    setError(sock, 0)
  } else if (name != SO_ACCEPTCONN) return -ENOPROTOOPT
  putWord(0, value)
  return 4
}

/** getsockopt(2) into the receive window: the length that the option has (the host cuts it at the room), or -errno. */
export function optionGet(sock: Sock, level: i32, name: i32, room: u32): i32 {
  if (level == SOL_SOCKET) return getSocket(sock, name, room)
  return level == SOL_NETLINK ? getNetlink(sock, name, room) : -ENOPROTOOPT
}
