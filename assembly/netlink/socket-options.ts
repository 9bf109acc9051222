// Options of SOL_SOCKET: buffers, filters, times, and those that are kept and do nothing on netlink.

import {
  AF_NETLINK,
  CAP_NET_ADMIN,
  CAP_NET_RAW,
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
  SOL_SOCKET,
} from '../uapi/constants'
import { EACCES, EDOM, EINVAL, ENOBUFS, ENODATA, ENOENT, ENOPROTOOPT, EOPNOTSUPP, EPERM } from '../uapi/errno'
import { RECEIVE_AT, RECEIVE_SIZE, TRANSMIT_AT, nil } from '../memory'
import { updateLimit } from '../skb/ring'
import { filterAttach, filterCount, filterFree, filterMemory, filterProgram } from './filter'
import { maskOf } from './group'
import { logAttach, logDetach, rmemOf } from './group-log'
import {
  MIN_SNDBUF,
  SOCK_FILTERED,
  SOCK_FILTER_LOCKED,
  SOCK_IS_DGRAM,
  SOCK_LOGGED,
  SOCK_PASSCRED,
  SOCK_PASSSEC,
  Cold,
  Sock,
  coldOf,
  errorOf,
  protocolOf,
  rcvbufOf,
  setError,
  sndbufOf,
} from './sock'
import { wakeSenders } from './wake'
import { putWord, setFlag, taskHas } from './option-value'

/** net.core.rmem_max and wmem_max. */
const MAX_BUFFER: u32 = 4194304
const MIN_RCVBUF: u32 = 2304
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

