// Delivery: the one place where a message enters a socket's queue, or is lost.

import { EAGAIN, ECONNREFUSED, ENOBUFS, ESRCH } from '../uapi/errno'
import { GFP_KERNEL } from '../uapi/constants'
import { kernel } from '../kernel'
import { nil, refOf } from '../memory'
import { Skb, skbAlloc, skbData, skbGet, skbPut } from '../skb/skb'
import { ringPush, ringReserve, updateLimit } from '../skb/ring'
import { procPasses } from '../connector/proc'
import { CALL_FILTER, callHost } from '../slot'
import { heldMember, holdMembers, letMembersGo, stays } from './ask'
import { takeWatched, unicastWatched } from './deliver-watched'
import { runFilter } from './filter'
import { groupFind, memberAt } from './group'
import { logAppend, logDetach, logNarrow, logSettle } from './group-log'
import { plainMember } from './group-plain'
import { kernelInput } from './input'
import { portLook } from './port'
import { DUE_GROUP, pushNote } from './push'
import { pushes } from './push-state'
import {
  SOCK_ARMED_ROOM,
  SOCK_BROADCAST_ERROR,
  SOCK_CONGESTED,
  SOCK_CONNECTED,
  SOCK_FILTERED,
  SOCK_LOGGED,
  Sock,
  noteLoss,
  rcvbufOf,
} from './sock'
import { blockedOn, wakeReaders } from './wake'
import { VERDICT_FILTERED, VERDICT_NO_MEMORY, VERDICT_QUEUED, WATCH_FAULTS, tapDelivery } from './watch'

/** A process sends: a full receiver is -EAGAIN and does not notice. */
export const FROM_USER: u32 = 0
/** The kernel sends and must not wait: a full receiver is -EAGAIN and overruns. */
export const FROM_KERNEL_ATOMIC: u32 = 1
/** The kernel sends and could wait: a full receiver is -EAGAIN and does not notice. */
export const FROM_KERNEL: u32 = 2

/** Every member gets a broadcast. */
export const FILTER_NONE: u32 = 0
/** Members whose last request to cn_proc holds the event back do not. */
export const FILTER_PROC: u32 = 1
/** This, and the slot of a function of the host: members for whom it says anything but 0 do not. */
export const FILTER_ASKING: u32 = 2

/** No result of take(): the receiver is not to have it. */
export const LEFT_OUT: i32 = 1

/** Whether nothing can be in the way of a message. */
// @ts-ignore: decorator
@inline
export function fits(sock: Sock, skb: Skb): bool {
  return sock.rmem + skb.truesize <= sock.softlimit
}

/** Whether a socket takes messages of this sender: a connected one takes those of its peer. */
// @ts-ignore: decorator
@inline
export function isPeer(sock: Sock, skb: Skb): bool {
  return !(sock.flags & SOCK_CONNECTED) || sock.cold.dstPortid == skb.portid
}

/** Puts a message that fits into the queue, which takes the caller's reference over. */
// @ts-ignore: decorator
@inline
export function enqueue(sock: Sock, skb: Skb): void {
  ringPush(sock, skb)
  wakeReaders(sock)
}

/** The same for one more owner. */
// @ts-ignore: decorator
@inline
function accept(sock: Sock, skb: Skb): void {
  skbGet(skb)
  enqueue(sock, skb)
}

// Below softlimit nothing can be in the way; above it, this decides by the rules.
function takeCarefully(sock: Sock, skb: Skb): i32 {
  if (sock.flags & SOCK_LOGGED) logSettle(sock)
  if (sock.flags & SOCK_CONGESTED) return -EAGAIN
  if (sock.rmem != 0 && sock.rmem + skb.truesize > rcvbufOf(sock)) return -EAGAIN
  return takeBeyond(sock, skb)
}

