// Pushing: what comes into the queue of a socket with a listener is handed to that as soon as the call of the host that brought it is
// over. Until then it lies in the queue as ever. What is due stands in a list, in the order in which it was sent: a group's message
// once, for all of its members who have a listener, so that they have it in the order of service whether they read a log along or not.

import { EBUSY, ENOBUFS } from '../uapi/errno'
import { MSG_TRUNC } from '../uapi/constants'
import { GFP_NOFAIL } from '../mm/gfp'
import { PUSHES, kernel } from '../kernel'
import { PUSH_AT, PUSH_WORDS, nil, refOf, setResult } from '../memory'
import { RESULT_READY } from '../result'
import { alloc, free } from '../mm/alloc'
import { listAppend, listRemove } from '../mm/list'
import { Skb, skbGet, skbPut } from '../skb/skb'
import { slotGive, slotTake } from '../slot'
import { noteReceive } from './dump'
import { Group, memberAt, membershipAt } from './group'
import { queuedCount, queuedFirst, stepFirst } from './group-log'
import { isInStep, stepIn, stepOn, stepOut } from './group-step'
import { Due, Push, pushes } from './push-state'
import { receive, relieve } from './receive'
import { SOCK_DUMPING, SOCK_PUSHED, SOCK_SERVED, Sock, coldOf, errorOf } from './sock'
import { WATCH_TAP } from './watch'

/** In the receiver of struct Due: it is a group. */
export const DUE_GROUP: u32 = 1
const DUE_SIZE: u32 = 24

// An entry of the push window: the listener's slot + 1, above whether a dump goes on, and above a pending error: then it says only that.
const ENTRY_SHIFT: u32 = 9
const ENTRY_DUMPING: u32 = 256

// ---- who has a listener

/** The socket has a listener from now on: its slot + 1; -EBUSY if it has one, -ENOBUFS. */
export function pushOn(sock: Sock): i32 {
  if (sock.flags & SOCK_PUSHED) return -EBUSY
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOBUFS
  const listener = slotTake() + 1
  if (!listener) return -ENOBUFS
  cold.push = listener
  // In place there is room for everything.
  if (sock.flags & SOCK_SERVED) noteReceive(sock, u32.MAX_VALUE)
  sock.flags |= SOCK_PUSHED
  for (let i: u32 = 0; i < cold.memberCount; i++) membershipAt(cold, i).group.pushed += 1
  pushNote(refOf(sock))
  return listener
}

/** It has none any more: nothing is handed to that, not even what it was about to get. Whether it had one. */
export function pushOff(sock: Sock): bool {
  if (!(sock.flags & SOCK_PUSHED)) return false
  const p = pushes()
  const cold = sock.cold
  sock.flags &= ~SOCK_PUSHED
  stepOut(sock)
  for (let i: u32 = 0; i < cold.memberCount; i++) membershipAt(cold, i).group.pushed -= 1
  pushForget(refOf(sock))
  for (let at = p.entries; at > 0; at--) {
    const entry = PUSH_AT - 4 + (at << 2)
    if (load<u32>(entry) >>> ENTRY_SHIFT == cold.push) store<u32>(entry, 0)
  }
  p.written = 0
  slotGive(cold.push - 1)
  cold.push = 0
  return true
}

// ---- what is due

/** Something has come to a socket, or to a group (+ DUE_GROUP). Without memory it is handed over with what comes next. */
export function pushNote(receiver: u32): void {
  const due = changetype<Due>(alloc(DUE_SIZE, GFP_NOFAIL))
  if (nil(due)) return
  due.receiver = receiver
  due.limit = kernel().nextOrdinal
  listAppend(PUSHES, changetype<usize>(due))
  setResult(RESULT_READY, 1)
}

function drop(due: Due): void {
  listRemove(PUSHES, changetype<usize>(due))
  free(changetype<usize>(due), DUE_SIZE)
}

/** Nothing is due to a socket or a group (+ DUE_GROUP) any more. */
export function pushForget(receiver: u32): void {
  let due = pushes().first
  pushes().left = 0
  while (!nil(due)) {
    const next = due.next
    if (due.receiver == receiver) drop(due)
    due = next
  }
}

