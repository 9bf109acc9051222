// Reads pcap files, the old format: one header, then a record for each packet.

import { Fields } from './fields.js'
import type { CapturedPacket } from './packet.js'
import { takePacket } from './raw-packet.js'

/** The first word, which tells how fine times are; in the other byte order it is reversed. */
const MICROSECONDS = 0xa1b2c3d4
const NANOSECONDS = 0xa1b23c4d

const HEADER = { size: 24, major: 4, minor: 6, network: 20 } as const
const RECORD = { size: 16, seconds: 0, fraction: 4, captured: 8, original: 12 } as const
const VERSION = { major: 2, minor: 4 } as const
/** The bits of the header's last field that are the link type; those above tell of checksums at the packets' ends. */
const LINKTYPE_MASK = 0xffff
const NS_PER_SECOND = 1000000000

/** What the first word says: byte order, and how many nanoseconds a step of a time's fraction is. */
interface Kind {
  readonly little: boolean
  readonly step: number
}

/**
 * Whether these are the first bytes of a pcap file, and of which kind.
 *
 * @param bytes at least four
 */
export function pcapKind(bytes: Uint8Array): Kind | null {
  for (const little of [true, false]) {
    const magic = new Fields(bytes, little).u32(0)
    if (magic === MICROSECONDS) return { little, step: 1000 }
    if (magic === NANOSECONDS) return { little, step: 1 }
  }
  return null
}

/**
 * The packets of a pcap file.
 *
 * @throws RangeError, with the place, for what is malformed, truncated, or no netlink
 */
export function readPcap(bytes: Uint8Array, { little, step }: Kind): CapturedPacket[] {
  const fields = new Fields(bytes, little)
  fields.need(0, HEADER.size, 'file header')
  const major = fields.u16(HEADER.major)
  const minor = fields.u16(HEADER.minor)
  if (major !== VERSION.major || minor !== VERSION.minor)
    throw new RangeError(`pcap version ${major}.${minor} at byte ${HEADER.major} is not 2.4`)
  const linkType = fields.u32(HEADER.network) & LINKTYPE_MASK
  const packets: CapturedPacket[] = []
  for (let at: number = HEADER.size; at < fields.length; ) {
    fields.need(at, RECORD.size, 'packet header')
    const captured = fields.u32(at + RECORD.captured)
    const data = at + RECORD.size
    fields.need(at, RECORD.size + captured, 'packet')
    const end = data + captured
    const raw = { record: at, linkType, captured, original: fields.u32(at + RECORD.original), data, end }
    packets.push({ time: timeOf(fields, at, step), comments: [], ...takePacket(fields, raw) })
    at = end
  }
  return packets
}

function timeOf(fields: Fields, record: number, step: number): bigint {
  const nanoseconds = fields.u32(record + RECORD.fraction) * step
  if (nanoseconds >= NS_PER_SECOND)
    throw new RangeError(`the packet at byte ${record} has a time whose fraction is a second or more`)
  return BigInt(fields.u32(record + RECORD.seconds)) * BigInt(NS_PER_SECOND) + BigInt(nanoseconds)
}
