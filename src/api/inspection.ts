// What is in a machine, as plain objects, and why a message goes where it goes.

import type { Socket } from './user.js'

/** Counts of one machine. */
export interface KernelStats {
  /**
   * Messages made, those too that were then refused (EAGAIN, ECONNREFUSED); delivered copies (each listener's counts); losses at
   * sockets.
   */
  readonly messages: number
  readonly delivered: number
  readonly dropped: number
  /** How many there are. */
  readonly sockets: number
  readonly callbacks: number
  readonly tasks: number
  readonly timers: number
  readonly groups: number
  readonly namespaces: number
  /** Queued work, and messages that a fault rule delays. */
  readonly work: number
  readonly delayed: number
  /** Bytes: in blocks, in pages that hold something, and of the whole machine. */
  readonly memory: { readonly used: number; readonly pages: number; readonly total: number }
  /** Allocations that failslab was asked about since its knobs were set, and those that it refused since boot. */
  readonly allocations: number
  readonly failslab: number
}

/** A message in a queue. */
export interface QueuedMessage {
  readonly number: number
  /** The sender's port. */
  readonly portid: number
  readonly group: number
  /** What it counts of the receive buffer. */
  readonly truesize: number
  /** A copy. */
  readonly data: Uint8Array
}

/** A socket as the kernel has it. */
export interface SocketState {
  /** Its number: its inode in /proc/net/netlink. */
  readonly id: number
  readonly pid: number
  readonly comm: string
  readonly protocol: number
  readonly netns: number
  readonly portid: number
  readonly bound: boolean
  /** The groups it is a member of, ascending. */
  readonly groups: readonly number[]
  /** Its peer, if connect() gave it one. */
  readonly peer: { readonly portid: number; readonly group: number } | null
  readonly rcvbuf: number
  readonly sndbuf: number
  /** Bytes of rcvbuf in use. */
  readonly rmem: number
  readonly drops: number
  readonly congested: boolean
  /** The pending error, 0 for none. */
  readonly error: number
  readonly filtered: boolean
  readonly noEnobufs: boolean
  readonly broadcastError: boolean
  readonly queue: readonly QueuedMessage[]
}

/** What is in the machine, as plain objects: copies, for people and pages. */
export interface KernelState {
  readonly time: bigint
  readonly tasks: readonly TaskState[]
  readonly sockets: readonly SocketState[]
  /** Members in the order of service. */
  readonly groups: readonly {
    readonly netns: number
    readonly protocol: number
    readonly group: number
    readonly members: readonly number[]
  }[]
  readonly callbacks: readonly { readonly idx: number; readonly val: number; readonly name: string }[]
  readonly modules: readonly string[]
  readonly timers: readonly { readonly expires: number }[]
  readonly work: number
}

export interface TaskState {
  readonly pid: number
  readonly tgid: number
  readonly parent: number
  readonly comm: string
  readonly uid: number
  readonly gid: number
  readonly netns: number
}

/** A question: would this message reach anybody, or this socket? A message that the kernel would send has no `from`. */
export interface ExplainQuestion {
  readonly from?: Socket
  /** For messages of the kernel; NETLINK_CONNECTOR by default. */
  readonly protocol?: number
  readonly data: Uint8Array
  /** Where to; by default the sender's peer. */
  readonly to?: { readonly nl_pid?: number; readonly nl_groups?: number; readonly group?: number }
  /** This receiver only. */
  readonly receiver?: Socket
}

export interface Explanation {
  /** Whether it would reach anybody, or the receiver that was asked about. A socket filter is not run: what it may drop reaches. */
  readonly reaches: boolean
  /** One word for machines. */
  readonly reason: string
  /** One sentence for people. */
  readonly sentence: string
  /** The decisions on the way, in order, each a sentence. */
  readonly steps: readonly string[]
}
