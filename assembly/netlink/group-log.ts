// A group's log: a multicast is written down once for all members who read along, each at a place of its own, instead of once into every
// queue. Nobody can tell the difference: what a member has not read yet counts as queued, behind what lies in its own queue.
//
// A member reads along while nothing special is asked of it; what makes it special (a filter, somebody who waits, an overrun, a second
// group) first moves what it has not read into its own queue. The others are plain members: each gets its copy as ever.

import { GFP_NOFAIL } from '../mm/gfp'
import { alloc, free } from '../mm/alloc'
import { growRing } from '../mm/grow'
import { kernel } from '../kernel'
import { nil } from '../memory'
import { ringAt, ringCount, ringFirst, ringPush, ringReserve, updateLimit } from '../skb/ring'
import { Skb, skbPut } from '../skb/skb'
import { Group, memberAt, membershipAt } from './group'
import { cursorOf, cursorSumOf, isInStep, stepOut } from './group-step'
import { MOST_PLAIN, UNLISTED, plainInsert, plainRemove, plainServes } from './group-plain'
import {
  SOCK_ARMED_READ,
  SOCK_BOUND,
  SOCK_CONGESTED,
  SOCK_DYING,
  SOCK_FILTERED,
  SOCK_LOGGED,
  Sock,
  noteLoss,
  rcvbufOf,
} from './sock'

const FIRST_ENTRIES: u32 = 16
// With less room in a large group somebody would have every few messages look at all members.
const LEAST_RCVBUF: u32 = 32768

// ---- reading

// @ts-ignore: decorator
@inline
function entryAt(group: Group, place: u32): usize {
  return group.log + ((place & group.logMask) << 2)
}

// @ts-ignore: decorator
@inline
function messageAt(group: Group, place: u32): Skb {
  return changetype<Skb>(load<usize>(entryAt(group, place)))
}

/** How many messages the socket has not read in the log. */
function pendingOf(sock: Sock): u32 {
  return sock.flags & SOCK_LOGGED ? sock.cold.log.logTail - cursorOf(sock) : 0
}

/** How many messages are queued. */
export function queuedCount(sock: Sock): u32 {
  return ringCount(sock) + pendingOf(sock)
}

/** The message `index` places behind the next one. */
export function queuedAt(sock: Sock, index: u32): Skb {
  const own = ringCount(sock)
  return index < own ? ringAt(sock, index) : messageAt(sock.cold.log, cursorOf(sock) + index - own)
}

/** Bytes accounted for what is queued. */
export function rmemOf(sock: Sock): u32 {
  return sock.flags & SOCK_LOGGED ? sock.rmem + sock.cold.log.logSum - cursorSumOf(sock) : sock.rmem
}

/** The next message of a socket that is not in step; null if there is none. */
// @ts-ignore: decorator
@inline
export function queuedFirst(sock: Sock): Skb {
  return ringCount(sock) != 0 ? ringFirst(sock) : loggedFirst(sock)
}

function loggedFirst(sock: Sock): Skb {
  if (!(sock.flags & SOCK_LOGGED)) return changetype<Skb>(0)
  const cold = sock.cold
  assert(!isInStep(sock), 'group log: a member in step has no place of its own to read from')
  return cold.cursor == cold.log.logTail ? changetype<Skb>(0) : messageAt(cold.log, cold.cursor)
}

/** Takes the next message off the queue; its reference is the caller's. */
// @ts-ignore: decorator
@inline
export function queuedShift(sock: Sock, skb: Skb): void {
  if (ringCount(sock) != 0) {
    sock.head += 1
    sock.rmem -= skb.truesize
  } else {
    const cold = sock.cold
    cold.cursor += 1
    cold.cursorSum += skb.truesize
    cold.log.unread -= 1
  }
}

/** The next message of all members in step; null if there is none, or nobody is. */
export function stepFirst(group: Group): Skb {
  return group.stepped && group.step != group.logTail ? messageAt(group, group.step) : changetype<Skb>(0)
}

// ---- members who read along

function roomBeyond(sock: Sock, rmem: u32): u32 {
  const rcvbuf = rcvbufOf(sock)
  return rcvbuf > rmem ? rcvbuf - rmem : 0
}

