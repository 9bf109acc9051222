// A user socket: the hot part, one cache line, and the cold part, made when something unusual is asked for.

import { ENOBUFS } from '../uapi/errno'
import {
  GFP_KERNEL,
  NETLINK_BROADCAST_ERROR,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_LISTEN_ALL_NSID,
  NETLINK_NO_ENOBUFS,
  NETLINK_PKTINFO,
} from '../uapi/constants'
import { kernel } from '../kernel'
import { allocZero, free } from '../mm/alloc'
import { nil } from '../memory'
import { Cred } from '../task/cred'
import { Task } from '../task/task'
import { Skb, skbPut } from '../skb/skb'
import { Group } from './group'
import { stepOut } from './group-step'

//   struct Sock, 64 bytes
//      0 ┌──────────────┬──────────────┐
//        │ rmem         │ tail         │ bytes accounted; ring index of the next message to come
//      8 │ softlimit    │ ring         │ fast deliveries stay below it; address of the ring
//     16 │ mask         │ head         │ entries of the ring - 1; ring index of the next message to go
//     24 │ flags, error │ portid       │ SOCK_*, errno pending in bits 24..31; a port that was only wanted too
//     32 │ key          │ id           │ netns and protocol; number of the socket, never used twice
//     40 │ task         │ cold         │
//     48 │ next         │ prev         │ the task's sockets, newest first
//     56 │ cred         │ drops        │ the opener's credentials; messages lost
//     64 └──────────────┴──────────────┘
@unmanaged
export class Sock {
  rmem: u32
  tail: u32
  softlimit: u32
  ring: usize
  mask: u32
  head: u32
  flags: u32
  portid: u32
  key: u32
  id: u32
  task: Task
  cold: Cold
  next: Sock
  prev: Sock
  cred: Cred
  drops: u32
}

//   struct Cold, 128 bytes
//      0 ┌──────────────┬──────────────┐
//        │ dstPortid    │ dstGroup     │ the peer, if SOCK_CONNECTED
//      8 │ rcvbuf       │ sndbuf       │
//     16 │ moment (u64)                │ when it became a member of its first group
//     24 │ groups       │ highest      │ the first 32 groups as a mask; the highest group ever joined
//     32 │ members      │ memberCount  │ array of struct Membership
//     40 │ memberRoom   │ filter       │ its capacity; attached socket filter
//     48 │ rcvtimeoLow  │ rcvtimeoHigh │ steps of 4 ms
//     56 │ sndtimeoLow  │ sndtimeoHigh │
//     64 │ options      │ priority     │ plain switches of SOL_SOCKET, by number
//     72 │ mark         │ rcvlowat     │
//     80 │ lingerOn     │ lingerTime   │
//     88 │ optionsHigh  │ procOperation│ the last request to cn_proc
//     96 │ procMask     │ dump         │ which events, 0 before the first; the running dump
//    104 │ maxReceive   │ push         │ the longest receive buffer so far; if SOCK_PUSHED: the listener's slot + 1
//    112 │ log          │ cursor       │ if SOCK_LOGGED: the group; the next place of its log to be read,
//    120 │ cursorSum    │ peeked       │ and the bytes accounted for all before it; what is read in place
//    128 └──────────────┴──────────────┘
@unmanaged
export class Cold {
  dstPortid: u32
  dstGroup: u32
  rcvbuf: u32
  sndbuf: u32
  moment: u64
  groups: u32
  highest: u32
  members: usize
  memberCount: u32
  memberRoom: u32
  filter: usize
  rcvtimeoLow: u32
  rcvtimeoHigh: u32
  sndtimeoLow: u32
  sndtimeoHigh: u32
  options: u32
  priority: u32
  mark: u32
  rcvlowat: u32
  lingerOn: u32
  lingerTime: u32
  optionsHigh: u32
  procOperation: u32
  procMask: u32
  dump: usize
  maxReceive: u32
  push: u32
  log: Group
  cursor: u32
  cursorSum: u32
  peeked: Skb
}

/** Bytes of the hot part. */
export const SOCK_SIZE: u32 = 64
const COLD_SIZE: u32 = 128

