// What a kernel of the debug build needs of its host. The host of most entries has none of it, and says so: debug.ts brings it.

import type { Copies } from './copies.js'

export interface DebugHost {
  /** What stands for messages in place. */
  copies(memory: Uint8Array): Copies
  /** What the kernel calls when an assertion is broken: addresses of texts, a line, a column. It throws. */
  abort(memory: Uint8Array, message: number, file: number, line: number, column: number): void
  /** Its exports, which have names, under the keys that they have in the release build. */
  byOpcode(exports: WebAssembly.Exports): WebAssembly.Exports
}

let host: DebugHost | null = null

/** Has kernels of the debug build boot, too. */
export function setDebugHost(given: DebugHost): void {
  host = given
}

/**
 * The host of a kernel, or null if it is one of the release build: those have no broken assertion to tell of.
 * @throws TypeError for one of the debug build if nobody has brought its host
 */
export function debugHostOf(module: WebAssembly.Module): DebugHost | null {
  if (!WebAssembly.Module.imports(module).some(({ name }) => name === 'abort')) return null
  if (host === null) throw new TypeError('module is a debug build: boot() of kernel-connector/debug boots it')
  return host
}
