// Socket options. Values lie in the receive window, both ways; the length that C tells is the result of a get.

import {
  AF_NETLINK,
  CAP_NET_ADMIN,
  CAP_NET_BROADCAST,
  CAP_NET_RAW,
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
  SO_DEBUG,
  SO_DETACH_FILTER,
  SO_DOMAIN,
  SO_ERROR,
  SO_LINGER,
  SO_LOCK_FILTER,
  SO_MARK,
  SO_MEMINFO,
  SO_PASSCRED,
  SO_PASSPIDFD,
  SO_PASSSEC,
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
import { EACCES, EDOM, EINVAL, ENOBUFS, ENODATA, ENOENT, ENOPROTOOPT, EOPNOTSUPP, EPERM } from '../uapi/errno'
import { RECEIVE_AT, RECEIVE_SIZE, TRANSMIT_AT, nil } from '../memory'
import { hasCap } from '../task/cred'
import { changeMembership } from './bind'
import { updateLimit } from './deliver'
import { filterAttach, filterCount, filterFree, filterMemory, filterProgram } from './filter'
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
  SOCK_PASSSEC,
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
/** What the length of a filter counts beside its instructions, so that an empty one has a length too. */
const FPROG_BYTES: u32 = 4
const TIMEVAL_BYTES: u32 = 16
/** Times are kept in steps of CONFIG_HZ, rounded up, and do not go beyond what a long holds of them. */
const HZ: i64 = 250
const MICROSECONDS: i64 = 1000000
const FOREVER: i64 = i64.MAX_VALUE / HZ - 1
/** A negative time: not to wait at all. */
const NOT_AT_ALL: u64 = u64.MAX_VALUE

// The options of SOL_SOCKET that are kept and do nothing on netlink, as bits of their numbers below 32 and above.
// SO_DEBUG 1, REUSEADDR 2, DONTROUTE 5, BROADCAST 6, KEEPALIVE 9, OOBINLINE 10, NO_CHECK 11, TIMESTAMP 29
const SWITCHES_LOW: u32 = 0x20000e66
// SO_RXQ_OVFL 40 (less 32)
const SWITCHES_HIGH: u32 = 0x00000100

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
  if (micros < 0 || micros >= MICROSECONDS) return -EDOM
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const step = MICROSECONDS / HZ
  const total: u64 = seconds < 0 ? NOT_AT_ALL : seconds >= FOREVER ? 0 : seconds * HZ + (micros + step - 1) / step
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
  return filterAttach(sock, TRANSMIT_AT, ((length as u32) - FPROG_BYTES) >>> 3)
}

function isSwitch(name: u32): bool {
  return name < 32 ? ((SWITCHES_LOW >>> name) & 1) != 0 : name < 64 && ((SWITCHES_HIGH >>> (name - 32)) & 1) != 0
}

function setSwitch(sock: Sock, name: u32, on: bool): i32 {
  if (on && name == SO_DEBUG && !taskHas(sock, CAP_NET_ADMIN)) return -EACCES
  if (!on && nil(sock.cold)) return 0
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const bit: u32 = 1 << (name & 31)
  if (name < 32) cold.options = on ? cold.options | bit : cold.options & ~bit
  else cold.optionsHigh = on ? cold.optionsHigh | bit : cold.optionsHigh & ~bit
  return 0
}

function maySteer(sock: Sock): bool {
  return taskHas(sock, CAP_NET_RAW) || taskHas(sock, CAP_NET_ADMIN)
}

function setNumber(sock: Sock, name: i32, value: u32): i32 {
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  if (name == SO_PRIORITY) {
    if (value > 6 && !maySteer(sock)) return -EPERM
    cold.priority = value
  } else if (name == SO_MARK) {
    if (!maySteer(sock)) return -EPERM
    cold.mark = value
  } else {
    cold.rcvlowat = (value as i32) < 0 ? 0x7fffffff : value == 0 ? 1 : value
  }
  return 0
}

// A negative time is the longest that a long holds in steps, of which reading shows the lower half in seconds.
function lingerSeconds(seconds: i32): u32 {
  return seconds < 0 ? <u32>(i64.MAX_VALUE / HZ) : seconds
}

