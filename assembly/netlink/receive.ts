// Receiving: the one place where "the next message" is taken from a socket.

import { MSG_CMSG_CLOEXEC, MSG_OOB, MSG_PEEK, MSG_TRUNC } from '../uapi/constants'
import { EAGAIN, EOPNOTSUPP } from '../uapi/errno'
import { LONG_AT, RECEIVE_AT, RECEIVE_SIZE, RESULT_AT, copyBytes, nil, refOf, setResult } from '../memory'
import { kernel } from '../kernel'
import {
  RESULT_COPIED,
  RESULT_DATA,
  RESULT_FLAGS,
  RESULT_PORTID,
  RESULT_SOCK_FLAGS,
} from '../result'
import { Skb, skbData, skbDrop, skbGet } from '../skb/skb'
import { ringCount, updateLimit } from '../skb/ring'
import { noteReceive } from './dump'
import { logAttach, queuedFirst, queuedShift } from './group-log'
import { stepOut } from './group-step'
import {
  SOCK_ARMED_READ,
  SOCK_ARMED_ROOM,
  SOCK_CONGESTED,
  SOCK_ERROR,
  SOCK_HAS_GROUPS,
  SOCK_LOGGED,
  SOCK_PUSHED,
  SOCK_SERVED,
  Sock,
  errorOf,
  setError,
} from './sock'
import { blockedOn, wakeSenders } from './wake'
import { WATCH_TAP, tapReceive } from './watch'

/** A receive that leaves the queue empty ends the congestion (conformance overflow/congested-until-empty), and there may be room. */
export function relieve(sock: Sock): void {
  if (sock.flags & SOCK_CONGESTED) {
    if (ringCount(sock) != 0) return
    sock.flags &= ~SOCK_CONGESTED
    updateLimit(sock)
  }
  if ((sock.flags & (SOCK_HAS_GROUPS | SOCK_LOGGED)) == SOCK_HAS_GROUPS) logAttach(sock)
  wakeSenders(sock)
}

/** Takes that message off the queue, which gives its reference up. */
// @ts-ignore: decorator
@inline
export function takeOff(sock: Sock, skb: Skb): void {
  queuedShift(sock, skb)
  skbDrop(skb)
  const plainMember = (sock.flags & (SOCK_HAS_GROUPS | SOCK_LOGGED)) == SOCK_HAS_GROUPS
  if (plainMember || sock.flags & (SOCK_CONGESTED | SOCK_ARMED_ROOM)) relieve(sock)
}

function describe(sock: Sock, skb: Skb, copied: u32, flags: u32): void {
  setResult(RESULT_COPIED, copied)
  // Five words of the message, by two copies of four.
  const to = RESULT_AT + (RESULT_PORTID << 2)
  const from = changetype<usize>(skb) + offsetof<Skb>('portid')
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 4), 4)
  setResult(RESULT_SOCK_FLAGS, sock.flags)
  setResult(RESULT_FLAGS, (copied < skb.len ? MSG_TRUNC : 0) | (flags & MSG_CMSG_CLOEXEC))
}

// Up to the window's size the bytes are copied there; longer messages stay where they are until they are given back, as drained ones.
function present(skb: Skb, copied: u32): void {
  if (copied <= RECEIVE_SIZE) {
    copyBytes(RECEIVE_AT, skbData(skb), copied)
    setResult(RESULT_DATA, RECEIVE_AT)
    return
  }
  assert(!load<u32>(LONG_AT), 'receive: the last long message was not given back')
  skbGet(skb)
  store<u32>(LONG_AT, refOf(skb))
  setResult(RESULT_DATA, skbData(skb) as u32)
}

/**
 * Takes the next message, or looks at it with MSG_PEEK: the bytes copied into a buffer of `len`, with MSG_TRUNC the whole
 * length; -EOPNOTSUPP, the pending error, -EAGAIN.
 */
export function receive(sock: Sock, len: u32, flags: u32): i32 {
  if (flags & MSG_OOB) return -EOPNOTSUPP
  if (sock.flags & (SOCK_SERVED | SOCK_ERROR | SOCK_PUSHED)) {
    if (sock.flags & SOCK_PUSHED) stepOut(sock)
    if (sock.flags & SOCK_SERVED) noteReceive(sock, len)
    const error = errorOf(sock)
    if (error) {
      setError(sock, 0)
      relieve(sock)
      if (kernel().watch & WATCH_TAP) tapReceive(sock, changetype<Skb>(0), -(error as i32))
      return -(error as i32)
    }
  }
  const skb = queuedFirst(sock)
  if (nil(skb)) {
    relieve(sock)
    blockedOn(sock, SOCK_ARMED_READ)
    return -EAGAIN
  }
  const copied = min(len, skb.len)
  const result = flags & MSG_TRUNC ? skb.len : copied
  describe(sock, skb, copied, flags)
  present(skb, copied)
  if (!(flags & MSG_PEEK)) {
    if (kernel().watch & WATCH_TAP) tapReceive(sock, skb, result)
    takeOff(sock, skb)
  }
  return result
}
