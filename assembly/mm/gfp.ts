// Who may allocate under memory pressure: the level is set from outside, and stands for how little memory is left.

import { __GFP_DIRECT_RECLAIM, __GFP_HIGH } from '../uapi/constants'
import { kernel } from '../kernel'

/** No pressure: memory ends where it ends. */
export const PRESSURE_NONE: u32 = 0
/** GFP_NOWAIT fails: it may neither wait nor use reserves. */
export const PRESSURE_LOW: u32 = 1
/** GFP_ATOMIC fails too: the reserves are gone. */
export const PRESSURE_HIGH: u32 = 2
/** GFP_KERNEL fails too: waiting does not help. */
export const PRESSURE_CRITICAL: u32 = 3

/** Whether an allocation with this mask may be tried under the present pressure. */
// @ts-ignore: decorator
@inline
export function allowed(gfp: u32): bool {
  const pressure = kernel().pressure
  return pressure == PRESSURE_NONE || survives(gfp, pressure)
}

function survives(gfp: u32, pressure: u32): bool {
  if (gfp & __GFP_DIRECT_RECLAIM) return pressure < PRESSURE_CRITICAL
  if (gfp & __GFP_HIGH) return pressure < PRESSURE_HIGH
  return false
}
