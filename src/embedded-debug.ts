// What makes machines, as in embedded.ts, with the debug build of the kernel embedded: it checks itself, and views of messages that are
// over throw. Whoever brings a module boots that.

import type { BootOptions, Kernel, RestoreOptions, Snapshot } from './api.js'
import { compileDebug, debugKernel } from './machine/embedded-debug.js'
import { simulateWith } from './sim/index.js'
import * as whole from './whole.js'

interface Booting {
  readonly module?: WebAssembly.Module
}

// What is no object is refused by the function that it is for.
function withKernel<T extends Booting>(options: T | undefined): T | Booting {
  if (options !== undefined && (typeof options !== 'object' || options === null)) return options
  return { ...options, module: debugKernel(options?.module) }
}

/**
 * Compiles the debug build without blocking; see compile() of kernel-connector. Another thread that is given the module boots it by
 * boot() of this entry, too.
 *
 * @throws (rejects) as that does
 */
export function compile(source?: whole.KernelSource): Promise<WebAssembly.Module> {
  return compileDebug(source)
}

/**
 * Boots a kernel of the debug build; see boot() of kernel-connector. It answers as that does, to the last byte, and slower. Besides:
 * a view of a message that is over throws, and arrays of it that were kept are empty; whoever writes into a message of peek() is told; freed
 * memory is filled with a pattern; and a broken assertion of the kernel is an Error that begins with "abort:".
 *
 * @throws TypeError, RangeError, WebAssembly.CompileError as that does
 * @example
 * const kernel = boot()
 * const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
 * const { bytes } = socket.reserve(4)
 * socket.reserve(8)
 * bytes.set([1]) // TypeError: the message that it belonged to is over
 */
export function boot(options?: BootOptions): Kernel {
  return whole.boot(withKernel(options))
}

/**
 * A kernel of the debug build that goes on from a snapshot, of either build; see restore() of kernel-connector.
 *
 * @throws RangeError, TypeError as that does
 */
export function restore(snapshot: Snapshot | Uint8Array, options?: RestoreOptions): Kernel {
  return whole.restore(snapshot, withKernel(options))
}

/**
 * Runs a scenario once for each seed, in kernels of the debug build; see simulate() of kernel-connector.
 *
 * @throws (rejects) as that does
 */
export function simulate(options: whole.SimulateOptions): Promise<whole.SimulationResult> {
  return simulateWith(boot, options)
}

/**
 * Plays a journal, recorded by either build, in a machine of the debug build; see replay() of kernel-connector.
 *
 * @throws TypeError, JournalError as that does
 */
export function replay(journal: Uint8Array, options?: whole.ReplayOptions): whole.ReplayResult {
  return whole.replay(journal, withKernel(options))
}

/**
 * Runs a scenario twice, in kernels of the debug build; see selfCheck() of kernel-connector.
 *
 * @throws (rejects) as that does
 */
export function selfCheck(
  scenario: (kernel: Kernel) => void | Promise<void>,
  options?: BootOptions,
): Promise<{ readonly calls: number; readonly stateHash: string }> {
  return whole.selfCheck(scenario, withKernel(options))
}
