// Going back, and doing it again: snapshots, restored machines, journals.

import type { CbId } from '../uapi/index.js'
import type { Module } from './boot.js'
import type { CnCallback, KernelSocket, NetlinkKernelCfg, NetlinkNotify, NotificationRequest } from './messages.js'
import type { Timer } from './time.js'

/** A copy of everything that the machine knows. Nothing changes it; the same one can be used again and again. */
export interface Snapshot {
  /** Bytes of machine memory that it spans, up to the last page in use; free pages between are not written, and zeros in an export. */
  readonly size: number
  /** Virtual time in nanoseconds. */
  readonly time: bigint
  /** The digest of the state. */
  readonly stateHash: string
  /** As bytes, with a header and a checksum, for restore() here or elsewhere. */
  export(): Uint8Array
  /**
   * Gives its memory to the next snapshot of the kernel, which takes a fraction of the time then. From now on it tells `size` and
   * `time`; everything else throws an Error. What was restored from it stays. Without it the memory is collected as garbage.
   */
  dispose(): void
  [Symbol.dispose](): void
}

/** What a restored machine's functions are bound to. */
export interface RestoreOptions {
  /** Modules that were loaded: their restore() binds what is theirs. */
  readonly modules?: readonly Module[]
  /** Connector callbacks, by id. */
  readonly callbacks?: readonly { readonly id: CbId; readonly callback: CnCallback }[]
  /** A compiled kernel (see compile()); by default the embedded bytes are compiled. */
  readonly module?: WebAssembly.Module
}

/** How a module's functions come back into a restored machine. */
export interface Rebinding {
  /** The callback of an id; false if it is not registered, or bound already. */
  callback(id: CbId, callback: CnCallback): boolean
  /** The timer that was set up under this name; it is pending if it was. */
  timer(name: string, callback: (timer: Timer) => void): Timer
  /** The kernel socket of a protocol, its hooks bound again; null if there is none, or it is bound already. */
  socket(unit: number, cfg?: NetlinkKernelCfg): KernelSocket | null
  /** The release notifier, as netlink_register_notifier() takes it. */
  notifier(callback: (notify: NetlinkNotify) => void): void
  /** The callback of a notification request with these ranges and this group; false if there is none. */
  notification(request: NotificationRequest, callback: CnCallback): boolean
}

/** The recorder of everything that enters the machine. */
export interface Journal {
  /** Whether it records. */
  readonly recording: boolean
  /** Calls recorded so far, nested ones included. */
  readonly calls: number
  /** Bytes recorded so far. */
  readonly size: number
  /** Starts recording. The journal begins with an image of the machine's memory. Throws inside a callback, or if it records. */
  start(): void
  /**
   * Ends recording and gives the journal, its checksums and the state's digest at the end included; see replay(). A halted kernel
   * gives what was recorded until then. Throws inside a callback, or if it does not record.
   */
  stop(): Uint8Array
  /** The journal so far; recording goes on. Throws as stop() does. */
  export(): Uint8Array
}
