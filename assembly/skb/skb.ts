// sk_buff: one message, one payload for everybody who has it, one reference count.

import { alloc, free, roomOf } from '../mm/alloc'
import { kernel } from '../kernel'

//   struct Skb, 64 bytes, the payload behind it
//      0 ┌──────────────┬──────────────┐
//        │ refs         │ len          │
//      8 │ truesize     │ portid       │ the sender's port
//     16 │ group        │ pid          │ the group that was named; the sender's credentials
//     24 │ uid          │ gid          │
//     32 │ ordinal (u64)               │ number of the message, over all
//     40 │ capsLow      │ capsHigh     │ what the sender may do, by netlink_capable's rule
//     48 │ size         │ dstPortid    │ bytes of payload allocated, and GUARDED; destination of a reserved message
//     56 │ dstGroup     │ flags        │
//     64 ├──────────────┴──────────────┤
//        │ payload, then 4 guard bytes │
//        └─────────────────────────────┘
@unmanaged
export class Skb {
  refs: u32
  len: u32
  truesize: u32
  portid: u32
  group: u32
  pid: u32
  uid: u32
  gid: u32
  ordinal: u64
  capsLow: u32
  capsHigh: u32
  size: u32
  dstPortid: u32
  dstGroup: u32
  flags: u32
}

/** Bytes of the header. */
export const SKB_HEADER: u32 = 64
const GUARD_BYTES: u32 = 4
const GUARD: u32 = 0x5afe600d
/** In `size`: the guard bytes are there. A message from a memory image of the release build, which writes none, does not have it. */
const GUARDED: u32 = 0x80000000

/** Where a message's bytes begin. */
// @ts-ignore: decorator
@inline
export function skbData(skb: Skb): usize {
  return changetype<usize>(skb) + SKB_HEADER
}

// No machine has so much memory; with more the sum of header, bytes and guard could wrap.
const TOO_LONG: u32 = 0x7fffffff

/** A message of `len` bytes with one reference, or null. Only refs, len, size and ordinal are set. */
export function skbAlloc(len: u32, gfp: u32): Skb {
  if (len >= TOO_LONG) return changetype<Skb>(0)
  const skb = changetype<Skb>(alloc(SKB_HEADER + len + GUARD_BYTES, gfp))
  if (!changetype<usize>(skb)) return skb
  skb.refs = 1
  skb.len = len
  skb.size = ASC_NO_ASSERT ? len : len | GUARDED
  if (!ASC_NO_ASSERT) store<u32>(guardOf(skb), GUARD)
  const k = kernel()
  skb.ordinal = k.nextOrdinal
  k.nextOrdinal = skb.ordinal + 1
  k.messages += 1
  return skb
}

/** Bytes that were asked for: header, payload and guard. */
// @ts-ignore: decorator
@inline
function allocatedSize(skb: Skb): u32 {
  return SKB_HEADER + (skb.size & ~GUARDED) + GUARD_BYTES
}

function guardOf(skb: Skb): usize {
  return changetype<usize>(skb) + roomOf(allocatedSize(skb)) - GUARD_BYTES
}

function isGuardIntact(skb: Skb): bool {
  return (skb.size & GUARDED) == 0 || load<u32>(guardOf(skb)) == GUARD
}

/** One more owner. */
// @ts-ignore: decorator
@inline
export function skbGet(skb: Skb): void {
  skb.refs += 1
}

/** One owner less; the last one frees it. */
// @ts-ignore: decorator
@inline
export function skbDrop(skb: Skb): void {
  // The first word of a free block is its link, the others are poison.
  assert(skb.size != 0xdededede, 'skb: it is free already')
  assert(skb.refs != 0 && skb.refs < 0x40000000, 'skb: more references given back than taken')
  if (skb.refs != 1) {
    skb.refs -= 1
    return
  }
  // Without assertions the call alone would stay.
  if (!ASC_NO_ASSERT) assert(isGuardIntact(skb), 'skb: the guard bytes behind the payload were written over')
  free(changetype<usize>(skb), allocatedSize(skb))
}

/** skbDrop() for ways that are not the hottest: not inlined. */
export function skbPut(skb: Skb): void {
  skbDrop(skb)
}
