// The birth and the end of a socket.

import { EBADF, ENFILE, ENOBUFS } from '../uapi/errno'
import { allocZero, free } from '../mm/alloc'
import { GFP_KERNEL } from '../uapi/constants'
import { kernel } from '../kernel'
import { nil, refOf } from '../memory'
import { chainAdd, chainRemove } from '../mm/list'
import { CALL_RELEASE, callHost } from '../slot'
import { ringFree } from '../skb/ring'
import { credGet, credPut } from '../task/cred'
import { Task } from '../task/task'
import { forgetDelayed } from './delay'
import { dumpRelease } from './dump'
import { filterFree } from './filter'
import { groupLeaveAll, membershipsFree, nextMembership } from './group'
import { portRemove } from './port'
import { pushOff } from './push'
import { HOOK_UNBIND, INPUT_HOST, protocolAt, unbindHook } from './protocol'
import {
  SOCK_ARMED_READ,
  SOCK_ARMED_ROOM,
  SOCK_BOUND,
  SOCK_BUSY,
  SOCK_DELAYED,
  SOCK_DYING,
  SOCK_IS_DGRAM,
  SOCK_PUSHED,
  SOCK_SERVED,
  SOCK_SIZE,
  Sock,
  coldFree,
  keyOf,
  protocolOf,
} from './sock'
import { fire, forgetBlocked } from './wake'

function socketsOf(task: Task): usize {
  return changetype<usize>(task) + offsetof<Task>('sockets')
}

/** A new socket of a task: its reference, -ENFILE at the limit, -ENOBUFS without memory. */
export function sockCreate(task: Task, protocol: u32, dgram: bool): i32 {
  const k = kernel()
  if (k.sockets >= k.maxSockets) return -ENFILE
  const sock = changetype<Sock>(allocZero(SOCK_SIZE, GFP_KERNEL))
  if (nil(sock)) return -ENOBUFS
  k.sockets += 1
  sock.id = k.nextSocketId++
  sock.key = keyOf(task.netns, protocol)
  sock.flags = (dgram ? SOCK_IS_DGRAM : 0) | (protocolAt(protocol).input == INPUT_HOST ? SOCK_SERVED : 0)
  sock.task = task
  sock.cred = credGet(task.cred)
  chainAdd(socketsOf(task), changetype<usize>(sock), offsetof<Sock>('next'))
  return refOf(sock)
}

/**
 * Closes a socket. First nothing can find it any more, then the hooks hear of it (unbind in rising order, then the release
 * notifier of a bound one), then it is given back: a hook may do what it likes.
 */
export function sockRelease(sock: Sock): void {
  if (sock.flags & SOCK_PUSHED) pushOff(sock)
  chainRemove(socketsOf(sock.task), changetype<usize>(sock), offsetof<Sock>('next'))
  if (sock.flags & SOCK_BUSY) sock.flags |= SOCK_DYING
  else destroy(sock)
}

/** Keeps a socket alive while hooks are asked; what it returns belongs to sockLetGo(). */
export function sockHold(sock: Sock): u32 {
  const held = sock.flags & SOCK_BUSY
  sock.flags |= SOCK_BUSY
  return held
}

/** Ends sockHold(): a socket that was closed meanwhile goes now, and the call says -EBADF. */
export function sockLetGo(sock: Sock, held: u32, result: i32): i32 {
  if (held) return result
  sock.flags &= ~SOCK_BUSY
  if (!(sock.flags & SOCK_DYING)) return result
  destroy(sock)
  return -EBADF
}

function destroy(sock: Sock): void {
  const k = kernel()
  const bound = (sock.flags & SOCK_BOUND) != 0
  if (bound) portRemove(sock)
  groupLeaveAll(sock)
  if (sock.flags & (SOCK_ARMED_READ | SOCK_ARMED_ROOM)) fire(sock)
  forgetBlocked(sock)
  if (sock.flags & SOCK_DELAYED) forgetDelayed(sock)
  callUnbindHooks(sock)
  if (bound && k.notifier) callHost(k.notifier - 1, CALL_RELEASE, protocolOf(sock), sock.portid)
  dumpRelease(sock)
  ringFree(sock)
  filterFree(sock)
  if (!nil(sock.cold)) {
    membershipsFree(sock.cold)
    coldFree(sock)
  }
  credPut(sock.cred)
  k.sockets -= 1
  free(changetype<usize>(sock), SOCK_SIZE)
}

function callUnbindHooks(sock: Sock): void {
  const number = protocolOf(sock)
  if (!(protocolAt(number).hooks & HOOK_UNBIND)) return
  for (let group = nextMembership(sock, 0); group; group = nextMembership(sock, group)) unbindHook(number, group)
}
