// kernel-connector without the kernel's bytes: who boots brings the compiled module.

import type { BootOptions, CoreKernel as CoreKernelInterface } from './api.js'
import { bootMachine, CoreKernel } from './kernel/core.js'
import { asModule, compile as compileKernel, type KernelSource } from './machine/index.js'
import { asOptions } from './user/index.js'

export type * from './api.js'
export { HZ } from './api.js'
export { DEFAULT_LIMITS, DEFAULT_PROFILE } from './kernel/profiles.js'
export type { KernelSource } from './machine/index.js'
export * from './uapi/index.js'
export { SystemError } from './user/index.js'

/** What boot() takes here: as in the whole package, but the module must be there. */
export interface SlimBootOptions extends Omit<BootOptions, 'journal'> {
  readonly module: WebAssembly.Module
}

/**
 * Makes a module of the kernel: of its bytes, of a Response or a URL that has them, or of a promise of one of these. A module is given
 * back as it is: where a bundler or a runtime turns `kernel-connector/kernel.wasm` into a module, none of this is needed.
 *
 * @throws (rejects) TypeError for anything else; WebAssembly.CompileError for bytes that are no Wasm, and where the page or the host
 * forbids to compile; Error for a kernel that the server does not give; what fetch() throws
 * @example
 * const module = await compile(new URL('kernel.wasm', import.meta.url))
 * const kernel = boot({ module })
 */
export async function compile(source: KernelSource): Promise<WebAssembly.Module> {
  const given = await source
  if (given === undefined || given === null) throw new TypeError('source must be a module, bytes, a Response or a URL')
  return compileKernel(given)
}

/**
 * Boots a kernel from a compiled module. Synchronous; see boot() of the whole package.
 *
 * @throws TypeError, RangeError for options of the wrong type or size, and without a module
 * @example
 * const kernel = boot({ module, seed: 7 })
 */
export function boot(options: SlimBootOptions): CoreKernelInterface {
  return new CoreKernel(bootMachine(withModule(options)))
}

// The whole package may have been loaded beside this entry; its kernel must not step in unasked.
function withModule(options: SlimBootOptions): SlimBootOptions {
  asModule(options?.module)
  return asOptions(options, 'options', { profile: 1, seed: 1, limits: 1, module: 1, groupLog: 1 })
}
