// Wake-ups: a socket that somebody waits for is armed; when what it is armed for happens its id goes onto the ready list,
// which the host reads after each outermost call.

import { ENOBUFS } from '../uapi/errno'
import { GFP_KERNEL } from '../uapi/constants'
import { free } from '../mm/alloc'
import { growRing } from '../mm/grow'
import { kernel } from '../kernel'
import { RESULT_AT, nil, refOf, setResult } from '../memory'
import { RESULT_BLOCKED, RESULT_BLOCKED_BEFORE, RESULT_BLOCKED_FOR, RESULT_BLOCKED_SOCK, RESULT_READY } from '../result'
import { logDetach } from './group-log'
import { pushNote } from './push'
import { pushes } from './push-state'
import { stepOut } from './group-step'
import { SOCK_ARMED_READ, SOCK_ARMED_ROOM, SOCK_CONGESTED, SOCK_PUSHED, Sock } from './sock'

const FIRST_ENTRIES: u32 = 16

/** Arms a socket for SOCK_ARMED_READ or SOCK_ARMED_ROOM; 0 or -ENOBUFS. Each armed socket has its place on the list. */
export function arm(sock: Sock, what: u32): i32 {
  const k = kernel()
  if (!(sock.flags & (SOCK_ARMED_READ | SOCK_ARMED_ROOM))) {
    if (!reserve()) return -ENOBUFS
    k.armed += 1
  }
  if (sock.flags & SOCK_PUSHED) stepOut(sock)
  // In the order of service with others who wait.
  if (what & SOCK_ARMED_READ) logDetach(sock)
  sock.flags |= what
  return 0
}

function reserve(): bool {
  const k = kernel()
  const size = k.readyRing ? k.readyMask + 1 : 0
  const queued = k.readyTail - k.readyHead
  if (k.armed + queued < size) return true
  const grown = size ? size << 1 : FIRST_ENTRIES
  const ring = growRing(k.readyRing, k.readyMask, k.readyHead, k.readyTail, grown, GFP_KERNEL)
  if (!ring) return false
  k.readyRing = ring
  k.readyMask = grown - 1
  return true
}

/** Something happened that the socket is armed for: its id goes onto the list, and it is disarmed. */
export function fire(sock: Sock): void {
  const k = kernel()
  sock.flags &= ~(SOCK_ARMED_READ | SOCK_ARMED_ROOM)
  store<u32>(k.readyRing + ((k.readyTail & k.readyMask) << 2), sock.id)
  k.readyTail += 1
  k.armed -= 1
  setResult(RESULT_READY, 1)
}

/** Notes which socket was the reason of an -EAGAIN, and what to arm it for. */
export function blockedOn(sock: Sock, what: u32): void {
  setResult(RESULT_BLOCKED, sock.id)
  setResult(RESULT_BLOCKED_SOCK, refOf(sock))
  setResult(RESULT_BLOCKED_FOR, what)
}

function forget(sock: Sock, word: u32): void {
  if (load<u32>(RESULT_AT + (word << 2)) == sock.id) setResult(word, 0)
}

/** Forgets that socket, if it is this one: it is going. */
export function forgetBlocked(sock: Sock): void {
  forget(sock, RESULT_BLOCKED)
  forget(sock, RESULT_BLOCKED_BEFORE)
}

/** There is something to read, a message or an error. */
// @ts-ignore: decorator
@inline
export function wakeReaders(sock: Sock): void {
  if (sock.flags & (SOCK_ARMED_READ | SOCK_PUSHED)) wakeReader(sock)
}

function wakeReader(sock: Sock): void {
  // What a group's members take is due to the group; who is congested takes nothing, and has an error.
  if (sock.flags & SOCK_PUSHED && (!pushes().casting || sock.flags & SOCK_CONGESTED)) pushNote(refOf(sock))
  if (sock.flags & SOCK_ARMED_READ) fire(sock)
}

/** There may be room. */
// @ts-ignore: decorator
@inline
export function wakeSenders(sock: Sock): void {
  if (sock.flags & SOCK_ARMED_ROOM) fire(sock)
}

/** The id of the next ready socket, or 0. The list goes with the last armed socket. */
export function readyNext(): u32 {
  const k = kernel()
  if (k.readyHead == k.readyTail) {
    setResult(RESULT_READY, u32(!nil(pushes().first)))
    if (k.readyRing && !k.armed) {
      free(k.readyRing, (k.readyMask + 1) << 2)
      k.readyRing = 0
    }
    return 0
  }
  const id = load<u32>(k.readyRing + ((k.readyHead & k.readyMask) << 2))
  k.readyHead += 1
  return id
}
