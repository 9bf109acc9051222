// The kernel as a module that the runtime makes of an import: workerd's way. Among the built files kernel.wasm lies beside the entry.

import { provideKernel } from './instantiate.js'
import kernel from './kernel.wasm'

/** Has the imported kernel boot wherever nobody brings a module. */
export function provideImported(): void {
  // Only this repository's own tools make bytes of it.
  provideKernel(kernel as unknown as WebAssembly.Module)
}
