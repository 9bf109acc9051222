// LINKTYPE_NETLINK: the 16 bytes in front of each message in a capture. Big-endian, whatever the file is.
//
//   0        2            4                     14          16
//   ├────────┼────────────┼─────────────────────┼───────────┤
//   │ unused │ ARPHRD_ 824│       unused        │ protocol  │ nlmsghdr ...
//   └────────┴────────────┴─────────────────────┴───────────┘

/** The link type of netlink in pcap and pcapng files. */
export const LINKTYPE_NETLINK = 253

/** The hardware type of netlink devices (linux/if_arp.h). */
export const ARPHRD_NETLINK = 824

/** The fields of the header, and its size, in bytes. */
export const COOKED = { size: 16, arphrd: 2, protocol: 14 } as const

/** Writes the header at `at` of `view`, where 16 zeros are. The protocol is 16 bits. */
export function putCooked(view: DataView, at: number, protocol: number): void {
  view.setUint16(at + COOKED.arphrd, ARPHRD_NETLINK)
  view.setUint16(at + COOKED.protocol, protocol)
}

/**
 * Reads the header at the start of a packet: the protocol.
 *
 * @param packet the whole packet
 * @param at where it starts in the file, for the errors
 * @throws RangeError if the packet is shorter than the header, or is none of netlink
 */
export function protocolOf(packet: Uint8Array, at: number): number {
  if (packet.length < COOKED.size)
    throw new RangeError(`the packet at byte ${at} has ${packet.length} bytes, ${COOKED.size} are the least`)
  const view = new DataView(packet.buffer, packet.byteOffset, COOKED.size)
  const arphrd = view.getUint16(COOKED.arphrd)
  if (arphrd !== ARPHRD_NETLINK)
    throw new RangeError(`the packet at byte ${at} has hardware type ${arphrd}, that of netlink is ${ARPHRD_NETLINK}`)
  return view.getUint16(COOKED.protocol)
}
