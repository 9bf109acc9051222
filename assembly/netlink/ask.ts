// netlink_broadcast_filtered() with a function of the host, which is asked about each member. It may do anything, so the members
// are held while it is asked.

import { ENOBUFS, ESRCH } from '../uapi/errno'
import { GFP_ATOMIC } from '../uapi/constants'
import { kernel } from '../kernel'
import { nil, refOf } from '../memory'
import { alloc, free } from '../mm/alloc'
import { CALL_FILTER, callHost } from '../slot'
import { Skb } from '../skb/skb'
import { sockHold, sockLetGo } from './close'
import { cutTo, kept, overrun, takeOne, whole } from './deliver'
import { takeWatched } from './deliver-watched'
import { groupFind, isMember, memberAt } from './group'
import { SOCK_BROADCAST_ERROR, SOCK_BUSY, SOCK_DYING, Sock } from './sock'
import { VERDICT_FILTERED, VERDICT_NO_MEMORY, tapDelivery } from './watch'

// An entry is a socket's reference; bit 0 says that somebody else held it already.
const HELD: u32 = 1

/** As broadcast(), leaving out those for whom the function of `slot` does not say 0; -ENOBUFS without memory for the list too. */
export function broadcastAsking(key: u32, skb: Skb, exclude: u32, number: u32, slot: u32): i32 {
  const group = groupFind(key, number)
  if (nil(group)) return -ESRCH
  const count = group.live
  const members = alloc(count << 2, GFP_ATOMIC)
  if (!members) return -ENOBUFS
  let to = members
  for (let i = group.used; i > 0; i--) {
    const sock = memberAt(group, i - 1)
    if (nil(sock)) continue
    store<u32>(to, (refOf(sock) as u32) | (sockHold(sock) ? HELD : 0))
    to += 4
  }
  const result = askAll(members, count, skb, exclude, number, slot)
  for (let at = members; at < to; at += 4) {
    const entry = load<u32>(at)
    sockLetGo(changetype<Sock>(entry & ~HELD), entry & HELD ? SOCK_BUSY : 0, 0)
  }
  free(members, count << 2)
  return result
}

function stays(sock: Sock, number: u32): bool {
  return !(sock.flags & SOCK_DYING) && isMember(sock, number)
}

// Each time anew whether anybody watches: the function that is asked may begin to, or end it.
function offer(sock: Sock, skb: Skb, number: u32): i32 {
  if (kernel().watch) return takeWatched(sock, skb, number)
  const taken = takeOne(sock, skb)
  if (taken == 0) kernel().delivered += 1
  return taken
}

function askAll(members: usize, count: u32, skb: Skb, exclude: u32, number: u32, slot: u32): i32 {
  let delivered = false
  let failed = false
  let offered = skb
  for (let i: u32 = 0; i < count; i++) {
    const sock = changetype<Sock>(load<u32>(members + (i << 2)) & ~HELD)
    if (sock.portid == exclude || !stays(sock, number)) continue
    const leftOut = callHost(slot, CALL_FILTER, sock.portid, refOf(skb)) || !stays(sock, number)
    const keep: u32 = leftOut ? 0 : kept(sock, offered)
    if (keep == 0) {
      tapDelivery(sock, VERDICT_FILTERED)
      offered = whole(skb, offered)
      continue
    }
    const cut = keep >= offered.len ? offered : cutTo(keep, skb, offered, false)
    let taken = -ENOBUFS
    if (nil(cut)) {
      tapDelivery(sock, VERDICT_NO_MEMORY)
    } else {
      taken = offer(sock, cut, number)
      offered = cut
    }
    if (taken == 0) {
      delivered = true
      offered = whole(skb, offered)
    } else {
      overrun(sock)
      if (sock.flags & SOCK_BROADCAST_ERROR) failed = true
    }
  }
  whole(skb, offered)
  return failed ? -ENOBUFS : delivered ? 0 : -ESRCH
}
