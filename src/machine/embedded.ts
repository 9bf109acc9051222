// The kernel that the package has with it, as bytes. Entries that shall carry no bytes do not import this file.

import bytes from '../../build/release.wasm'
import { provideKernel } from './instantiate.js'

/** Has the embedded kernel boot wherever nobody brings a module. */
export function provideEmbedded(): void {
  provideKernel(bytes)
}
