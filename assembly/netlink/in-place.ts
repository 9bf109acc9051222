// Messages that are read where they lie: a socket has at most one, until its owner releases it. It is held by a reference of its own, so
// it does not go while he looks at it.

import { ENOBUFS } from '../uapi/errno'
import { kernel } from '../kernel'
import { nil, refOf } from '../memory'
import { Skb, skbGet, skbPut } from '../skb/skb'
import { noteReceive } from './dump'
import { queuedFirst } from './group-log'
import { stepOut } from './group-step'
import { receive, takeOff } from './receive'
import { SOCK_DUMPING, SOCK_PUSHED, SOCK_SERVED, Sock, coldOf, errorOf } from './sock'
import { WATCH_TAP, tapReceive } from './watch'

/** The next message, to be read where it lies until release(): its reference, or what recv(2) says. */
// @ts-ignore: decorator
@inline
export function peek(sock: Sock): i32 {
  if (sock.flags & (SOCK_SERVED | SOCK_PUSHED)) {
    // In place there is room for everything.
    if (sock.flags & SOCK_SERVED) noteReceive(sock, u32.MAX_VALUE)
    if (sock.flags & SOCK_PUSHED) stepOut(sock)
  }
  const skb = queuedFirst(sock)
  if (nil(skb) || errorOf(sock)) return receive(sock, 0, 0)
  const cold = nil(sock.cold) ? coldOf(sock) : sock.cold
  if (nil(cold)) return -ENOBUFS
  const before = cold.peeked
  if (changetype<usize>(before) != changetype<usize>(skb)) {
    skbGet(skb)
    cold.peeked = skb
    if (!nil(before)) skbPut(before)
  }
  return refOf(skb)
}

/**
 * Takes the peeked message off the queue as recv(2) does, unless somebody has: the socket's SOCK_DUMPING and 1; 0 if none is
 * peeked.
 */
// @ts-ignore: decorator
@inline
export function release(sock: Sock): i32 {
  const cold = sock.cold
  if (nil(cold) || nil(cold.peeked)) return 0
  const skb = cold.peeked
  cold.peeked = changetype<Skb>(0)
  stepOut(sock)
  if (changetype<usize>(queuedFirst(sock)) != changetype<usize>(skb)) {
    skbPut(skb)
  } else {
    if (kernel().watch & WATCH_TAP) tapReceive(sock, skb, skb.len)
    // The queue's own reference is left, and goes now.
    skb.refs -= 1
    takeOff(sock, skb)
  }
  return (sock.flags & SOCK_DUMPING) | 1
}
