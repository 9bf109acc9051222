// The same delivery as in deliver.ts while somebody watches: the tap is told of each receiver, and fault rules are asked about it.
// A way of its own, so that who is not watched does not pay.

import { EAGAIN, ECONNREFUSED, ENOBUFS } from '../uapi/errno'
import { kernel } from '../kernel'
import { nil } from '../memory'
import { Skb, skbPut } from '../skb/skb'
import { delay } from './delay'
import { FROM_KERNEL_ATOMIC, isPeer, kept, overrun, shortened, take, unicastTo } from './deliver'
import { kernelInput } from './input'
import { portLook } from './port'
import { INPUT_CONNECTOR, protocolAt } from './protocol'
import { SOCK_ARMED_ROOM, Sock } from './sock'
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
  if (!isPeer(sock, skb)) {
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
  const befallen = befall(key, sock, skb, 0, from == FROM_KERNEL_ATOMIC)
  if (befallen == FAULT_NONE) return unicastTold(sock, skb, from)
  return befallen == FAULT_LOST ? -EAGAIN : skb.len
}

/** unicastTo() of deliver.ts, of which the tap is told. */
export function unicastTold(sock: Sock, skb: Skb, from: u32): i32 {
  const before = sock.flags
  const result = unicastTo(sock, skb, from)
  tapDelivery(sock, verdictOf(min(result, 0), before))
  return result
}

// A message to the kernel can be lost only where its callback runs later: the sender has its answer already.
function inputWatched(key: u32, skb: Skb): i32 {
  const queued = kernel().dispatch != 0 && key < 0x100 && protocolAt(key).input == INPUT_CONNECTOR
  return befall(key, changetype<Sock>(0), skb, 0, queued) == FAULT_NONE ? inputTold(key, skb) : skb.len
}

/** kernelInput(), of which the tap is told. */
export function inputTold(key: u32, skb: Skb): i32 {
  const result = kernelInput(key, skb)
  tapDelivery(changetype<Sock>(0), result < 0 ? VERDICT_REFUSED : VERDICT_HANDLED)
  return result
}

/** take() for a member of a group, or what the fault rules say instead; 0, -errno. */
export function takeWatched(sock: Sock, skb: Skb, group: u32): i32 {
  const before = sock.flags
  const befallen = befall(sock.key, sock, skb, group, true)
  if (befallen != FAULT_NONE) return befallen == FAULT_LOST ? -EAGAIN : 0
  const taken = take(sock, skb)
  if (taken == 0) kernel().delivered += 1
  tapDelivery(sock, verdictOf(taken, before))
  return taken
}

// What the fault rules do to a message before its receiver (null: the kernel) has it, and the tap is told of: FAULT_LOST, FAULT_DELAY;
// FAULT_NONE if it is to be delivered now. The members of a group are told of their losses by whoever serves the group.
function befall(key: u32, sock: Sock, skb: Skb, group: u32, losable: bool): u32 {
  const fault = faultAt(key, skb, group, sock, losable)
  if (fault == FAULT_NONE) return FAULT_NONE
  if (fault == FAULT_LOST) {
    if (!nil(sock) && !group) {
      overrun(sock)
      blockedOn(sock, SOCK_ARMED_ROOM)
    }
    tapDelivery(sock, VERDICT_DROPPED)
    return FAULT_LOST
  }
  if (!delay(key, sock, skb, fault - FAULT_DELAY)) return FAULT_NONE
  tapDelivery(sock, VERDICT_DELAYED)
  return FAULT_DELAY
}
