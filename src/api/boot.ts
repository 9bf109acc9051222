// What boot() takes: limits, profile, seed; and what a module and a task begin with.

import type { Profile } from '../uapi/index.js'
import type { Rebinding } from './history.js'
import type { CoreKernel, Kernel } from './kernel.js'

/** Ticks of a second: what jiffies count. */
export const HZ = 1000

/** Upper bounds of one machine. Each has an errno; nothing is lost or leaked when it is reached. */
export interface Limits {
  /** Bytes of linear memory, rounded up to 64 KiB; default 4 MiB. ENOBUFS (user side) or -ENOMEM (kernel side). */
  readonly memory: number
  /** Open sockets of all tasks; ENFILE. */
  readonly sockets: number
  /** Registered connector callbacks; -ENOMEM. */
  readonly callbacks: number
  /** Living tasks (threads included); EAGAIN, as fork(2) says. */
  readonly tasks: number
  /** Pending timers; -ENOMEM. */
  readonly timers: number
  /** Groups with at least one member; ENOBUFS. */
  readonly groups: number
  /** Network namespaces beside the initial one; ENOSPC. */
  readonly namespaces: number
}

export interface BootOptions {
  /** A profile or its name; by default LINUX_6 with notifications and any group number. */
  readonly profile?: Profile | 'LINUX_6' | 'LINUX_2_6_14'
  /** Seed of everything that is random; 0 if none is given. */
  readonly seed?: number
  readonly limits?: Partial<Limits>
  /** A compiled kernel (see compile()); by default the embedded bytes are compiled. */
  readonly module?: WebAssembly.Module
  /**
   * From how many members on a group keeps one log of its multicasts, which its members read along, instead of an entry in the queue of
   * each: default 8, 0 for never. A multicast then costs the same for 8 and for 100,000 members. No program can tell the difference
   * (test/group-log).
   */
  readonly groupLog?: number
  /** Whether kernel.journal records, from the first call on; false by default. */
  readonly journal?: boolean
}

/** A kernel module written in TypeScript. A negative result of init is what insmod() returns. */
export interface Module<K extends CoreKernel = Kernel> {
  readonly name: string
  init(kernel: K, params: Readonly<Record<string, unknown>>): number
  exit?(kernel: K): void
  /** Called by restore() instead of init: binds the module's functions to what the machine has of it. */
  restore?(kernel: K, bind: Rebinding): void
}

export type MemoryPressure = 'none' | 'low' | 'high' | 'critical'

export interface SpawnOptions {
  readonly pid?: number
  readonly uid?: number
  readonly gid?: number
  /** Effective capabilities: names as in capabilities(7), or "all". By default "all" for uid 0, none for others. */
  readonly caps?: 'all' | readonly string[]
  /** Name of the task, at most 15 bytes. */
  readonly comm?: string
  /** Name of the network namespace; by default the initial one. An unknown name makes a new, empty namespace. */
  readonly netns?: string
}
