// What a capture holds of each message, whatever the format of the file is.

/**
 * Which way a message went, as the kernel sees it: "in" was sent by a task, "out" by the kernel. Wireshark shows it as
 * inbound and outbound.
 */
export type PacketDirection = 'in' | 'out'

/** One message of a capture. */
export interface CapturedPacket {
  /** Nanoseconds since 1970; in captures of this package's machine, since boot. */
  readonly time: bigint
  /** NETLINK_*: 16 bits. */
  readonly protocol: number
  /**
   * The datagram, nlmsghdr first; a copy. Its integers are in the byte order of the machine that it was captured on, which may differ
   * from that of the file's own fields.
   */
  readonly data: Uint8Array
  /** Comments of the packet, in the order of the file; pcap has none. */
  readonly comments: readonly string[]
  /** Only where the file tells it. */
  readonly direction?: PacketDirection
}