// What is asked for is doubled, and not let below the least; without FORCE it is cut at the system's limit first.
function setBuffer(sock: Sock, receive: bool, force: bool, value: u32): i32 {
  if (force && !taskHas(sock, CAP_NET_ADMIN)) return -EPERM
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const wanted: u32 = force ? ((value as i32) < 0 ? 0 : value) : min(value, MAX_BUFFER)
  const doubled: u32 = wanted > 0x3fffffff ? 0x7ffffffe : wanted << 1
  if (receive) {
    if (sock.flags & SOCK_LOGGED) logDetach(sock)
    cold.rcvbuf = max(doubled, MIN_RCVBUF)
    updateLimit(sock)
    logAttach(sock)
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
  store<u64>(changetype<usize>(cold) + keptAt(name), total)
  return 0
}

function setFilter(sock: Sock, length: i32): i32 {
  if (sock.flags & SOCK_FILTER_LOCKED) return -EPERM
  return filterAttach(sock, TRANSMIT_AT, ((length as u32) - FPROG_BYTES) >>> 3)
}

function isSwitch(name: u32): bool {
  return name < 32 ? ((SWITCHES_LOW >>> name) & 1) != 0 : name < 64 && ((SWITCHES_HIGH >>> (name - 32)) & 1) != 0
}

// Where struct Cold keeps what an option was set to, of which netlink makes nothing; 0 for any other option.
function keptAt(name: u32): u32 {
  if (name == SO_PRIORITY) return offsetof<Cold>('priority')
  if (name == SO_MARK) return offsetof<Cold>('mark')
  if (name == SO_RCVLOWAT) return offsetof<Cold>('rcvlowat')
  if (name == SO_LINGER) return offsetof<Cold>('lingerOn')
  if (name == SO_RCVTIMEO) return offsetof<Cold>('rcvtimeoLow')
  if (name == SO_SNDTIMEO) return offsetof<Cold>('sndtimeoLow')
  if (!isSwitch(name)) return 0
  return name < 32 ? offsetof<Cold>('options') : offsetof<Cold>('optionsHigh')
}

// The SOCK_* flag that an option sets; 0 for any other option.
function flagOf(name: i32): u32 {
  if (name == SO_PASSCRED) return SOCK_PASSCRED
  if (name == SO_PASSSEC) return SOCK_PASSSEC
  return name == SO_LOCK_FILTER ? SOCK_FILTER_LOCKED : 0
}

function setSwitch(sock: Sock, name: u32, on: bool): i32 {
  if (on && name == SO_DEBUG && !taskHas(sock, CAP_NET_ADMIN)) return -EACCES
  if (!on && nil(sock.cold)) return 0
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const at = changetype<usize>(cold) + keptAt(name)
  const bit: u32 = 1 << (name & 31)
  store<u32>(at, on ? load<u32>(at) | bit : load<u32>(at) & ~bit)
  return 0
}

function maySteer(sock: Sock): bool {
  return taskHas(sock, CAP_NET_RAW) || taskHas(sock, CAP_NET_ADMIN)
}

function setNumber(sock: Sock, name: i32, value: u32): i32 {
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  if (name == SO_RCVLOWAT) value = (value as i32) < 0 ? 0x7fffffff : value == 0 ? 1 : value
  else if ((name == SO_MARK || value > 6) && !maySteer(sock)) return -EPERM
  store<u32>(changetype<usize>(cold) + keptAt(name), value)
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

/** setsockopt(2) of SOL_SOCKET; see optionSet(). */
export function setSocket(sock: Sock, name: i32, length: i32): i32 {
  if (length < 4) return -EINVAL
  if (name == SO_ATTACH_FILTER) return setFilter(sock, length)
  const value = load<u32>(RECEIVE_AT)
  if (name == SO_DETACH_FILTER) {
    if (sock.flags & SOCK_FILTER_LOCKED) return -EPERM
    if (!(sock.flags & SOCK_FILTERED)) return -ENOENT
    filterFree(sock)
    return 0
  }
  const flag = flagOf(name)
  if (flag) {
    if (flag == SOCK_FILTER_LOCKED && sock.flags & flag && value == 0) return -EPERM
    setFlag(sock, flag, value != 0)
    return 0
  }
  if (name == SO_RCVBUF || name == SO_RCVBUFFORCE) return setBuffer(sock, true, name == SO_RCVBUFFORCE, value)
  if (name == SO_SNDBUF || name == SO_SNDBUFFORCE) return setBuffer(sock, false, name == SO_SNDBUFFORCE, value)
  if (name == SO_LINGER) return setLinger(sock, length)
  if (name == SO_RCVTIMEO || name == SO_SNDTIMEO) return setTimeout(sock, name, length)
  if (name == SO_PRIORITY || name == SO_MARK || name == SO_RCVLOWAT) return setNumber(sock, name, value)
  // It may be switched off, not on.
  if (name == SO_REUSEPORT) return value == 0 ? 0 : -EOPNOTSUPP
  if (name == SO_PASSPIDFD || name == SO_PEEK_OFF) return -EOPNOTSUPP
  if (isSwitch(name)) return setSwitch(sock, name, value != 0)
  return -ENOPROTOOPT
}

// sk_meminfo: rmem, rcvbuf, wmem, sndbuf, forward, queued, option memory, backlog, drops
function putMeminfo(sock: Sock): void {
  memory.fill(RECEIVE_AT, 0, MEMINFO_BYTES)
  putWord(0, rmemOf(sock))
  putWord(4, rcvbufOf(sock))
  putWord(12, sndbufOf(sock))
  putWord(24, filterMemory(sock))
  putWord(32, sock.drops)
}

// The timeval, and behind it for the host the steps themselves.
function putTimeout(total: u64): void {
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

// Without a cold part nobody has set anything.
function getKept(sock: Sock, name: i32): i32 {
  const value: u64 = nil(sock.cold) ? u64(name == SO_RCVLOWAT) : load<u64>(changetype<usize>(sock.cold) + keptAt(name))
  if (name == SO_RCVTIMEO || name == SO_SNDTIMEO) {
    putTimeout(value)
    return TIMEVAL_BYTES
  }
  store<u64>(RECEIVE_AT, isSwitch(name) ? (value >>> (name & 31)) & 1 : value)
  return name == SO_LINGER ? 8 : 4
}

/** getsockopt(2) of SOL_SOCKET; see optionGet(). */
export function getSocket(sock: Sock, name: i32, room: u32): i32 {
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
      putWord(8, maskOf(sock.cold.dstGroup))
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
  if (name == SO_PASSPIDFD || name == SO_PEEK_OFF) return -EOPNOTSUPP
  return keptAt(name) ? getKept(sock, name) : getPlain(sock, name)
}

function getPlain(sock: Sock, name: i32): i32 {
  let value: u32 = 0
  if (name == SO_TYPE) value = sock.flags & SOCK_IS_DGRAM ? SOCK_DGRAM : SOCK_RAW
  else if (name == SO_DOMAIN) value = AF_NETLINK
  else if (name == SO_PROTOCOL) value = protocolOf(sock)
  else if (name == SO_RCVBUF) value = rcvbufOf(sock)
  else if (name == SO_SNDBUF) value = sndbufOf(sock)
  else if (name == SO_SNDLOWAT) value = 1
  else if (flagOf(name)) value = sock.flags & flagOf(name) ? 1 : 0
  else if (name == SO_ERROR) {
    value = errorOf(sock)
    setError(sock, 0)
  } else if (name != SO_ACCEPTCONN && name != SO_REUSEPORT) return -ENOPROTOOPT
  putWord(0, value)
  return 4
}
