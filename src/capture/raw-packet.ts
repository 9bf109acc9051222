// What all kinds of packet records have in common: lengths that must agree, a link type that must be netlink's, the cooked header.

import { COOKED, LINKTYPE_NETLINK, protocolOf } from './cooked.js'
import type { Fields } from './fields.js'

/** A packet as a record of the file tells it. */
export interface RawPacket {
  /** Where its record starts in the file. */
  readonly record: number
  readonly linkType: number
  /** Lengths with the cooked header: of what is in the file, and of what there was. */
  readonly captured: number
  readonly original: number
  /** Where its bytes start, and where they must have ended. */
  readonly data: number
  readonly end: number
}

/**
 * Takes a packet out of the file: its protocol and a copy of the message.
 *
 * @throws RangeError if it is of another link type, snapped, or contradicts itself
 */
export function takePacket(fields: Fields, packet: RawPacket): { protocol: number; data: Uint8Array } {
  const { record, linkType, captured, original, data, end } = packet
  const place = `the packet at byte ${record}`
  if (linkType !== LINKTYPE_NETLINK)
    throw new RangeError(`${place} has link type ${linkType}, that of netlink is ${LINKTYPE_NETLINK}`)
  if (captured < original)
    throw new RangeError(`${place} was snapped: ${captured} of its ${original} bytes were captured`)
  if (captured > original)
    throw new RangeError(`${place} has ${captured} bytes captured, but had only ${original} of them`)
  if (data + captured > end) throw new RangeError(`${place} has ${captured} bytes, there is room for ${end - data}`)
  const bytes = fields.part(data, captured)
  // Buffer's slice() would be a view.
  return { protocol: protocolOf(bytes, record), data: new Uint8Array(bytes.subarray(COOKED.size)) }
}
