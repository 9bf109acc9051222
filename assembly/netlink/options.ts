// Socket options. Values lie in the receive window, both ways; the length that C tells is the result of a get.

import {
  CAP_NET_BROADCAST,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_LIST_MEMBERSHIPS,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../uapi/constants'
import { EINVAL, ENOPROTOOPT, EPERM } from '../uapi/errno'
import { RECEIVE_AT, RECEIVE_SIZE } from '../memory'
import { updateLimit } from '../skb/ring'
import { changeMembership } from './bind'
import { membershipAt } from './group'
import {
  SOCK_BROADCAST_ERROR,
  SOCK_CAP_ACK,
  SOCK_CONGESTED,
  SOCK_EXT_ACK,
  SOCK_HAS_GROUPS,
  SOCK_LISTEN_ALL_NSID,
  SOCK_NO_ENOBUFS,
  SOCK_PKTINFO,
  SOCK_STRICT_CHK,
  Sock,
} from './sock'
import { wakeSenders } from './wake'
import { putWord, setFlag, taskHas } from './option-value'
import { getSocket, putProgram, setSocket } from './socket-options'

// The flag of a switch is the bit of its number.
const SWITCHES: u32 =
  SOCK_PKTINFO |
  SOCK_BROADCAST_ERROR |
  SOCK_NO_ENOBUFS |
  SOCK_LISTEN_ALL_NSID |
  SOCK_CAP_ACK |
  SOCK_EXT_ACK |
  SOCK_STRICT_CHK

// The SOCK_* flag of a switch; 0 for any other option.
function netlinkFlag(name: u32): u32 {
  return name < 32 ? (1 << name) & SWITCHES : 0
}

// A value shorter than four bytes is not read and counts as 0 (conformance options/short-value-counts-as-zero).
function setNetlink(sock: Sock, name: i32, length: i32): i32 {
  const value: u32 = length >= 4 ? load<u32>(RECEIVE_AT) : 0
  const join = name == NETLINK_ADD_MEMBERSHIP
  if (join || name == NETLINK_DROP_MEMBERSHIP) return changeMembership(sock, value, join)
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
  if (level == SOL_SOCKET) putProgram(sock, first << 2)
  else memberships(sock, first)
}

function getNetlink(sock: Sock, name: i32, room: u32): i32 {
  if (name == NETLINK_LIST_MEMBERSHIPS) return listMemberships(sock)
  const flag = netlinkFlag(name)
  if (!flag) return -ENOPROTOOPT
  if (room < 4) return -EINVAL
  putWord(0, sock.flags & flag ? 1 : 0)
  return 4
}

/** getsockopt(2) into the receive window: the length that the option has (the host cuts it at the room), or -errno. */
export function optionGet(sock: Sock, level: i32, name: i32, room: u32): i32 {
  if (level == SOL_SOCKET) return getSocket(sock, name, room)
  return level == SOL_NETLINK ? getNetlink(sock, name, room) : -ENOPROTOOPT
}
