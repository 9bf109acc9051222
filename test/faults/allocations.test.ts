// Every allocation of random histories fails in turn: an errno is all that comes of it.
import { expect, test } from 'vitest'
import { converse, play, World } from './histories.js'

/** On the debug build each call costs many times as much. */
const HISTORIES = process.env.KERNEL_BUILD === 'debug' ? 40 : 1000
const STEPS = 12
/** Far more than a history allocates. */
const ENOUGH = 2000

/** Plays a history with its `n`th allocation failing; false if it has fewer. */
function playFailing(history: number, n: number): boolean {
  const world = new World(history)
  const { kernel } = world
  kernel.faults.failslab({ probability: 100, interval: n, times: 1 })
  play(world, history, STEPS)
  const { failed } = kernel.faults
  expect(failed, 'failures').toBeLessThanOrEqual(1)
  converse(world)
  expect(kernel.halt(), 'bytes that nobody gave back').toBe(0)
  return failed === 1
}

test(`each allocation of ${HISTORIES} histories fails in turn: errno only, nothing leaks, the machine goes on`, () => {
  let failures = 0
  for (let history = 1; history <= HISTORIES; history++) {
    let n = 1
    try {
      while (n < ENOUGH && playFailing(history, n)) n++
    } catch (error) {
      throw new Error(`history ${history}, allocation ${n} fails: ${(error as Error).message}`, { cause: error })
    }
    expect(n, 'allocations').toBeLessThan(ENOUGH)
    failures += n - 1
  }
  // The histories do allocate: else this would show nothing.
  expect(failures).toBeGreaterThan(HISTORIES * 5)
}, 300_000)
