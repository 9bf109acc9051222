// What a message counts of its receiver's buffer. The real size here has nothing to do with it: ENOBUFS has to come at the
// same message as on Linux. Measured: conformance user/accounting, kernel/cn-accounting.

import { kernel } from '../kernel'

/** Bytes that a message of `length` bytes counts; `plain` for a process's unicast that names no group. */
// @ts-ignore: decorator
@inline
export function truesizeOf(length: u32, plain: bool): u32 {
  const k = kernel()
  const sum = ((length + 63) & ~63) + k.sharedInfo
  if (sum <= k.smallHead) return k.smallHead + k.skbuff
  if (plain && sum > k.largest) return sum + k.skbuff
  const power: u32 = 1 << (32 - clz(sum - 1))
  return max(power, k.smallest) + k.skbuff
}

/** No message counts less, whatever the profile's table. */
export function smallestTruesize(): u32 {
  const k = kernel()
  return (k.sharedInfo <= k.smallHead ? k.smallHead : k.sharedInfo) + k.skbuff
}
