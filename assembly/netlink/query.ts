// What can be asked about sockets: poll(2), and the rows of /proc/net/netlink.

import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from '../uapi/constants'
import { kernel } from '../kernel'
import { nil, setResult, refOf } from '../memory'
import { tableReference } from '../mm/table'
import { RESULT_LIST, setLong } from '../result'
import { Skb } from '../skb/skb'
import { Group, memberAt } from './group'
import { queuedAt, queuedCount, rmemOf } from './group-log'
import { SOCK_ARMED_READ, SOCK_BOUND, SOCK_CONNECTED, Sock, errorOf, rcvbufOf, sndbufOf } from './sock'
import { blockedOn } from './wake'

/**
 * The bits of poll(2): always writable, readable while something is queued, POLLERR while an error is pending. What to wait for
 * is noted.
 */
export function pollBits(sock: Sock, events: u32): u32 {
  let bits: u32 = POLLOUT | POLLWRNORM | POLLWRBAND
  if (queuedCount(sock)) bits |= POLLIN | POLLRDNORM
  if (errorOf(sock)) bits |= POLLERR
  if (!(bits & (POLLIN | POLLERR))) blockedOn(sock, SOCK_ARMED_READ)
  return bits & (events | POLLERR | POLLHUP)
}

/** The socket after another, over all tasks; `before` 0 asks for the first. */
export function nextSock(before: u32): Sock {
  let task = kernel().firstTask
  if (before) {
    const sock = changetype<Sock>(before)
    if (!nil(sock.next)) return sock.next
    task = sock.task.next
  }
  while (!nil(task) && nil(task.sockets)) task = task.next
  return nil(task) ? changetype<Sock>(0) : task.sockets
}

/** Describes a socket in the list words; its reference, or 0. */
export function listSock(sock: Sock): u32 {
  if (nil(sock)) return 0
  setResult(RESULT_LIST, sock.key)
  setResult(RESULT_LIST + 1, sock.portid)
  setResult(RESULT_LIST + 2, nil(sock.cold) ? 0 : sock.cold.groups)
  setResult(RESULT_LIST + 3, rmemOf(sock))
  setResult(RESULT_LIST + 4, sock.drops)
  setResult(RESULT_LIST + 5, sock.id)
  setResult(RESULT_LIST + 6, sock.flags & SOCK_BOUND)
  setResult(RESULT_LIST + 7, refOf(sock.task))
  return refOf(sock)
}

/** More of a socket in the list words: flags and error, peer's port and group, rcvbuf, sndbuf, messages queued, process, key, port, id. */
export function describeSock(sock: Sock): void {
  const connected = (sock.flags & SOCK_CONNECTED) != 0
  setResult(RESULT_LIST, sock.flags)
  setResult(RESULT_LIST + 1, connected ? sock.cold.dstPortid : 0)
  setResult(RESULT_LIST + 2, connected ? sock.cold.dstGroup : 0)
  setResult(RESULT_LIST + 3, rcvbufOf(sock))
  setResult(RESULT_LIST + 4, sndbufOf(sock))
  setResult(RESULT_LIST + 5, queuedCount(sock))
  setResult(RESULT_LIST + 6, sock.task.tgid)
  setResult(RESULT_LIST + 7, sock.key)
  setResult(RESULT_LIST + 8, sock.portid)
  setResult(RESULT_LIST + 9, sock.id)
}

/** The message `index` places behind the next one of a queue: number (two words), port, group, truesize, length in the list words. */
export function queuedMessage(sock: Sock, index: u32): u32 {
  return listMessage(queuedAt(sock, index))
}

/** Describes a message in the list words as queuedMessage() does; its reference. */
export function listMessage(skb: Skb): u32 {
  setLong(0, skb.ordinal)
  setResult(RESULT_LIST + 2, skb.portid)
  setResult(RESULT_LIST + 3, skb.group)
  setResult(RESULT_LIST + 4, skb.truesize)
  setResult(RESULT_LIST + 5, skb.len)
  return refOf(skb)
}

/**
 * The group at place `at` of the table of groups or behind it: key, number, entries, reference in the list words; the place behind
 * it, or 0.
 */
export function nextGroup(at: u32): u32 {
  const k = kernel()
  if (!k.groupSlots) return 0
  for (; at <= k.groupMask; at++) {
    const group = changetype<Group>(tableReference(k.groupSlots + (at << 2)))
    if (nil(group)) continue
    setResult(RESULT_LIST, group.key)
    setResult(RESULT_LIST + 1, group.number)
    setResult(RESULT_LIST + 2, group.used)
    setResult(RESULT_LIST + 3, refOf(group))
    return at + 1
  }
  return 0
}

/** The id of a group's member at an index, or 0. The highest index is served first. */
export function groupMember(group: Group, index: u32): u32 {
  const sock = memberAt(group, index)
  return nil(sock) ? 0 : sock.id
}
