// The type of `kernel-connector/kernel.wasm`: what an import of it gives is for the bundler or the runtime to say, a module, bytes or
// an address. compile() takes all of them.

import type { KernelSource } from './machine/index.js'

declare const kernel: KernelSource

export default kernel
