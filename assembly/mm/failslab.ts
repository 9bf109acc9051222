// Allocations that fail on order, by the knobs of Linux's fault injection (its documentation: fault-injection, failslab).

import { kernel } from '../kernel'
import { faultRandom } from '../time/random'

const WITHOUT_END: i32 = -1

/** The knobs as at boot: nothing fails. */
export function failslabReset(): void {
  failslabSet(0, 1, 1, 0)
}

/**
 * Sets the knobs: how probable a failure is in percent (0: off), which allocations could fail (every `interval`th), how often at most
 * (-1: without end), and how many bytes are given before. The counts begin anew.
 */
export function failslabSet(probability: u32, interval: u32, times: i32, space: u32): void {
  const k = kernel()
  k.failProbability = probability
  k.failInterval = interval
  k.failTimes = times
  k.failSpace = space
  k.failCalls = 0
  k.failCount = 0
  k.trouble = k.pressure | probability
}

/** Whether an allocation of `size` bytes is to fail. */
export function shouldFail(size: u32): bool {
  const k = kernel()
  if (!k.failProbability) return false
  k.failCalls += 1
  if (k.failTimes == 0) return false
  if (k.failSpace > size) {
    k.failSpace -= size
    return false
  }
  // The interval counts only what could fail otherwise.
  k.failCount += 1
  if (k.failInterval > 1 && k.failCount % k.failInterval) return false
  if (k.failProbability < 100 && faultRandom() % 100 >= k.failProbability) return false
  if (k.failTimes != WITHOUT_END) k.failTimes -= 1
  k.failed += 1
  return true
}
