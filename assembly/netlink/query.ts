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
import { RESULT_LIST } from '../result'
import { ringCount } from '../skb/ring'
import { SOCK_ARMED_READ, SOCK_BOUND, Sock, errorOf } from './sock'
import { blockedOn } from './wake'

/**
 * The bits of poll(2): always writable, readable while something is queued, POLLERR while an error is pending. What to wait for
 * is noted.
 */
export function pollBits(sock: Sock, events: u32): u32 {
  let bits: u32 = POLLOUT | POLLWRNORM | POLLWRBAND
  if (ringCount(sock)) bits |= POLLIN | POLLRDNORM
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
  setResult(RESULT_LIST + 3, sock.rmem)
  setResult(RESULT_LIST + 4, sock.drops)
  setResult(RESULT_LIST + 5, sock.id)
  setResult(RESULT_LIST + 6, sock.flags & SOCK_BOUND)
  return refOf(sock)
}
