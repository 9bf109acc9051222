// cn_netlink_send(): from the kernel to a port, or to a group (conformance cn-send).

import { ENODEV, ENOMEM, ESRCH } from '../uapi/errno'
import { NETLINK_CONNECTOR, __GFP_DIRECT_RECLAIM } from '../uapi/constants'
import { TRANSMIT_AT, copyPieces, nil, refOf } from '../memory'
import { kernelBroadcast, kernelSkb, kernelUnicast } from '../netlink/kernelsock'
import { hasListeners } from '../netlink/group'
import { Skb, skbData } from '../skb/skb'
import { callbackLook } from './registry'
import { CN_HEADERS } from './wire'

/**
 * A message with room for both headers and `len` bytes, padded with zeros to a multiple of 4; or -ENODEV (neither port nor
 * group, and the id is not registered), -ESRCH (no port, and nobody in the group), -ENOMEM.
 */
export function cnReserve(idx: u32, val: u32, len: u32, portid: u32, group: u32, gfp: u32): i32 {
  if (portid == 0 && group == 0) {
    if (nil(callbackLook(idx, val))) return -ENODEV
    group = idx
  }
  if (portid == 0 && !hasListeners(NETLINK_CONNECTOR, group)) return -ESRCH
  const padded = (CN_HEADERS + len + 3) & ~3
  const skb = kernelSkb(padded, group, gfp)
  if (nil(skb)) return -ENOMEM
  store<u32>(skbData(skb) + padded - 4, 0)
  skb.dstPortid = portid
  skb.dstGroup = group
  skb.flags = gfp
  return refOf(skb)
}

/** Sends a reserved message, which is given up: to the group without the port, or to the port. */
export function cnCommit(skb: Skb): i32 {
  if (skb.dstGroup) return kernelBroadcast(NETLINK_CONNECTOR, skb, skb.dstPortid, skb.dstGroup)
  return kernelUnicast(NETLINK_CONNECTOR, skb, skb.dstPortid, (skb.flags & __GFP_DIRECT_RECLAIM) == 0)
}

/** Sends what lies in the transmit window: both headers and `len` bytes. */
export function cnSendWindow(idx: u32, val: u32, len: u32, portid: u32, group: u32, gfp: u32): i32 {
  const reserved = cnReserve(idx, val, len, portid, group, gfp)
  if (reserved < 0) return reserved
  const skb = changetype<Skb>(reserved as usize)
  const total = CN_HEADERS + len
  copyPieces(skbData(skb), TRANSMIT_AT, total)
  // The copy may have moved whole words: what pads the message must be zeros.
  for (let at = total; at < skb.len; at++) store<u8>(skbData(skb) + at, 0)
  return cnCommit(skb)
}