/** Less room than was thought, in a queue that has all that was logged so far: how much can be logged before all members are looked at. */
export function logNarrow(sock: Sock): void {
  const group = sock.cold.log
  const room = roomBeyond(sock, sock.rmem)
  group.slack = min(group.slack, room)
  group.base = min(group.base, room)
}

function skip(sock: Sock): void {
  const cold = sock.cold
  cold.cursor = cold.log.logTail
  cold.cursorSum = cold.log.logSum
}

/** Lets the socket read along if nothing special is asked of it. */
export function logAttach(sock: Sock): void {
  const special = SOCK_LOGGED | SOCK_CONGESTED | SOCK_FILTERED | SOCK_ARMED_READ | SOCK_DYING
  const cold = sock.cold
  if ((sock.flags & (special | SOCK_BOUND)) != SOCK_BOUND || nil(cold) || cold.memberCount != 1) return
  // Process events are never logged: each listener is asked whether it wants them.
  if (cold.procMask) return
  const group = membershipAt(cold, 0).group
  const rcvbuf = rcvbufOf(sock)
  if (!group.log || rcvbuf < min(group.live << 6, LEAST_RCVBUF) || sock.rmem > rcvbuf >>> 1) return
  plainRemove(group, sock)
  if (!group.attached) {
    group.slack = 0xffffffff
    group.base = 0xffffffff
  }
  group.attached += 1
  cold.log = group
  sock.flags |= SOCK_LOGGED
  sock.softlimit = 0
  skip(sock)
  logNarrow(sock)
}

/** Moves what the socket has not read in the log into its own queue. What there is no memory for is lost, and reported as lost. */
export function logSettle(sock: Sock): void {
  const cold = sock.cold
  stepOut(sock)
  const group = cold.log
  while (cold.cursor != group.logTail && ringReserve(sock)) {
    ringPush(sock, messageAt(group, cold.cursor))
    cold.cursor += 1
    group.unread -= 1
  }
  const lost = group.logTail - cold.cursor
  if (lost) {
    logDrop(sock)
    becomePlain(sock)
    noteLoss(sock, lost)
  }
  skip(sock)
  logNarrow(sock)
}

/** Makes a socket that reads along a plain member: its queue holds all that it has not read. */
export function logDetach(sock: Sock): void {
  if (!(sock.flags & SOCK_LOGGED)) return
  logSettle(sock)
  if (sock.flags & SOCK_LOGGED) becomePlain(sock)
}

function becomePlain(sock: Sock): void {
  forget(sock)
  plainInsert(sock.cold.log, sock)
  updateLimit(sock)
}

function forget(sock: Sock): void {
  const group = sock.cold.log
  sock.flags &= ~SOCK_LOGGED
  group.attached -= 1
  assert(group.attached != 0 || group.unread == 0, 'group log: entries that nobody reads count as unread')
}

// Gives back what the socket has not read.
function logDrop(sock: Sock): void {
  const cold = sock.cold
  stepOut(sock)
  const group = cold.log
  for (; cold.cursor != group.logTail; cold.cursor++) {
    skbPut(messageAt(group, cold.cursor))
    group.unread -= 1
  }
}

/** The socket leaves the group: with its queue, or for ever. */
export function logLeave(group: Group, sock: Sock, closing: bool): void {
  if (!group.log) return
  if (sock.flags & SOCK_LOGGED) {
    if (closing) {
      logDrop(sock)
      forget(sock)
      return
    }
    logDetach(sock)
  }
  plainRemove(group, sock)
}

// ---- the log

/** A new member of a group; from so many members on as the machine was told the group keeps a log. */
export function logJoin(group: Group, sock: Sock): void {
  if (group.log) {
    plainInsert(group, sock)
    logAttach(sock)
    return
  }
  if (group.live < kernel().groupLog || !logOpen(group)) return
  for (let i: u32 = 0; i < group.used; i++) {
    const member = memberAt(group, i)
    if (!nil(member)) logAttach(member)
  }
}

