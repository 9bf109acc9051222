// Draining: a receiver takes what is queued, many messages at once as by recvmmsg(2), and reads them where they lie. What he has taken
// is his until he asks for more; the references to it stand in the drain window, zeros behind them.

import { kernel } from '../kernel'
import { DRAIN_AT, nil } from '../memory'
import { ringCount } from '../skb/ring'
import { Skb, skbPut } from '../skb/skb'
import { noteReceive } from './dump'
import { stepOut } from './group-step'
import { receive, relieve } from './receive'
import { SOCK_DUMPING, SOCK_ERROR, SOCK_LOGGED, SOCK_PUSHED, SOCK_SERVED, Sock } from './sock'
import { WATCH_TAP, tapReceive } from './watch'

/**
 * Gives back what stands at a place of the window, and takes messages again, at most so many: how many, with SOCK_DUMPING if it is a part
 * of a dump, which goes on. If there is none 0, or what recv(2) says; 0 for no socket.
 */
export function drainNext(sock: Sock, place: u32, most: u32): i32 {
  const window = DRAIN_AT + (place << 2)
  giveBack(window)
  if (nil(sock)) return 0
  // In place there is room for everything.
  if (sock.flags & SOCK_SERVED) noteReceive(sock, u32.MAX_VALUE)
  if (sock.flags & SOCK_ERROR) return receive(sock, 0, 0)
  if (sock.flags & SOCK_PUSHED) stepOut(sock)
  // Behind each part of a dump comes the next.
  if (sock.flags & SOCK_DUMPING) most = 1
  const own = min(ringCount(sock), most)
  sock.rmem -= copyReferences(window, sock.ring, sock.mask, sock.head, own)
  sock.head += own
  const taken = sock.flags & SOCK_LOGGED ? own + takeLogged(sock, window + (own << 2), most - own) : own
  // A tap must not change how many are taken: a journal has that number, and is played without one.
  for (let i: u32 = 0; kernel().watch & WATCH_TAP && i < taken; i++) {
    const skb = changetype<Skb>(load<usize>(window + (i << 2)))
    tapReceive(sock, skb, skb.len)
  }
  relieve(sock)
  return taken ? taken | (sock.flags & SOCK_DUMPING) : 0
}

function giveBack(window: usize): void {
  for (; load<usize>(window); window += 4) {
    const skb = changetype<Skb>(load<usize>(window))
    store<usize>(window, 0)
    // As skbPut() does, at once.
    if (skb.refs == 1) skbPut(skb)
    else skb.refs -= 1
  }
}

// What has not been read in a group's log: how many messages.
function takeLogged(sock: Sock, to: usize, most: u32): u32 {
  const cold = sock.cold
  const group = cold.log
  const cursor = cold.cursor
  const count = min(group.logTail - cursor, most)
  cold.cursorSum += copyReferences(to, group.log, group.logMask, cursor, count)
  cold.cursor = cursor + count
  group.unread -= count
  return count
}

// References to messages, from a place of a ring on: the sum of their truesizes.
function copyReferences(to: usize, ring: usize, mask: u32, place: u32, count: u32): u32 {
  let sum: u32 = 0
  for (; count; count--) {
    const skb = load<usize>(ring + ((place & mask) << 2))
    store<usize>(to, skb)
    sum += changetype<Skb>(skb).truesize
    to += 4
    place++
  }
  return sum
}
