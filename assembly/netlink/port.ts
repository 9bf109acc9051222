// The port table: which socket has which port of which protocol in which network namespace.

import { EADDRINUSE, EBUSY, ENOBUFS } from '../uapi/errno'
import { STATE, nil } from '../memory'
import { Kernel } from '../kernel'
import { tableAdd, tableFind, tableLook, tableRemove, tableReserve } from '../mm/table'
import { random } from '../time/random'
import { SOCK_BOUND, Sock } from './sock'

// How many ports are drawn from: as signed numbers -2^31 to -4097.
const RANDOM_PORTS: u32 = 0x7ffff000

/** The socket that is bound to a port, or null. */
// @ts-ignore: decorator
@inline
export function portFind(key: u32, portid: u32): Sock {
  const table = STATE + offsetof<Kernel>('portSlots')
  return changetype<Sock>(tableFind(table, key, portid, offsetof<Sock>('key'), offsetof<Sock>('portid')))
}

/** portFind() for ways that are not hot. */
export function portLook(key: u32, portid: u32): Sock {
  const table = STATE + offsetof<Kernel>('portSlots')
  return changetype<Sock>(tableLook(table, key, portid, offsetof<Sock>('key'), offsetof<Sock>('portid')))
}

function reserve(): bool {
  return tableReserve(STATE + offsetof<Kernel>('portSlots'), offsetof<Sock>('key'), offsetof<Sock>('portid'))
}

/**
 * Binds a socket to a port: 0, -EADDRINUSE (the wanted number stays in the socket all the same), -ENOBUFS; -EBUSY if a bind hook
 * has bound it to another one meanwhile.
 */
export function portInsert(sock: Sock, portid: u32): i32 {
  if (sock.flags & SOCK_BOUND) return sock.portid == portid ? 0 : -EBUSY
  if (!reserve()) return -ENOBUFS
  const taken = !nil(portLook(sock.key, portid))
  sock.portid = portid
  return taken ? -EADDRINUSE : enter(sock)
}

// Room was reserved, and nobody has the port.
function enter(sock: Sock): i32 {
  const table = STATE + offsetof<Kernel>('portSlots')
  tableAdd(table, changetype<usize>(sock), offsetof<Sock>('key'), offsetof<Sock>('portid'))
  sock.flags |= SOCK_BOUND
  return 0
}

/** Takes the socket out of the table. */
export function portRemove(sock: Sock): void {
  const table = STATE + offsetof<Kernel>('portSlots')
  tableRemove(table, changetype<usize>(sock), offsetof<Sock>('key'), offsetof<Sock>('portid'))
  sock.flags &= ~SOCK_BOUND
}

/** Binds to the process id, or if that is taken to a random port; 0 or -ENOBUFS. A socket that is bound meanwhile stays as it is. */
export function portAutobind(sock: Sock): i32 {
  if (sock.flags & SOCK_BOUND) return 0
  // Before anything is drawn: a call that fails leaves the generator where it was.
  if (!reserve()) return -ENOBUFS
  let portid = sock.task.ownTgid
  while (!nil(portLook(sock.key, portid))) portid = 0x80000000 + random() % RANDOM_PORTS
  sock.portid = portid
  return enter(sock)
}
