// The receive ring of a socket: 4-byte references, allocated at the first message, doubled up to what rcvbuf lets in.

import { free } from '../mm/alloc'
import { GFP_NOFAIL } from '../mm/gfp'
import { growRing } from '../mm/grow'
import { smallestTruesize } from '../mm/truesize'
import { SOCK_CONGESTED, SOCK_FILTERED, SOCK_LOGGED, Sock, rcvbufOf } from '../netlink/sock'
import { Skb, skbPut } from './skb'

const FIRST_ENTRIES: u32 = 16

/** How many messages are queued. */
// @ts-ignore: decorator
@inline
export function ringCount(sock: Sock): u32 {
  return sock.tail - sock.head
}

/** The next message. The ring must not be empty. */
// @ts-ignore: decorator
@inline
export function ringFirst(sock: Sock): Skb {
  return changetype<Skb>(load<usize>(sock.ring + ((sock.head & sock.mask) << 2)))
}

/** The message `index` places behind the next one. */
export function ringAt(sock: Sock, index: u32): Skb {
  return changetype<Skb>(load<usize>(sock.ring + (((sock.head + index) & sock.mask) << 2)))
}

/** Puts a message last. The ring must have room. */
// @ts-ignore: decorator
@inline
export function ringPush(sock: Sock, skb: Skb): void {
  const tail = sock.tail
  store<usize>(sock.ring + ((tail & sock.mask) << 2), changetype<usize>(skb))
  sock.tail = tail + 1
  sock.rmem += skb.truesize
}

/** Makes room for one more message; false without memory. */
export function ringReserve(sock: Sock): bool {
  if (!sock.ring) return ringMove(sock, FIRST_ENTRIES)
  if (ringCount(sock) <= sock.mask) return true
  return ringMove(sock, (sock.mask + 1) << 1)
}

function ringMove(sock: Sock, entries: u32): bool {
  // Linux needs no memory to queue a message: whoever could allocate one can queue it, whatever the pressure.
  const ring = growRing(sock.ring, sock.mask, sock.head, sock.tail, entries, GFP_NOFAIL)
  if (!ring) return false
  sock.ring = ring
  sock.mask = entries - 1
  return true
}

/**
 * Recomputes the one number that a fast delivery compares rmem with: below it neither the ring is full nor rcvbuf reached. 0 sends
 * every delivery down the careful path.
 */
export function updateLimit(sock: Sock): void {
  const careful = !sock.ring || sock.flags & (SOCK_CONGESTED | SOCK_FILTERED | SOCK_LOGGED)
  sock.softlimit = careful ? 0 : min((sock.mask + 1) * smallestTruesize(), rcvbufOf(sock))
}

/** Gives back the ring and everything in it. */
export function ringFree(sock: Sock): void {
  if (!sock.ring) return
  const count = ringCount(sock)
  for (let i: u32 = 0; i < count; i++) skbPut(ringAt(sock, i))
  free(sock.ring, (sock.mask + 1) << 2)
  sock.ring = 0
  // mask and head, rmem and tail
  store<u64>(changetype<usize>(sock) + offsetof<Sock>('mask'), 0)
  store<u64>(changetype<usize>(sock) + offsetof<Sock>('rmem'), 0)
}
