// A kernel whose machine counts what it executes.
import type { BootOptions, Kernel } from '../../src/api.js'
import { Kernel as KernelMachine } from '../../src/kernel/index.js'
import { COUNTER, instrument } from './instrument.js'

export interface CountingKernel {
  readonly kernel: Kernel
  /** How many instructions the machine executes while `act` runs. */
  count(act: () => void): number
}

export type Boot = (options?: BootOptions) => CountingKernel

/** boot() with the module of build/release.wasm and a counter in it. */
export function countingBoot(release: Uint8Array<ArrayBuffer>): Boot {
  const module = new WebAssembly.Module(instrument(release))
  return (options) => {
    let counter: WebAssembly.Global | undefined
    const kernel = KernelMachine.boot({ ...options, module }, ({ raw }) => {
      counter = (raw as unknown as Record<string, WebAssembly.Global>)[COUNTER]
    })
    const executed = () => Number(counter!.value)
    return {
      kernel,
      count(act) {
        const before = executed()
        act()
        return executed() - before
      },
    }
  }
}
