// What idle sockets can spare when memory ends: empty receive rings, which would keep pages of messages from growing together.

import { kernel } from '../kernel'
import { nil } from '../memory'
import { ringCount, ringFree } from './ring'

/** Gives the rings of all sockets back that have nothing queued; their next message makes a new one. False if there was none. */
export function reclaimRings(): bool {
  let any = false
  let task = kernel().firstTask
  while (!nil(task)) {
    let sock = task.sockets
    while (!nil(sock)) {
      if (sock.ring && ringCount(sock) == 0) {
        ringFree(sock)
        // Every delivery takes the careful path until there is a ring again.
        sock.softlimit = 0
        any = true
      }
      sock = sock.next
    }
    task = task.next
  }
  return any
}
