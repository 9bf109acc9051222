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
 * A ring of `entries` words with the words from `head` to `tail` of an old one (0: there is none) at the same places, which are taken
 * modulo the rings' lengths; the old one is given back. 0 without memory.
 */
export function growRing(old: usize, mask: u32, head: u32, tail: u32, entries: u32, gfp: u32): usize {
  const ring = alloc(entries << 2, gfp)
  if (ring && old) {
    for (; head != tail; head++) {
      store<u32>(ring + ((head & (entries - 1)) << 2), load<u32>(old + ((head & mask) << 2)))
    }
    free(old, (mask + 1) << 2)
  }
  return ring
}
