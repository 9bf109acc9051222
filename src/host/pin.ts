// Keeps koffi's code in memory. Node unloads an addon with the last worker that uses it, while libuv may still have to call into it:
// a worker that ends in the middle of a wait would take the whole process down.

import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import type { Pointer } from './koffi.js'
import type { Libc } from './libc.js'

const RTLD_NOW = 2
const RTLD_NODELETE = 0x1000

interface DynamicLoader {
  dlopen(path: Pointer, flags: number): unknown
}

/** Opens koffi's library once more, for ever. The main thread keeps it anyway. */
export function pinKoffi(libc: Libc): void {
  if (isMainThread) return
  const path = /\/.*koffi.*\.node$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0]
  if (path === undefined) return
  const { dlopen } = libc.declare<DynamicLoader>({ dlopen: 'void *dlopen(void *, int)' })
  dlopen(new TextEncoder().encode(`${path}\0`), RTLD_NOW | RTLD_NODELETE)
}
