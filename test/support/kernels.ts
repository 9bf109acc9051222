// What tests get for src/index.ts (the plugin "watched-kernels" of vitest.config.ts): the same module, but every kernel that a
// test boots is halted when the test ends, and bytes that nobody gave back fail it. It is a setup file too, so this holds for all.
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import type { BootOptions, Kernel, RestoreOptions, Snapshot } from '../../src/api.js'
import { boot as bootKernel, restore as restoreKernel } from '../../src/index.js'
import { provideDebugHost } from '../../src/machine/debug.js'
import { bootOptions } from './boot-options.js'

export * from '../../src/index.js'

// The project "debug" boots no other kernel, and some tests of the other project boot both.
provideDebugHost()

/** Anything that can be taken down: halt() tells how many bytes are left in use. */
export interface Halting {
  halt(): number
}

/** Machines of the running test, and those that several tests share because they were booted outside of one. */
const ofTest: Halting[] = []
const ofFile: Halting[] = []
let booted = ofFile

/** So many of one test are kept: each holds its memory until it is looked at. Who boots more uses withKernel(). */
const KEPT = 64

/** Has the end of the test halt a machine, and look for leaks; one that was booted outside of tests is halted at the file's end. */
export function watch<T extends Halting>(machine: T): T {
  if (booted.length < KEPT) booted.push(machine)
  return machine
}

/** boot() of src/index.ts; the end of the test halts the kernel and looks for leaks. */
export function boot(options?: BootOptions): Kernel {
  return watch(bootKernel(bootOptions(options)))
}

/** restore() of src/index.ts, watched in the same way. */
export function restore(snapshot: Snapshot | Uint8Array, options?: RestoreOptions): Kernel {
  return watch(restoreKernel(snapshot, options))
}

/** For tests that boot by the hundred: the kernel is halted, and looked at, as soon as `use` is done. */
export function withKernel<T>(options: BootOptions | undefined, use: (kernel: Kernel) => T): T {
  const kernel = bootKernel(bootOptions(options))
  const result = use(kernel)
  expect(kernel.halt(), 'bytes that nobody gave back').toBe(0)
  return result
}

/** What halt() says; a test that has halted the machine itself has seen it. */
function bytesLeft(machine: Halting): number {
  try {
    return machine.halt()
  } catch (error) {
    if (error instanceof Error && error.message === 'this kernel was halted') return 0
    throw error
  }
}

function haltAll(machines: Halting[]): void {
  const leaks = machines.splice(0).map(bytesLeft)
  expect(
    leaks.filter((bytes) => bytes !== 0),
    'bytes that nobody gave back',
  ).toEqual([])
}

beforeEach(() => {
  booted = ofTest
})

afterEach(() => {
  booted = ofFile
  haltAll(ofTest)
})

afterAll(() => haltAll(ofFile))
