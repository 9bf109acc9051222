// A kernel whose machine counts what it executes.
import type { BootOptions, Kernel } from '../../src/api.js'
import { Kernel as KernelMachine } from '../../src/kernel/index.js'
import { BULK_BYTES, INSTRUCTIONS } from './instrument.js'

export interface CountingKernel {
  readonly kernel: Kernel
  /** How many instructions the machine executes while `act` runs. */
  count(act: () => void): number
  /** How many bytes its bulk instructions move while `act` runs. */
  bulkBytes(act: () => void): number
}

export type Boot = (options?: BootOptions) => CountingKernel

/** boot() with a module that instrument() has made of build/release.wasm. */
export function countingBoot(instrumented: Uint8Array<ArrayBuffer>): Boot {
  const module = new WebAssembly.Module(instrumented)
  return (options) => {
    let globals: Readonly<Record<string, WebAssembly.Global>> = {}
    const kernel = KernelMachine.boot({ ...options, module }, ({ raw }) => {
      globals = raw as unknown as typeof globals
    })
    const grown = (name: string, act: () => void) => {
      const before = Number(globals[name]!.value)
      act()
      return Number(globals[name]!.value) - before
    }
    return {
      kernel,
      count: (act) => grown(INSTRUCTIONS, act),
      bulkBytes: (act) => grown(BULK_BYTES, act),
    }
  }
}
