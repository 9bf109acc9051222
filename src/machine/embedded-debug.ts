// The debug build of the kernel, as bytes: for the entry of the package that boots it.

import bytes from '../../build/debug.wasm'
import { provideDebugHost } from './debug.js'
import { compile, compileNow, type KernelSource } from './instantiate.js'

let compiled: WebAssembly.Module | undefined

/** The debug build, unless there is a module already; either boots. */
export function debugKernel(given: WebAssembly.Module | undefined): WebAssembly.Module {
  provideDebugHost()
  if (given !== undefined) return given
  compiled ??= compileNow(bytes)
  return compiled
}

/** See compile() of the package. */
export async function compileDebug(source?: KernelSource): Promise<WebAssembly.Module> {
  provideDebugHost()
  return compile((await source) ?? bytes)
}
