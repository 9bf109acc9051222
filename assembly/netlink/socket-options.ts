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
import { RECEIVE_AT, RECEIVE_SIZE, RESULT_AT, TRANSMIT_AT, nil } from '../memory'
import { RESULT_ADDR_PID } from '../result'
import { updateLimit } from '../skb/ring'
import { sockPeer } from './bind'
import { filterAttach, filterCount, filterFree, filterMemory, filterProgram } from './filter'
import { logAttach, logDetach, rmemOf } from './group-log'
import {
  MIN_SNDBUF,
  SOCK_FILTERED,
  SOCK_IS_DGRAM,
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
// SO_RXQ_OVFL 40, LOCK_FILTER 44 (less 32)
const SWITCHES_HIGH: u32 = 0x00001100

// What is asked for is doubled, and not let below the least; without FORCE it is cut at the system's limit first.
function setBuffer(sock: Sock, receive: bool, force: bool, value: u32): i32 {
  if (force && !taskHas(sock, CAP_NET_ADMIN)) return -EPERM
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const wanted: u32 = force ? max(value as i32, 0) : min(value, MAX_BUFFER)
  const doubled = min(wanted, 0x3fffffff) << 1
  if (receive) {
    logDetach(sock)
    cold.rcvbuf = max(doubled, MIN_RCVBUF)
    updateLimit(sock)
    logAttach(sock)
    wakeSenders(sock)
  } else {
    cold.sndbuf = max(doubled, MIN_SNDBUF)
  }
  return 0
}

function isFilterLocked(sock: Sock): bool {
  return !nil(sock.cold) && (sock.cold.optionsHigh & (1 << (SO_LOCK_FILTER & 31))) != 0
}

function setFilter(sock: Sock, length: i32): i32 {
  if (isFilterLocked(sock)) return -EPERM
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
  return name == SO_PASSSEC ? SOCK_PASSSEC : 0
}

function maySteer(sock: Sock): bool {
  return taskHas(sock, CAP_NET_RAW) || taskHas(sock, CAP_NET_ADMIN)
}

// SO_RCVTIMEO is even, and SO_SNDTIMEO the next number.
function isTime(name: i32): bool {
  return (name & ~1) == SO_RCVTIMEO
}

// The timeval in the receive window, as steps.
function steps(): u64 {
  const seconds = load<i64>(RECEIVE_AT)
  const step = MICROSECONDS / HZ
  if (seconds < 0) return NOT_AT_ALL
  return seconds >= FOREVER ? 0 : seconds * HZ + (load<i64>(RECEIVE_AT, 8) + step - 1) / step
}

// A negative time is the longest that a long holds in steps, of which reading shows the lower half in seconds.
function lingerSeconds(seconds: i32): u32 {
  return seconds < 0 ? <u32>(i64.MAX_VALUE / HZ) : seconds
}

// What is in the way of setting an option that struct Cold keeps: 0 or -errno.
function refusal(sock: Sock, name: i32, length: i32, value: u32): i32 {
  if (isTime(name)) {
    if (length < <i32>TIMEVAL_BYTES) return -EINVAL
    return load<u64>(RECEIVE_AT, 8) < <u64>MICROSECONDS ? 0 : -EDOM
  }
  if (name == SO_LINGER) return length < 8 ? -EINVAL : 0
  // Locked once, it stays so.
  if (name == SO_LOCK_FILTER) return value == 0 && isFilterLocked(sock) ? -EPERM : 0
  if (name == SO_DEBUG) return value == 0 || taskHas(sock, CAP_NET_ADMIN) ? 0 : -EACCES
  return (name == SO_MARK || (name == SO_PRIORITY && value > 6)) && !maySteer(sock) ? -EPERM : 0
}

function setKept(sock: Sock, name: i32, length: i32, value: u32): i32 {
  const refused = refusal(sock, name, length, value)
  if (refused) return refused
  // What is off as long as nobody sets it stays so without a cold part.
  if (isSwitch(name) && value == 0 && nil(sock.cold)) return 0
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const at = changetype<usize>(cold) + keptAt(name)
  if (isTime(name)) store<u64>(at, steps())
  else if (name == SO_LINGER) {
    store<u32>(at, u32(value != 0))
    if (value) store<u32>(at, lingerSeconds(load<i32>(RECEIVE_AT, 4)), 4)
  } else if (isSwitch(name)) {
    const others = load<u32>(at) & ~(1 << (name & 31))
    store<u32>(at, others | (u32(value != 0) << (name & 31)))
  } else if (name != SO_RCVLOWAT) store<u32>(at, value)
  else store<u32>(at, (value as i32) < 0 ? 0x7fffffff : max(value, 1))
  return 0
}

/** setsockopt(2) of SOL_SOCKET; see optionSet(). */
export function setSocket(sock: Sock, name: i32, length: i32): i32 {
  if (length < 4) return -EINVAL
  if (name == SO_ATTACH_FILTER) return setFilter(sock, length)
  const value = load<u32>(RECEIVE_AT)
  if (name == SO_DETACH_FILTER) {
    if (isFilterLocked(sock)) return -EPERM
    if (!(sock.flags & SOCK_FILTERED)) return -ENOENT
    filterFree(sock)
    return 0
  }
  const flag = flagOf(name)
  if (flag) {
    setFlag(sock, flag, value != 0)
    return 0
  }
  const receive = name == SO_RCVBUF || name == SO_RCVBUFFORCE
  const force = name == SO_RCVBUFFORCE || name == SO_SNDBUFFORCE
  if (receive || force || name == SO_SNDBUF) return setBuffer(sock, receive, force, value)
  // It may be switched off, not on.
  if (name == SO_REUSEPORT) return value == 0 ? 0 : -EOPNOTSUPP
  if (name == SO_PASSPIDFD || name == SO_PEEK_OFF) return -EOPNOTSUPP
  return keptAt(name) ? setKept(sock, name, length, value) : -ENOPROTOOPT
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
  putProgram(sock, 0)
  return count
}

/** The instructions of the socket's filter from a byte on, as many as the receive window holds. */
export function putProgram(sock: Sock, from: u32): void {
  const bytes = filterCount(sock) << 3
  if (from < bytes) memory.copy(RECEIVE_AT, filterProgram(sock) + from, min(bytes - from, RECEIVE_SIZE))
}

// Without a cold part nobody has set anything.
function getKept(sock: Sock, name: i32): i32 {
  const value: u64 = nil(sock.cold) ? u64(name == SO_RCVLOWAT) : load<u64>(changetype<usize>(sock.cold) + keptAt(name))
  if (isTime(name)) {
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
    // The family, its padding, then port and groups as getpeername(2) has them.
    sockPeer(sock)
    putWord(0, AF_NETLINK)
    store<u64>(RECEIVE_AT, load<u64>(RESULT_AT + (RESULT_ADDR_PID << 2)), 4)
    return 12
  }
  if (name == SO_PEERCRED) {
    putWord(0, 0)
    store<i64>(RECEIVE_AT, -1, 4)
    return 12
  }
  if (name == SO_ATTACH_FILTER) return getFilter(sock, room)
  if (name == SO_PEERPIDFD) return -ENODATA
  if (name == SO_PASSPIDFD || name == SO_PEEK_OFF) return -EOPNOTSUPP
  return keptAt(name) ? getKept(sock, name) : getPlain(sock, name)
}

function getPlain(sock: Sock, name: i32): i32 {
  const value = plainValue(sock, name)
  if (value < 0) return value
  putWord(0, value)
  return 4
}

// The value of an option that is one word, which is never negative; or -ENOPROTOOPT.
function plainValue(sock: Sock, name: i32): i32 {
  const flag = flagOf(name)
  if (flag) return i32((sock.flags & flag) != 0)
  if (name == SO_TYPE) return sock.flags & SOCK_IS_DGRAM ? SOCK_DGRAM : SOCK_RAW
  if (name == SO_DOMAIN) return AF_NETLINK
  if (name == SO_PROTOCOL) return protocolOf(sock)
  if (name == SO_RCVBUF) return rcvbufOf(sock)
  if (name == SO_SNDBUF) return sndbufOf(sock)
  if (name == SO_SNDLOWAT) return 1
  if (name == SO_ERROR) {
    const error = errorOf(sock)
    setError(sock, 0)
    return error
  }
  return name == SO_ACCEPTCONN || name == SO_REUSEPORT ? 0 : -ENOPROTOOPT
}