// Into the queue, whatever is in there: 0, -ENOBUFS without memory.
function takeBeyond(sock: Sock, skb: Skb): i32 {
  if (!ringReserve(sock)) return -ENOBUFS
  updateLimit(sock)
  accept(sock, skb)
  if (sock.flags & SOCK_LOGGED) logNarrow(sock)
  return 0
}

/** Takes a message into the queue: 0, -EAGAIN if there is no room, -ENOBUFS without memory. The caller keeps its reference. */
export function take(sock: Sock, skb: Skb): i32 {
  if (fits(sock, skb)) {
    accept(sock, skb)
    return 0
  }
  return takeCarefully(sock, skb)
}

/** A message was lost: counted, and unless the socket asked for silence, reported once and followed by congestion. */
export function overrun(sock: Sock): void {
  logDetach(sock)
  if (noteLoss(sock, 1)) wakeReaders(sock)
}

/** A copy of the first `len` bytes of a message; null without memory. */
export function shortened(skb: Skb, len: u32): Skb {
  const copy = skbAlloc(len, GFP_KERNEL)
  if (nil(copy)) return copy
  const ordinal = copy.ordinal
  const size = copy.size
  memory.copy(changetype<usize>(copy), changetype<usize>(skb), offsetof<Skb>())
  copy.refs = 1
  copy.len = len
  copy.size = size
  copy.ordinal = ordinal
  memory.copy(skbData(copy), skbData(skb), len)
  return copy
}

/**
 * Sends a message to a port; 0 is the kernel. The length (after a filter's cut), -ECONNREFUSED, -EAGAIN, -ENOBUFS. The
 * caller keeps its reference.
 */
export function unicast(key: u32, skb: Skb, portid: u32, from: u32): i32 {
  if (kernel().watch) return unicastWatched(key, skb, portid, from)
  const sock = portid ? portLook(key, portid) : changetype<Sock>(0)
  if (nil(sock)) return portid ? -ECONNREFUSED : kernelInput(key, skb)
  if (!isPeer(sock, skb)) return -ECONNREFUSED
  return sock.flags & SOCK_FILTERED ? unicastWatched(key, skb, portid, from) : unicastTo(sock, skb, from)
}

/** The same to a socket, whose filter is not asked. */
export function unicastTo(sock: Sock, skb: Skb, from: u32): i32 {
  const taken = take(sock, skb)
  if (taken == 0) {
    kernel().delivered += 1
    return skb.len
  }
  if (from == FROM_KERNEL_ATOMIC) overrun(sock)
  if (taken == -EAGAIN) blockedOn(sock, SOCK_ARMED_ROOM)
  return taken
}

/** Puts a part of a dump into the queue, whatever is in there: 0, LEFT_OUT if the socket's filter drops it, -ENOBUFS without memory. */
export function deliverDump(sock: Sock, skb: Skb): i32 {
  if (sock.flags & SOCK_FILTERED) {
    const keep = runFilter(sock, skb)
    if (keep == 0) return LEFT_OUT
    skb.len = min(keep, skb.len)
  }
  if (sock.flags & SOCK_LOGGED) logSettle(sock)
  const taken = takeBeyond(sock, skb)
  if (taken < 0) overrun(sock)
  else kernel().delivered += 1
  return taken
}

/**
 * Sends a message to all members of a group but `sender` and those with the port `exclude`. `shared`: somebody else holds the
 * message too, so that a filter's cut must not show in it. `filter`: who else is left out. 0 if anybody took it, -ENOBUFS if one
 * that wants to be told about it lost it, or without memory to hold the members who are asked about, else -ESRCH.
 */
