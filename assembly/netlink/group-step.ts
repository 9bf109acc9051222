// Members in step: those of a group's log who have a listener, nothing queued of their own, and have been handed all that was logged so
// far. They share one place in the log, so a message is handed to all of them at once.

import { nil } from '../memory'
import { Group, memberAt } from './group'
import { pushes } from './push-state'
import { Cold, SOCK_ARMED_ROOM, SOCK_DUMPING, SOCK_ERROR, SOCK_LOGGED, SOCK_PUSHED, Sock } from './sock'
import { ringCount } from '../skb/ring'

/** In the cold part's `push`: the socket's place in the log is the group's `step`. */
const IN_STEP: u32 = 0x80000000

/** Whether it shares the place. */
// @ts-ignore: decorator
@inline
export function isInStep(sock: Sock): bool {
  return (sock.cold.push & IN_STEP) != 0
}

/** The socket's place in the log that it reads. */
// @ts-ignore: decorator
@inline
export function cursorOf(sock: Sock): u32 {
  return isInStep(sock) ? sock.cold.log.step : sock.cold.cursor
}

/** The bytes accounted for all before that place. */
// @ts-ignore: decorator
@inline
export function cursorSumOf(sock: Sock): u32 {
  return isInStep(sock) ? sock.cold.log.stepSum : sock.cold.cursorSum
}

/** It has a place of its own from now on. */
// @ts-ignore: decorator
@inline
export function stepOut(sock: Sock): void {
  if (isInStep(sock)) leave(sock)
}

// Where the place of one and of all in step stands, each with the bytes accounted for behind it.
// @ts-ignore: decorator
@inline
function cursorAt(cold: Cold): usize {
  return changetype<usize>(cold) + offsetof<Cold>('cursor')
}

// @ts-ignore: decorator
@inline
function stepAt(group: Group): usize {
  return changetype<usize>(group) + offsetof<Group>('step')
}

function leave(sock: Sock): void {
  const cold = sock.cold
  store<u64>(cursorAt(cold), load<u64>(stepAt(cold.log)))
  cold.push &= ~IN_STEP
  cold.log.stepped -= 1
  pushes().written = 0
}

// Whether it reads the log along, has nothing of its own, and a receive does no more than take a message.
function isSteady(sock: Sock): bool {
  return (sock.flags & (SOCK_LOGGED | SOCK_DUMPING | SOCK_ARMED_ROOM | SOCK_ERROR)) == SOCK_LOGGED && !ringCount(sock)
}

/** It shares the place from now on, if it has been handed everything and nothing special is asked of it. */
export function stepIn(sock: Sock): void {
  if (!isSteady(sock)) return
  const cold = sock.cold
  const group = cold.log
  if (cold.cursor != group.logTail) return
  if (!group.stepped) {
    store<u64>(stepAt(group), load<u64>(cursorAt(cold)))
  }
  if (group.step != cold.cursor) return
  cold.push |= IN_STEP
  group.stepped += 1
  pushes().written = 0
}

/** All in step have taken the next message, of so many bytes; their references to it are the caller's. */
export function stepOn(group: Group, truesize: u32): void {
  if (!ASC_NO_ASSERT) checkSteps(group)
  group.step += 1
  group.stepSum += truesize
  group.unread -= group.stepped
}

// Whoever is to be looked at again has been stepped out.
function checkSteps(group: Group): void {
  let count: u32 = 0
  for (let i: u32 = 0; i < group.used; i++) {
    const sock = memberAt(group, i)
    if (nil(sock) || !isInStep(sock)) continue
    assert(isSteady(sock) && (sock.flags & SOCK_PUSHED) != 0, 'push: a member in step ought to be looked at')
    count++
  }
  assert(count == group.stepped, 'push: the count of members in step is wrong')
}