/** The socket has a port and stands in the port table. */
export const SOCK_BOUND: u32 = 1
/** It lost a message; nothing is taken until its queue has been read empty. */
export const SOCK_CONGESTED: u32 = 2
/** SO_PASSCRED. */
export const SOCK_PASSCRED: u32 = 4
/** NETLINK_PKTINFO. */
export const SOCK_PKTINFO: u32 = 1 << NETLINK_PKTINFO
/** NETLINK_BROADCAST_ERROR. */
export const SOCK_BROADCAST_ERROR: u32 = 1 << NETLINK_BROADCAST_ERROR
/** NETLINK_NO_ENOBUFS. */
export const SOCK_NO_ENOBUFS: u32 = 1 << NETLINK_NO_ENOBUFS
/** connect() gave it a peer. */
export const SOCK_CONNECTED: u32 = 64
/** It was opened as SOCK_DGRAM. */
export const SOCK_IS_DGRAM: u32 = 128
/** NETLINK_LISTEN_ALL_NSID. */
export const SOCK_LISTEN_ALL_NSID: u32 = 1 << NETLINK_LISTEN_ALL_NSID
/** Somebody waits for something to read. */
export const SOCK_ARMED_READ: u32 = 512
/** NETLINK_CAP_ACK. */
export const SOCK_CAP_ACK: u32 = 1 << NETLINK_CAP_ACK
/** NETLINK_EXT_ACK. */
export const SOCK_EXT_ACK: u32 = 1 << NETLINK_EXT_ACK
/** NETLINK_GET_STRICT_CHK. */
export const SOCK_STRICT_CHK: u32 = 1 << NETLINK_GET_STRICT_CHK
/** Somebody waits for room in its queue. */
export const SOCK_ARMED_ROOM: u32 = 8192
/** A filter is attached: every delivery takes the careful path. */
export const SOCK_FILTERED: u32 = 16384
/** The list of memberships exists, be it empty. */
export const SOCK_HAS_GROUPS: u32 = 32768
/** A listener has what comes. */
export const SOCK_PUSHED: u32 = 65536
/** A call of this socket is running that asks hooks in the middle. */
export const SOCK_BUSY: u32 = 131072
/** It was closed in the middle of such a call, and goes when the call ends. */
export const SOCK_DYING: u32 = 262144
/** A kernel socket of a module serves its protocol: the lengths of receives are noted for dumps. */
export const SOCK_SERVED: u32 = 524288
/** A dump runs: a receive asks for its next part. */
export const SOCK_DUMPING: u32 = 1048576
/** SO_PASSSEC. */
export const SOCK_PASSSEC: u32 = 2097152
/** A delayed message may be on its way to it. */
export const SOCK_DELAYED: u32 = 4194304
/** It reads its group's log along: what it has not read there is queued too. Every delivery takes the careful path. */
export const SOCK_LOGGED: u32 = 8388608

const ERROR_SHIFT: u32 = 24
/** Where the pending error is. */
export const SOCK_ERROR: u32 = 0xff000000

/** net.core.rmem_default and wmem_default. */
export const DEFAULT_BUFFER: u32 = 212992
/** No send buffer is smaller. */
export const MIN_SNDBUF: u32 = 4608

/** The key of a namespace and a protocol. */
// @ts-ignore: decorator
@inline
export function keyOf(netns: u32, protocol: u32): u32 {
  return (netns << 8) | protocol
}

/** The protocol of a socket. */
// @ts-ignore: decorator
@inline
export function protocolOf(sock: Sock): u32 {
  return sock.key & 0xff
}

/** The pending error, 0 for none. */
// @ts-ignore: decorator
@inline
export function errorOf(sock: Sock): u32 {
  return sock.flags >>> ERROR_SHIFT
}

/** Sets the pending error; 0 clears it. */
export function setError(sock: Sock, error: u32): void {
  if (sock.flags & SOCK_PUSHED) stepOut(sock)
  sock.flags = (sock.flags & ((1 << ERROR_SHIFT) - 1)) | (error << ERROR_SHIFT)
}

/** Messages were lost: counted, and unless the socket asked for silence, reported once and followed by congestion. Whether it is news. */
export function noteLoss(sock: Sock, count: u32): bool {
  const news = !(sock.flags & (SOCK_NO_ENOBUFS | SOCK_CONGESTED))
  if (news) {
    sock.flags |= SOCK_CONGESTED
    sock.softlimit = 0
    setError(sock, ENOBUFS)
  }
  sock.drops += count
  kernel().dropped += count
  return news
}

/** The cold part, made if need be; null without memory. */
export function coldOf(sock: Sock): Cold {
  if (!nil(sock.cold)) return sock.cold
  const cold = changetype<Cold>(allocZero(COLD_SIZE, GFP_KERNEL))
  if (nil(cold)) return cold
  cold.rcvbuf = DEFAULT_BUFFER
  cold.sndbuf = DEFAULT_BUFFER
  cold.rcvlowat = 1
  sock.cold = cold
  return cold
}

/** Gives the cold part back, which is there. */
export function coldFree(sock: Sock): void {
  if (!nil(sock.cold.peeked)) skbPut(sock.cold.peeked)
  free(changetype<usize>(sock.cold), COLD_SIZE)
  sock.cold = changetype<Cold>(0)
}

/** The peer as struct Cold has it, port and group in one; 0 without one. */
export function peerOf(sock: Sock): u64 {
  return nil(sock.cold) ? 0 : load<u64>(changetype<usize>(sock.cold))
}

/** SO_RCVBUF as it counts. */
// @ts-ignore: decorator
@inline
export function rcvbufOf(sock: Sock): u32 {
  return nil(sock.cold) ? DEFAULT_BUFFER : sock.cold.rcvbuf
}

/** SO_SNDBUF as it counts. */
// @ts-ignore: decorator
@inline
export function sndbufOf(sock: Sock): u32 {
  return nil(sock.cold) ? DEFAULT_BUFFER : sock.cold.sndbuf
}
