// Virtual time: it moves when it is told to, from one thing that is due to the next.

import { EDEADLK } from '../uapi/errno'
import { kernel } from '../kernel'
import { runWork } from '../connector/work'
import { TICK, wheelNext, wheelRun } from './timer'

/**
 * Moves time by `ns`, running queued work first and then each timer at its tick, with the work that it made. 0, or -EDEADLK
 * inside a function that time itself has called.
 */
export function advance(ns: u64): i32 {
  const k = kernel()
  if (k.running) return -EDEADLK
  k.running = 1
  const target = k.now + ns
  while (true) {
    if (runWork() || wheelRun(k.now / TICK)) continue
    const next = wheelNext()
    if (next > target / TICK) break
    k.now = max(k.now, next * TICK)
  }
  k.now = target
  wheelRun(target / TICK)
  k.running = 0
  return 0
}
