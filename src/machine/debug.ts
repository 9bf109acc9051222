// The host of kernels of the debug build: it tells of broken assertions, and has copies of messages in place. Entries that shall boot no
// such kernel do not import this file.

import { CALL_NAMES } from './abi.generated.js'
import { Copies } from './copies.js'
import { setDebugHost } from './debug-host.js'

/** Has kernels of the debug build boot, too. */
export function provideDebugHost(): void {
  setDebugHost({ copies: (memory) => new Copies(memory), abort, byOpcode })
}

function abort(memory: Uint8Array, message: number, file: number, line: number, column: number): never {
  throw new Error(`abort: ${textAt(memory, message)} at ${textAt(memory, file)}:${line}:${column}`)
}

/** A string of AssemblyScript: UTF-16, and before it how many bytes it has. An assertion without words has none. */
function textAt({ buffer }: Uint8Array, at: number): string {
  if (at === 0) return 'a broken assertion'
  const bytes = new DataView(buffer).getUint32(at - 4, true)
  return new TextDecoder('utf-16le').decode(new Uint8Array(buffer, at, bytes))
}

function byOpcode(exports: WebAssembly.Exports): WebAssembly.Exports {
  const entries = CALL_NAMES.split(' ').map((name, index) => [(index + 1).toString(36), exports[name]])
  return Object.fromEntries(entries)
}
