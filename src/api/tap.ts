// What the tap tells.

import type { Creds } from './messages.js'

/** What became of a message at one receiver. */
export type TapVerdict =
  /** It is in the receiver's queue. */
  | 'queued'
  /** The receive buffer is full: lost by a multicast or a kernel that must not wait, refused to others. */
  | 'no-room'
  /** The machine's memory ended. */
  | 'no-memory'
  /** The receiver lost one before, and takes nothing until its queue has been read empty. */
  | 'congested'
  /** The receiver's socket filter, its request to cn_proc, or a broadcast's filter function left it out. */
  | 'filtered'
  /** The receiver has connected to another port. */
  | 'refused'
  /** A kernel socket or the connector has taken it. */
  | 'handled'
  /** A fault rule had it lost. */
  | 'dropped'
  /** A fault rule delays it. */
  | 'delayed'

/** The verdicts by the machine's numbers (assembly/netlink/watch.ts). */
export const TAP_VERDICTS: readonly TapVerdict[] = [
  'queued',
  'no-room',
  'no-memory',
  'congested',
  'filtered',
  'refused',
  'handled',
  'dropped',
  'delayed',
]

/** One receiver of a message. */
export interface TapDelivery {
  /** The receiver's port, 0 for the kernel. */
  readonly portid: number
  /** The number of the receiver's socket (its inode in /proc/net/netlink), 0 for the kernel. */
  readonly socket: number
  /** The process that owns the socket, 0 for the kernel, and its name. */
  readonly pid: number
  readonly comm: string
  readonly verdict: TapVerdict
}

/** A message that was sent, and what became of it. */
export interface TapMessage {
  readonly kind: 'message'
  /** Virtual time in nanoseconds. */
  readonly time: bigint
  /** The message's number: a later one has a larger one. Other things that have an order take numbers too, so there are gaps. */
  readonly number: number
  readonly protocol: number
  /** A copy of its bytes. */
  readonly data: Uint8Array
  /** The sender's port, 0 for the kernel. */
  readonly portid: number
  readonly creds: Creds
  /** The name of the sending process, '' for the kernel. */
  readonly comm: string
  /** Where it was sent to. */
  readonly to: { readonly portid: number; readonly group: number }
  /** What the call answered: bytes, 0, or -errno. */
  readonly result: number
  /** In the order of service. */
  readonly deliveries: readonly TapDelivery[]
}

/** A message that was received, or an error that was. */
/** A message was taken off a queue, or an error received. To look at a message (MSG_PEEK) is no receive. */
export interface TapReceive {
  readonly kind: 'receive'
  readonly time: bigint
  /** The message's number, 0 where an error was received. */
  readonly number: number
  readonly protocol: number
  readonly socket: number
  /** The receiver's port, process and its name. */
  readonly portid: number
  readonly pid: number
  readonly comm: string
  /** The sender's port, and the length of the whole message. */
  readonly from: number
  readonly length: number
  /** Bytes copied, or -errno. */
  readonly result: number
}

export type TapEvent = TapMessage | TapReceive

/** Something that goes on until it is removed. */
export interface Removable {
  remove(): void
  [Symbol.dispose](): void
}
