// The simulated workload on a machine: determined by the seed, in bounds, and gone without a trace.
import { expect, test } from 'vitest'
import { Workload } from '../../src/cli/proc/workload.js'
import { boot } from '../../src/index.js'

function hashAfter(seed: number, milliseconds: number, load: number): { hash: string; leaked: number } {
  const kernel = boot({ seed })
  const workload = new Workload(kernel, { load })
  while (workload.next <= milliseconds) workload.step()
  return { hash: kernel.stateHash(), leaked: kernel.halt() }
}

test('the state of the machine depends on the seed alone', () => {
  const { hash } = hashAfter(3, 2000, 50)
  expect(hashAfter(3, 2000, 50).hash).toBe(hash)
  expect(hashAfter(4, 2000, 50).hash).not.toBe(hash)
  expect(hashAfter(3, 2000, 51).hash).not.toBe(hash)
})

test('time goes forward, and is what was announced', () => {
  const kernel = boot()
  const workload = new Workload(kernel, { load: 500 })
  let before = 0
  for (let i = 0; i < 5000; i++) {
    const { next } = workload
    expect(next).toBeGreaterThanOrEqual(before)
    workload.step()
    expect(kernel.clock.now).toBeCloseTo(next, 6)
    before = next
  }
})

test('the heaviest load stays within the limits of a machine', () => {
  expect(hashAfter(1, 1500, 10_000).leaked).toBe(0)
})

test('living tasks have names, ended ones none', () => {
  const workload = new Workload(boot(), { load: 20 })
  expect([1000, 1001, 1002, 1003].map((pid) => workload.nameOf(pid))).toEqual(['init', 'bash', 'sshd', 'make'])
  while (workload.nameOf(1004) === undefined) workload.step()
  while (workload.nameOf(1004) !== undefined) workload.step()
  expect(workload.nameOf(999_999)).toBeUndefined()
})
