// What tests get for src/index.ts (the plugin "watched-kernels" of vitest.config.ts): the same module, but every kernel that a
// test boots is halted when the test ends, and bytes that nobody gave back fail it. It is a setup file too, so this holds for all.
import { afterEach, expect } from 'vitest'
import type { BootOptions, Kernel } from '../../src/api.js'
import { boot as bootKernel } from '../../src/index.js'

export * from '../../src/index.js'

/** Anything that can be taken down: halt() tells how many bytes are left in use. */
export interface Halting {
  halt(): number
}

const booted: Halting[] = []

/** Has the end of the test halt a machine, and look for leaks. */
export function watch<T extends Halting>(machine: T): T {
  booted.push(machine)
  return machine
}

/** boot() of src/index.ts; the end of the test halts the kernel and looks for leaks. */
export function boot(options?: BootOptions): Kernel {
  return watch(bootKernel(options))
}

/** For tests that boot by the hundred: the kernel is halted, and looked at, as soon as `use` is done. */
export function withKernel<T>(options: BootOptions | undefined, use: (kernel: Kernel) => T): T {
  const kernel = bootKernel(options)
  const result = use(kernel)
  expect(kernel.halt(), 'bytes that nobody gave back').toBe(0)
  return result
}

afterEach(() => {
  const leaks = booted.splice(0).map((kernel) => kernel.halt())
  expect(
    leaks.filter((bytes) => bytes !== 0),
    'bytes that nobody gave back',
  ).toEqual([])
})