function logOpen(group: Group): bool {
  const plain = alloc(MOST_PLAIN << 2, GFP_NOFAIL)
  if (!plain) return false
  group.log = alloc(FIRST_ENTRIES << 2, GFP_NOFAIL)
  if (!group.log) {
    free(plain, MOST_PLAIN << 2)
    return false
  }
  group.plain = plain
  group.logMask = FIRST_ENTRIES - 1
  group.plainCount = group.live
  group.listed = UNLISTED
  return true
}

/** Gives the log of a group without members back. */
export function logFree(group: Group): void {
  if (!group.log) return
  assert(group.attached == 0 && group.plainCount == 0, 'group log: it still has members')
  free(group.log, (group.logMask + 1) << 2)
  free(group.plain, MOST_PLAIN << 2)
}

// Room for one more entry: those go that everybody has read. If they are few the log grows, and until it has an entry for every few
// members, so that looking at all of them is shared by many messages.
function reserve(group: Group): bool {
  if (group.logTail - group.logHead <= group.logMask) return true
  let most: u32 = 0
  for (let i: u32 = 0; i < group.used; i++) {
    const sock = memberAt(group, i)
    if (!nil(sock)) most = max(most, pendingOf(sock))
  }
  group.logHead = group.logTail - most
  if (most <= group.logMask >>> 1 && group.logMask >= group.live >>> 3) return true
  return grow(group) || most <= group.logMask
}

function grow(group: Group): bool {
  const size = group.logMask + 1
  const log = growRing(group.log, group.logMask, group.logHead, group.logTail, size << 1, GFP_NOFAIL)
  if (!log) return false
  group.log = log
  group.logMask = (size << 1) - 1
  return true
}

/**
 * Looks at all who read along before a message of `truesize` bytes: who has no room for it, or little more, becomes a plain member, and
 * how much can be logged before the next look is known again.
 */
function look(group: Group, truesize: u32): void {
  let slack: u32 = 0xffffffff
  let base: u32 = 0xffffffff
  for (let i: u32 = 0; i < group.used; i++) {
    const sock = memberAt(group, i)
    if (nil(sock) || !(sock.flags & SOCK_LOGGED)) continue
    const rmem = rmemOf(sock)
    // A slow reader would soon have all looked at again: one of few plain members, it is no trouble.
    const margin = group.plainCount < MOST_PLAIN ? rcvbufOf(sock) >>> 2 : 0
    if (rmem != 0 && rmem + truesize + margin > rcvbufOf(sock)) {
      logDetach(sock)
      continue
    }
    slack = min(slack, roomBeyond(sock, rmem))
    base = min(base, roomBeyond(sock, sock.rmem))
  }
  group.slack = slack
  group.base = base
}

/** The socket itself if it reads this group's log, its queue having all that was logged so far; else null. */
function readerOf(group: Group, sock: Sock): Sock {
  if (nil(sock) || !(sock.flags & SOCK_LOGGED) || changetype<usize>(sock.cold.log) != changetype<usize>(group)) return changetype<Sock>(0)
  logSettle(sock)
  return sock.flags & SOCK_LOGGED ? sock : changetype<Sock>(0)
}

/**
 * Logs a message for all who read along but two sockets (null: nobody). How many get it, -1 if each member has to be served by
 * itself.
 */
export function logAppend(group: Group, skb: Skb, sender: Sock, excluded: Sock): i32 {
  const truesize = skb.truesize
  if (!group.unread) {
    // Nobody has to be looked at while all members keep up.
    group.logHead = group.logTail
    group.slack = group.base
  }
  if (truesize > group.slack) look(group, truesize)
  if (!reserve(group) || !plainServes(group)) return -1
  const first = readerOf(group, sender)
  const second = changetype<usize>(sender) == changetype<usize>(excluded) ? changetype<Sock>(0) : readerOf(group, excluded)
  const count = group.attached - (nil(first) ? 0 : 1) - (nil(second) ? 0 : 1)
  if (!count) return 0
  skb.refs += count
  store<usize>(entryAt(group, group.logTail), changetype<usize>(skb))
  group.unread += count
  group.logTail += 1
  group.logSum += truesize
  group.slack = group.slack > truesize ? group.slack - truesize : 0
  if (!nil(first)) skip(first)
  if (!nil(second)) skip(second)
  return count
}