function setLinger(sock: Sock, length: i32): i32 {
  if (length < 8) return -EINVAL
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  cold.lingerOn = load<u32>(RECEIVE_AT) != 0 ? 1 : 0
  if (cold.lingerOn) cold.lingerTime = lingerSeconds(load<i32>(RECEIVE_AT, 4))
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
  if (name == SO_PASSCRED || name == SO_PASSSEC) {
    setFlag(sock, name == SO_PASSCRED ? SOCK_PASSCRED : SOCK_PASSSEC, value != 0)
    return 0
  }
  if (name == SO_LINGER) return setLinger(sock, length)
  if (name == SO_RCVTIMEO || name == SO_SNDTIMEO) return setTimeout(sock, name, length)
  if (name == SO_PRIORITY || name == SO_MARK || name == SO_RCVLOWAT) return setNumber(sock, name, value)
  // It may be switched off, not on.
  if (name == SO_REUSEPORT) return value == 0 ? 0 : -EOPNOTSUPP
  if (name == SO_PASSPIDFD || name == SO_PEEK_OFF) return -EOPNOTSUPP
  if (isSwitch(name)) return setSwitch(sock, name, value != 0)
  return -ENOPROTOOPT
}

/**
 * setsockopt(2): the value's first bytes lie in the receive window, a filter's instructions in the transmit window and on
 * (`length` being theirs and four). A `length` below 0 is for the host to refuse.
 */
export function optionSet(sock: Sock, level: i32, name: i32, length: i32): i32 {
  if (level == SOL_SOCKET) return setSocket(sock, name, length)
  return level == SOL_NETLINK ? setNetlink(sock, name, length) : -ENOPROTOOPT
}

// One bit for each group, in words, up to the highest group ever joined. Only whole words are written.
function listMemberships(sock: Sock): i32 {
  if (!(sock.flags & SOCK_HAS_GROUPS)) return 0
  memberships(sock, 0)
  return (((sock.cold.highest - 1) >>> 5) + 1) << 2
}

function memberships(sock: Sock, first: u32): void {
  memory.fill(RECEIVE_AT, 0, RECEIVE_SIZE)
  if (!(sock.flags & SOCK_HAS_GROUPS)) return
  const cold = sock.cold
  for (let i: u32 = 0; i < cold.memberCount; i++) {
    const bit = membershipAt(cold, i).number - 1
    const word = (bit >>> 5) - first
    if (word >= RECEIVE_SIZE >>> 2) continue
    const at = RECEIVE_AT + (word << 2)
    store<u32>(at, load<u32>(at) | (1 << (bit & 31)))
  }
}

/**
 * Of a value that is longer than the receive window, what fits from word `first` on: NETLINK_LIST_MEMBERSHIPS, or of SOL_SOCKET
 * the filter.
 */
export function optionMore(sock: Sock, level: i32, first: u32): void {
  if (level != SOL_SOCKET) {
    memberships(sock, first)
    return
  }
  const bytes = filterCount(sock) << 3
  const at = first << 2
  if (at < bytes) memory.copy(RECEIVE_AT, filterProgram(sock) + at, min(bytes - at, RECEIVE_SIZE))
}

function getNetlink(sock: Sock, name: i32, room: u32): i32 {
  if (name == NETLINK_LIST_MEMBERSHIPS) return listMemberships(sock)
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
  putWord(24, filterMemory(sock))
  putWord(32, sock.drops)
}

// The timeval, and behind it for the host the steps themselves.
function putTimeout(low: u32, high: u32): void {
  const total = (<u64>high << 32) | low
  const shown = total == NOT_AT_ALL ? 0 : total
  store<u64>(RECEIVE_AT, shown / HZ)
  store<u64>(RECEIVE_AT, (shown % HZ) * (MICROSECONDS / HZ), 8)
  store<u64>(RECEIVE_AT, total, 16)
}

// SO_GET_FILTER has the number of SO_ATTACH_FILTER, and counts in instructions.
function getFilter(sock: Sock, room: u32): i32 {
  const count = filterCount(sock)
  if (count == 0 || room == 0) return count
  if (room < count) return -EINVAL
  memory.copy(RECEIVE_AT, filterProgram(sock), min(count << 3, RECEIVE_SIZE))
  return count
}

// What options that nobody has set read as.
function putFresh(name: i32): i32 {
  memory.fill(RECEIVE_AT, 0, TIMEVAL_BYTES + 8)
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
  if (name == SO_ATTACH_FILTER) return getFilter(sock, room)
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
  else if (name == SO_PASSSEC) value = sock.flags & SOCK_PASSSEC ? 1 : 0
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
