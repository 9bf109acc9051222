// Profiles: named sets of what differs between kernels.

/** How many bytes of the receive buffer a message counts: the numbers differ between kernels by version and configuration. */
export interface TruesizeTable {
  /** Bytes of struct sk_buff itself. */
  readonly skbuff: number
  /** Bytes behind the data that every buffer carries (struct skb_shared_info, aligned). */
  readonly sharedInfo: number
  /** Size of the cache for small buffers; 0 where the kernel has none (before Linux 6.3). */
  readonly smallHead: number
  /** The smallest power of two that a buffer takes when the small cache does not serve it. */
  readonly smallest: number
  /** Above this many bytes a process's unicast is not rounded up to a power of two. */
  readonly largest: number
}

/** A named set of behaviours. Each field may be set on its own: `boot({ profile: { ...LINUX_6, notifications: true } })`. */
export interface Profile {
  readonly name: string
  /** Where a connector callback runs: inside the sender's send(), or later, from the work queue. */
  readonly dispatch: 'send' | 'workqueue'
  /** Whether the connector itself is registered as {-1, -1} and takes notification requests. */
  readonly notifications: boolean
  /** The connector's group numbers: 1 to 32, or any u32. */
  readonly connectorGroups: 32 | 'any'
  readonly truesize: TruesizeTable
}

// Linux 6.18, x86-64, as measured: conformance/FINDINGS.md.
const LINUX_6_TRUESIZE: TruesizeTable = { skbuff: 256, sharedInfo: 320, smallHead: 576, smallest: 512, largest: 4096 }

/** Linux as it is today. */
export const LINUX_6: Profile = {
  name: 'LINUX_6',
  dispatch: 'send',
  notifications: false,
  connectorGroups: 32,
  truesize: LINUX_6_TRUESIZE,
}

/** The connector as its document describes it: callbacks from a work queue, notifications, any group number. */
export const LINUX_2_6_14: Profile = {
  name: 'LINUX_2_6_14',
  dispatch: 'workqueue',
  notifications: true,
  connectorGroups: 'any',
  truesize: LINUX_6_TRUESIZE,
}
