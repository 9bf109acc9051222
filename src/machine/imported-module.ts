// The kernel as a module that the runtime makes of an import, if it is asked for one: the way of edge-light.

import { provideKernel } from './instantiate.js'
import kernel from './kernel.wasm?module'

/** Has the imported kernel boot wherever nobody brings a module. */
export function provideImported(): void {
  provideKernel(kernel)
}