// ---- handing over

/**
 * Takes the next message that is due off the queues of those whose listeners shall have it: how many, or 0. They stand in the push window
 * as entries, the message in `held`; both are the host's until the next call.
 */
export function pushNext(): u32 {
  const p = pushes()
  if (!nil(p.held)) skbPut(p.held)
  store<u64>(changetype<usize>(p) + offsetof<Push>('held'), 0)
  while (!p.entries) {
    const due = p.first
    if (nil(due)) {
      setResult(RESULT_READY, u32(kernel().readyHead != kernel().readyTail))
      break
    }
    if (serve(due)) drop(due)
  }
  return p.entries
}

function isDue(skb: Skb, limit: u64): bool {
  return !nil(skb) && skb.ordinal < limit
}

// Whether all are through.
function serve(due: Due): bool {
  const receiver = due.receiver
  const limit = due.limit
  if (!(receiver & DUE_GROUP)) return hand(changetype<Sock>(receiver), limit)
  const group = changetype<Group>(receiver - DUE_GROUP)
  // Without memory for a note those in step may be more than one message behind.
  return handInStep(group, limit) ? !isDue(stepFirst(group), limit) : handEach(group, limit)
}

// The message to all members in step, unless somebody else has something to be handed. Whether it was.
function handInStep(group: Group, limit: u64): bool {
  const p = pushes()
  const skb = stepFirst(group)
  const stepped = group.stepped
  if (!isDue(skb, limit) || stepped >= PUSH_WORDS || kernel().watch & WATCH_TAP) return false
  if ((p.written != changetype<usize>(group) || stepped != group.pushed) && !write(group)) return false
  p.entries = stepped
  p.held = skb
  // One of their references is the push's own.
  skb.refs -= stepped - 1
  stepOn(group, skb.truesize)
  return true
}

// The member at an index if it has a listener, else null.
function listenerAt(group: Group, index: u32): Sock {
  const sock = memberAt(group, index)
  return !nil(sock) && sock.flags & SOCK_PUSHED ? sock : changetype<Sock>(0)
}

function write(group: Group): bool {
  let to = PUSH_AT
  for (let left = group.used; left > 0; left--) {
    const sock = listenerAt(group, left - 1)
    if (nil(sock)) continue
    if (isInStep(sock)) {
      store<u32>(to, sock.cold.push << ENTRY_SHIFT)
      to += 4
    } else if (errorOf(sock) || queuedCount(sock)) return false
  }
  pushes().written = changetype<usize>(group)
  return true
}

function handEach(group: Group, limit: u64): bool {
  const p = pushes()
  let left = p.left
  if (!left) {
    left = group.used
    for (let i: u32 = 0; i < left; i++) {
      const sock = listenerAt(group, i)
      if (!nil(sock)) stepOut(sock)
    }
  }
  for (; left > 0; left--) {
    const sock = listenerAt(group, left - 1)
    if (nil(sock)) continue
    if (!hand(sock, limit)) break
    stepIn(sock)
  }
  p.left = left
  return !left
}

// Takes what is older than a message from a socket's queue, as far as it is the message that the others get. Whether it is through.
function hand(sock: Sock, limit: u64): bool {
  const p = pushes()
  p.written = 0
  stepOut(sock)
  const listener = sock.cold.push << ENTRY_SHIFT
  while (p.entries < PUSH_WORDS - 1) {
    const error = errorOf(sock)
    if (!error) {
      const skb = queuedFirst(sock)
      // As a receive that finds nothing.
      if (nil(skb)) relieve(sock)
      if (!isDue(skb, limit)) return true
      if (nil(p.held)) {
        skbGet(skb)
        p.held = skb
      } else if (changetype<usize>(p.held) != changetype<usize>(skb)) break
    }
    receive(sock, 0, MSG_TRUNC)
    store<u32>(PUSH_AT + (p.entries << 2), listener | (error ? error : sock.flags & SOCK_DUMPING ? ENTRY_DUMPING : 0))
    p.entries += 1
  }
  return false
}
