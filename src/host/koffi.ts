// koffi, the bridge to C, as far as it is used here: an optional peer, looked for only when a program wants the host.

import { createRequire } from 'node:module'
import { HostUnavailableError } from './unavailable.js'

/** An argument that C takes as a pointer. */
export type Pointer = Uint8Array | bigint | null

/** A watch on a file descriptor in Node's own event loop. */
export interface PollHandle {
  stop(): void
  close(): void
}

export interface Library {
  /** @throws Error if the library has no such function */
  func(definition: string): unknown
}

export interface Koffi {
  /** The functions of the program itself, those of libc among them. */
  load(path: null): Library
  /** errno of the last call. */
  errno(): number
  /** Where the bytes of an array lie; they do not move while the array lives. */
  address(array: Uint8Array): bigint
  readonly node: { poll(fd: number, events: { readable: boolean }, callback: () => void): PollHandle }
}

export type Require = (name: string) => unknown

/** Loads koffi. @throws HostUnavailableError: koffi-missing, koffi-unloadable */
export function loadKoffi(load: Require = createRequire(import.meta.url)): Koffi {
  try {
    return load('koffi') as Koffi
  } catch (cause) {
    if (isMissing(cause)) {
      throw new HostUnavailableError('koffi-missing', 'the package koffi is not installed (npm install koffi)', {
        cause,
      })
    }
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HostUnavailableError('koffi-unloadable', `koffi's native part cannot be loaded: ${why}`, { cause })
  }
}

/** koffi itself, not something that koffi wanted to load. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const missing = error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND'
  return missing && /'koffi'/.test(error.message)
}
