// Who may allocate under memory pressure: the level is set from outside, and stands for how little memory is left. Allocations that
// are made to fail are refused here too, so that a machine without trouble pays for one comparison.

import { GFP_KERNEL, __GFP_DIRECT_RECLAIM, __GFP_HIGH } from '../uapi/constants'
import { kernel } from '../kernel'
import { shouldFail } from './failslab'

/** No pressure: memory ends where it ends. */
export const PRESSURE_NONE: u32 = 0
/** GFP_NOWAIT fails: it may neither wait nor use reserves. */
export const PRESSURE_LOW: u32 = 1
/** GFP_ATOMIC fails too: the reserves are gone. */
export const PRESSURE_HIGH: u32 = 2
/** GFP_KERNEL fails too: waiting does not help. */
export const PRESSURE_CRITICAL: u32 = 3

// A bit that no mask of Linux has.
const NOFAIL: u32 = 0x80000000
/** For what Linux needs no memory for: only the end of all memory makes it fail. */
export const GFP_NOFAIL: u32 = GFP_KERNEL | NOFAIL

/** Whether an allocation of `size` bytes with this mask may be tried. */
// @ts-ignore: decorator
@inline
export function allowed(size: u32, gfp: u32): bool {
  return !kernel().trouble || survivesTrouble(size, gfp)
}

/** Sets the level of memory pressure. */
export function setPressure(level: u32): void {
  const k = kernel()
  k.pressure = level
  k.trouble = k.pressure | k.failProbability
}

function survivesTrouble(size: u32, gfp: u32): bool {
  return (gfp & NOFAIL) != 0 || (!shouldFail(size) && survives(gfp))
}

function survives(gfp: u32): bool {
  const pressure = kernel().pressure
  if (pressure == PRESSURE_NONE) return true
  if (gfp & __GFP_DIRECT_RECLAIM) return pressure < PRESSURE_CRITICAL
  if (gfp & __GFP_HIGH) return pressure < PRESSURE_HIGH
  return false
}
