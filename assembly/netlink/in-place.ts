// Messages that are built and read where they lie: a socket has at most one that its owner writes, until it is committed, and one that
// its owner reads, until it is released. Each is held by a reference of its own, so neither goes while the owner looks at it.

import { GFP_KERNEL, MSG_OOB } from '../uapi/constants'
import { EMSGSIZE, ENOBUFS, ENODATA, EOPNOTSUPP } from '../uapi/errno'
import { kernel } from '../kernel'
import { nil, refOf } from '../memory'
import { allocZero, free } from '../mm/alloc'
import { Skb, skbData, skbGet, skbNumber, skbPut, skbUnsent } from '../skb/skb'
import { shortened } from './deliver'
import { noteReceive } from './dump'
import { queuedFirst } from './group-log'
import { receive, takeOff } from './receive'
import { fitsSndbuf, post, prepare } from './send'
import { Cold, SOCK_DUMPING, SOCK_SERVED, Sock, coldOf, errorOf } from './sock'
import { WATCH_TAP, tapReceive } from './watch'

//   struct InPlace, 8 bytes
//      0 ┌──────────────┬──────────────┐
//        │ reserved     │ peeked       │ what is being written, with its whole length; what is being read; null for none
//      8 └──────────────┴──────────────┘
@unmanaged
export class InPlace {
  reserved: Skb
  peeked: Skb
}

const IN_PLACE_SIZE: u32 = 8

// The socket's pair, made at the first use; null without memory.
function inPlaceOf(sock: Sock): InPlace {
  const cold = coldOf(sock)
  if (nil(cold)) return changetype<InPlace>(0)
  if (nil(cold.inPlace)) cold.inPlace = changetype<InPlace>(allocZero(IN_PLACE_SIZE, GFP_KERNEL))
  return cold.inPlace
}

// The same where nothing is made; null if there has been no use.
// @ts-ignore: decorator
@inline
function pairOf(sock: Sock): InPlace {
  return nil(sock.cold) ? changetype<InPlace>(0) : sock.cold.inPlace
}

/** A message of zeros to be written, in place of the one that was reserved before: its reference, or what send(2) says. */
// @ts-ignore: decorator
@inline
export function reserve(sock: Sock, len: u32): i32 {
  let pair = pairOf(sock)
  if (!nil(pair) && !nil(pair.reserved)) {
    skbPut(pair.reserved)
    pair.reserved = changetype<Skb>(0)
  }
  if (len == 0) return -ENODATA
  const error = prepare(sock, len)
  if (error) return error
  const skb = skbUnsent(len, GFP_KERNEL)
  if (nil(skb)) return -ENOBUFS
  if (nil(pair)) {
    pair = inPlaceOf(sock)
    if (nil(pair)) {
      skbPut(skb)
      return -ENOBUFS
    }
  }
  pair.reserved = skb
  zero(skbData(skb), len)
  return refOf(skb)
}

// As copyBytes(): there is room for whole pieces of 64 bytes.
function zero(at: usize, len: u32): void {
  if (ASC_NO_ASSERT && len <= 512) {
    const end = at + len
    const none = i32x4.splat(0)
    do {
      v128.store(at, none)
      v128.store(at, none, 16)
      v128.store(at, none, 32)
      v128.store(at, none, 48)
      at += 64
    } while (at < end)
  } else {
    memory.fill(at, 0, len)
  }
}

/**
 * Sends the first `len` bytes of the reserved message (all of it if there are not so many) as send(2) does; 0 if none is reserved. After
 * an error it still is.
 */
// @ts-ignore: decorator
@inline
export function commit(sock: Sock, len: u32, flags: u32): i32 {
  const pair = pairOf(sock)
  if (nil(pair) || nil(pair.reserved)) return 0
  const skb = pair.reserved
  const whole = skb.len
  len = min(len, whole)
  if (flags & MSG_OOB) return -EOPNOTSUPP
  if (len == 0) return -ENODATA
  if (!fitsSndbuf(sock, len)) return -EMSGSIZE
  let sent = skb
  if (sock.cold.dstGroup) {
    // Members may have it by the time that the peer has no room: they get a copy.
    sent = shortened(skb, len)
    if (nil(sent)) return -ENOBUFS
  } else {
    skb.len = len
    skbNumber(skb)
  }
  // A callback may reserve the next one, or close the socket.
  pair.reserved = changetype<Skb>(0)
  const result = post(sock, sent)
  if (changetype<usize>(sent) != changetype<usize>(skb)) skbPut(sent)
  if (result < 0) {
    // No callback has run: those do not answer.
    skb.len = whole
    pair.reserved = skb
    return result
  }
  skbPut(skb)
  return result
}

/** The next message, to be read where it lies until release(): its reference, or what recv(2) says. */
// @ts-ignore: decorator
@inline
export function peek(sock: Sock): i32 {
  // In place there is room for everything.
  if (sock.flags & SOCK_SERVED) noteReceive(sock, u32.MAX_VALUE)
  const skb = queuedFirst(sock)
  if (nil(skb) || errorOf(sock)) return receive(sock, 0, 0)
  let pair = pairOf(sock)
  if (nil(pair)) {
    pair = inPlaceOf(sock)
    if (nil(pair)) return -ENOBUFS
  }
  const before = pair.peeked
  if (changetype<usize>(before) != changetype<usize>(skb)) {
    skbGet(skb)
    pair.peeked = skb
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
  const pair = pairOf(sock)
  if (nil(pair) || nil(pair.peeked)) return 0
  const skb = pair.peeked
  pair.peeked = changetype<Skb>(0)
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

/** What of it can matter to an answer: the length of a reserved message, the number of a peeked one; 0 for nothing. */
export function inPlaceState(sock: Sock): u64 {
  const pair = pairOf(sock)
  if (nil(pair)) return 0
  const reserved: u64 = nil(pair.reserved) ? 0 : pair.reserved.len
  return (reserved << 32) ^ (nil(pair.peeked) ? 0 : pair.peeked.ordinal)
}

/** Gives the messages back, and the pair. */
export function inPlaceFree(cold: Cold): void {
  const pair = cold.inPlace
  if (nil(pair)) return
  if (!nil(pair.reserved)) skbPut(pair.reserved)
  if (!nil(pair.peeked)) skbPut(pair.peeked)
  free(changetype<usize>(pair), IN_PLACE_SIZE)
}
