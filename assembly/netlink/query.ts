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
import { RESULT_AT, copyResults, nil, setResult, refOf } from '../memory'
import { tableReference } from '../mm/table'
import { RESULT_LIST } from '../result'
import { Group } from './group'
import { queuedCount, rmemOf } from './group-log'
import { SOCK_ARMED_READ, Sock, errorOf, peerOf, rcvbufOf, sndbufOf } from './sock'
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

/** The socket after another, over all tasks; `before` null asks for the first. */
export function nextSock(before: Sock): Sock {
  let task = kernel().firstTask
  if (!nil(before)) {
    if (!nil(before.next)) return before.next
    task = before.task.next
  }
  while (!nil(task) && nil(task.sockets)) task = task.next
  return nil(task) ? changetype<Sock>(0) : task.sockets
}

/**
 * Describes a socket in the list words: flags and error, port, key, id, task; process, groups, rmem, drops, peer's port and group,
 * rcvbuf, sndbuf, messages queued.
 */
export function describeSock(sock: Sock): void {
  // flags, portid, key, id, task
  copyResults(RESULT_LIST, changetype<usize>(sock) + offsetof<Sock>('flags'), 5)
  setResult(RESULT_LIST + 5, sock.task.tgid)
  setResult(RESULT_LIST + 6, nil(sock.cold) ? 0 : sock.cold.groups)
  setResult(RESULT_LIST + 7, rmemOf(sock))
  setResult(RESULT_LIST + 8, sock.drops)
  // The peer's port and group, which are 0 without one.
  store<u64>(RESULT_AT + ((RESULT_LIST + 9) << 2), peerOf(sock))
  setResult(RESULT_LIST + 11, rcvbufOf(sock))
  setResult(RESULT_LIST + 12, sndbufOf(sock))
  setResult(RESULT_LIST + 13, queuedCount(sock))
}

/**
 * The group at place `at` of the table of groups or behind it: key, number, where its members lie, entries in the list words; the
 * place behind it, or 0. Of the members, references or 0, the last one is served first.
 */
export function nextGroup(at: u32): u32 {
  const k = kernel()
  if (!k.groupSlots) return 0
  for (; at <= k.groupMask; at++) {
    const group = changetype<Group>(tableReference(k.groupSlots + (at << 2)))
    if (nil(group)) continue
    // key, number, members, used
    copyResults(RESULT_LIST, changetype<usize>(group), 4)
    return at + 1
  }
  return 0
}
