// What the tests of journals share: kernels that record from boot on, whoever boots them; histories; and journals whose checksums
// agree again after a change.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import type { Kernel } from '../../src/api.js'
import { replay } from '../../src/index.js'
import { Kernel as KernelMachine } from '../../src/kernel/index.js'
import { checksum } from '../../src/machine/index.js'
import { Player } from '../../src/machine/journal/index.js'
import { play, World } from '../faults/histories.js'

const boot = KernelMachine.boot.bind(KernelMachine)

/** Has every kernel of a test record from boot on, also those that somebody else's helper boots. */
export function recordAllKernels(): void {
  vi.spyOn(KernelMachine, 'boot').mockImplementation((options, prepare) => boot({ ...options, journal: true }, prepare))
}

/** The journal of a kernel so far must lead to where the kernel is. */
export function expectReplays(kernel: Kernel, label = ''): Uint8Array {
  const journal = kernel.journal.export()
  const stateHash = kernel.stateHash()
  const result = replay(journal)
  if (result.difference !== null || result.stateHash !== stateHash || result.calls !== kernel.journal.calls) {
    expect(result, label).toEqual({ calls: kernel.journal.calls, stateHash, expected: stateHash, difference: null })
  }
  return journal
}

/** The journal, from boot on, of a history of so many steps that comes to every corner of the machine. */
export function journalOf(history: number, steps: number): Uint8Array {
  recordAllKernels()
  const world = new World(history)
  play(world, history, steps)
  const journal = world.kernel.journal.export()
  expect(world.kernel.halt()).toBe(0)
  return journal
}

/** All calls of a journal in words. */
export function callsOf(journal: Uint8Array): string[] {
  const player = new Player(journal)
  return Array.from({ length: player.total }, (_, n) => player.describe(n))
}

/** The kernel of the other build than the one that the tests run on. */
export function otherBuild(): WebAssembly.Module {
  const name = process.env.KERNEL_BUILD === 'debug' ? 'release' : 'debug'
  return new WebAssembly.Module(readFileSync(fileURLToPath(new URL(`../../build/${name}.wasm`, import.meta.url))))
}

/** The words of a journal. */
export function wordsOf(journal: Uint8Array): Uint32Array {
  return new Uint32Array(journal.slice().buffer)
}

/** The same words with checksums that agree, as far as the lengths of sections make sense. */
export function sealed(words: Uint32Array): Uint8Array {
  const out = words.slice()
  for (let at = 2; at + 5 <= out.length; ) {
    const behind = at + 3 + (out[at + 2] as number)
    if (behind + 2 > out.length) break
    out.set(checksum(out, at, behind), behind)
    at = behind + 2
  }
  return new Uint8Array(out.buffer)
}