export function broadcast(key: u32, skb: Skb, exclude: u32, number: u32, sender: Sock, shared: bool, filter: u32): i32 {
  const group = groupFind(key, number)
  if (nil(group)) return -ESRCH
  let watch = kernel().watch
  const loggable = group.attached != 0 && filter == FILTER_NONE && !(watch & WATCH_FAULTS)
  const logged = loggable ? logAppend(group, skb, sender, exclude ? portLook(key, exclude) : changetype<Sock>(0)) : -1
  // A tap is told of those too who read along, in the order of service.
  const listed = logged >= 0 && !watch
  let entries = listed ? group.listed : group.used
  let held: usize = 0
  if (filter >= FILTER_ASKING) {
    entries = group.live
    held = holdMembers(group)
    if (!held) return -ENOBUFS
  }
  let count: u32 = max(logged, 0)
  let delivered = count != 0
  let failed = false
  let offered = skb
  pushes().casting = 1
  for (let i = entries; i > 0; i--) {
    const sock = held ? heldMember(held, i - 1) : listed ? plainMember(group, i - 1) : memberAt(group, i - 1)
    if (nil(sock) || sock.portid == exclude || changetype<usize>(sock) == changetype<usize>(sender)) continue
    if (logged >= 0 && sock.flags & SOCK_LOGGED) {
      tapDelivery(sock, VERDICT_QUEUED)
      continue
    }
    let leftOut = false
    if (held) {
      if (!stays(sock, number)) continue
      // Whoever is asked may look at the counts, may begin to watch, or close this very socket.
      kernel().delivered += count
      count = 0
      pushes().casting = 0
      leftOut = callHost(filter - FILTER_ASKING, CALL_FILTER, sock.portid, refOf(skb)) != 0 || !stays(sock, number)
      watch = kernel().watch
      pushes().casting = 1
    } else if (filter == FILTER_PROC) leftOut = !procPasses(sock, skb)
    let taken = LEFT_OUT
    const keep: u32 = leftOut ? 0 : kept(sock, offered)
    if (keep == 0) {
      tapDelivery(sock, VERDICT_FILTERED)
    } else {
      const cut = keep >= offered.len ? offered : cutTo(keep, skb, offered, shared)
      if (nil(cut)) {
        tapDelivery(sock, VERDICT_NO_MEMORY)
        taken = -ENOBUFS
      } else {
        offered = cut
        taken = watch ? takeWatched(sock, offered, number) : take(sock, offered)
      }
    }
    if (taken < 0) {
      overrun(sock)
      if (sock.flags & SOCK_BROADCAST_ERROR) failed = true
      continue
    }
    if (taken == 0) {
      delivered = true
      // The watched way counts by itself: what it delays is not delivered yet.
      if (!watch) count += 1
    }
    offered = whole(skb, offered)
  }
  whole(skb, offered)
  kernel().delivered += count
  pushes().casting = 0
  // Whoever was asked may have closed all members.
  const reached = held ? groupFind(key, number) : group
  if (!nil(reached) && reached.pushed && delivered) pushNote(refOf(reached) + DUE_GROUP)
  if (held) letMembersGo(held, entries)
  return failed ? -ENOBUFS : delivered ? 0 : -ESRCH
}

/** How many bytes of a message the member's filter keeps: 0 drops it. */
// @ts-ignore: decorator
@inline
export function kept(sock: Sock, offered: Skb): u32 {
  return sock.flags & SOCK_FILTERED ? runFilter(sock, offered) : 0xffffffff
}

/**
 * The message as a filter has cut it; null without memory. `offered` is the message itself, or a copy of it that was cut for an
 * earlier member and that nobody took: it is offered to the next one (conformance fuzz-filters/a-cut-that-nobody-took). While nobody
 * has taken the message yet a cut is made in place, and shows in everybody's copy (conformance cn-send/filter-of-the-newest-member).
 */
function cutTo(keep: u32, skb: Skb, offered: Skb, shared: bool): Skb {
  if (changetype<usize>(offered) == changetype<usize>(skb) && (shared || skb.refs != 1)) return shortened(skb, keep)
  offered.len = keep
  return offered
}

/** The message itself, to be offered from now on: a copy that was cut has been taken, or is given up. */
// @ts-ignore: decorator
@inline
export function whole(skb: Skb, offered: Skb): Skb {
  if (changetype<usize>(offered) != changetype<usize>(skb)) skbPut(offered)
  return skb
}
