// The same delivery as in deliver.ts while somebody watches: the tap is told of each receiver, and fault rules are asked about it.
// A way of its own, so that who is not watched does not pay.

import { EAGAIN, ECONNREFUSED, ENOBUFS } from '../uapi/errno'
import { kernel } from '../kernel'
import { nil } from '../memory'
import { Skb, skbPut } from '../skb/skb'
import { delay } from './delay'
import { FROM_KERNEL_ATOMIC, kept, overrun, shortened, takeOne, unicastTo } from './deliver'
import { kernelInput } from './input'
import { portLook } from './port'
import { INPUT_CONNECTOR, protocolAt } from './protocol'
import { SOCK_ARMED_ROOM, SOCK_CONNECTED, Sock } from './sock'
import { blockedOn } from './wake'
import {
  FAULT_DELAY,
  FAULT_LOST,
  FAULT_NONE,
  VERDICT_DELAYED,
  VERDICT_DROPPED,
  VERDICT_FILTERED,
  VERDICT_HANDLED,
  VERDICT_NO_MEMORY,
  VERDICT_REFUSED,
  faultAt,
  tapDelivery,
  verdictOf,
} from './watch'

/** unicast() of deliver.ts. */
export function unicastWatched(key: u32, skb: Skb, portid: u32, from: u32): i32 {
  const sock = portid ? portLook(key, portid) : changetype<Sock>(0)
  if (nil(sock)) return portid ? -ECONNREFUSED : inputWatched(key, skb)
  if (sock.flags & SOCK_CONNECTED && sock.cold.dstPortid != skb.portid) {
    tapDelivery(sock, VERDICT_REFUSED)
    return -ECONNREFUSED
  }
  const keep = kept(sock, skb)
  if (keep == 0) {
    tapDelivery(sock, VERDICT_FILTERED)
    return skb.len
  }
  if (keep >= skb.len) return unicastAsking(key, sock, skb, from)
  const cut = shortened(skb, keep)
  if (nil(cut)) {
    tapDelivery(sock, VERDICT_NO_MEMORY)
    return -ENOBUFS
  }
  const result = unicastAsking(key, sock, cut, from)
  skbPut(cut)
  return result
}

function unicastAsking(key: u32, sock: Sock, skb: Skb, from: u32): i32 {
  const before = sock.flags
  const fault = faultAt(key, skb, 0, sock, from == FROM_KERNEL_ATOMIC)
  if (fault == FAULT_LOST) {
    overrun(sock)
    blockedOn(sock, SOCK_ARMED_ROOM)
    tapDelivery(sock, VERDICT_DROPPED)
    return -EAGAIN
  }
  if (fault != FAULT_NONE && delay(key, sock, skb, fault - FAULT_DELAY)) {
    tapDelivery(sock, VERDICT_DELAYED)
    return skb.len
  }
  const result = unicastTo(sock, skb, from)
  tapDelivery(sock, verdictOf(min(result, 0), before))
  return result
}

// A message to the kernel can be lost only where its callback runs later: the sender has its answer already.
function inputWatched(key: u32, skb: Skb): i32 {
  const nobody = changetype<Sock>(0)
  const queued = kernel().dispatch != 0 && key < 0x100 && protocolAt(key).input == INPUT_CONNECTOR
  const fault = faultAt(key, skb, 0, nobody, queued)
  if (fault == FAULT_LOST) {
    tapDelivery(nobody, VERDICT_DROPPED)
    return skb.len
  }
  if (fault != FAULT_NONE && delay(key, nobody, skb, fault - FAULT_DELAY)) {
    tapDelivery(nobody, VERDICT_DELAYED)
    return skb.len
  }
  const result = kernelInput(key, skb)
  tapDelivery(nobody, result < 0 ? VERDICT_REFUSED : VERDICT_HANDLED)
  return result
}

/** takeOne() for a member of a group, or what the fault rules say instead; 0, -errno. */
export function takeWatched(sock: Sock, skb: Skb, group: u32): i32 {
  const before = sock.flags
  const fault = faultAt(sock.key, skb, group, sock, true)
  if (fault == FAULT_LOST) {
    tapDelivery(sock, VERDICT_DROPPED)
    return -EAGAIN
  }
  if (fault != FAULT_NONE && delay(sock.key, sock, skb, fault - FAULT_DELAY)) {
    tapDelivery(sock, VERDICT_DELAYED)
    return 0
  }
  const taken = takeOne(sock, skb)
  if (taken == 0) kernel().delivered += 1
  tapDelivery(sock, verdictOf(taken, before))
  return taken
}
