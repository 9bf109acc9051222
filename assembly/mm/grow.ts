// Arrays and rings that have become too small.

import { GFP_KERNEL } from '../uapi/constants'
import { alloc, free } from './alloc'

/** A block of `size` bytes with the first `used` bytes of an old one (0: there is none), which is given back; 0 without memory. */
export function growArray(old: usize, oldSize: u32, used: u32, size: u32): usize {
  const block = alloc(size, GFP_KERNEL)
  if (block && old) {
    memory.copy(block, old, used)
    free(old, oldSize)
  }
  return block
}

/**
 * A ring of `entries` words that begins with the `count` words from `head` on of an old one (0: there is none), which is given
 * back; 0 without memory.
 */
export function growRing(old: usize, mask: u32, head: u32, count: u32, entries: u32, gfp: u32): usize {
  const ring = alloc(entries << 2, gfp)
  if (ring && old) {
    for (let i: u32 = 0; i < count; i++) store<u32>(ring + (i << 2), load<u32>(old + (((head + i) & mask) << 2)))
    free(old, (mask + 1) << 2)
  }
  return ring
}
