// Reads pcapng files: sections, each in a byte order of its own, of blocks. Blocks of unknown types are skipped.

import { Fields } from './fields.js'
import type { CapturedPacket } from './packet.js'
import {
  BLOCK,
  BLOCK_FRAME,
  BYTE_ORDER_MAGIC,
  ENHANCED,
  INTERFACE,
  OLD_PACKET,
  padded,
  SECTION_HEADER,
  SIMPLE,
  VERSION,
} from './pcapng.js'
import { checkOptions, packetRemarks, TimeScale } from './pcapng-options.js'
import { takePacket } from './raw-packet.js'

/** Minor versions that mean the same: 0, and 2, which some programs wrote. */
const MINOR_VERSIONS: readonly number[] = [VERSION.minor, 2]

/** Whether these are the first bytes of a pcapng file. At least four. */
export function isPcapng(bytes: Uint8Array): boolean {
  return new Fields(bytes, true).u32(0) === BLOCK.sectionHeader
}

/**
 * The packets of a pcapng file, of all sections.
 *
 * @throws RangeError, with the place, for what is malformed, truncated, or no netlink
 */
export function readPcapng(bytes: Uint8Array): CapturedPacket[] {
  return new PcapngReader(bytes).read()
}

interface Interface {
  readonly linkType: number
  /** Bytes that are captured of each packet at most; 0 for all. */
  readonly snaplen: number
  readonly times: TimeScale
}

/** Where a block lies. */
interface Block {
  readonly type: number
  readonly at: number
  /** Where its body ends: the second length stands there. */
  readonly end: number
}

class PcapngReader {
  readonly #bytes: Uint8Array
  readonly #packets: CapturedPacket[] = []
  // Of the section that is being read.
  #fields: Fields
  #interfaces: Interface[] = []
  #section = 0
  /** Where the section says that it ends; undefined if it does not say. */
  #sectionEnd: number | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#fields = new Fields(bytes, true)
  }

  read(): CapturedPacket[] {
    for (let at = 0; at < this.#bytes.length; ) at = this.#block(at)
    this.#endSection(this.#bytes.length)
    return this.#packets
  }

  /** Reads a block and tells where the next one starts. */
  #block(at: number): number {
    this.#fields.need(at, BLOCK_FRAME.size, 'block')
    const type = this.#fields.u32(at)
    if (type === BLOCK.sectionHeader) this.#startSection(at)
    const next = at + this.#lengthOf(at)
    const block = { type, at, end: next - BLOCK_FRAME.trailer }
    if (type === BLOCK.sectionHeader) this.#sectionHeader(block)
    else if (type === BLOCK.interfaceDescription) this.#interface(block)
    else if (type === BLOCK.enhancedPacket) this.#enhancedPacket(block)
    else if (type === BLOCK.simplePacket) this.#simplePacket(block)
    else if (type === BLOCK.packet) this.#oldPacket(block)
    return next
  }

  #lengthOf(at: number): number {
    const length = this.#fields.u32(at + BLOCK_FRAME.length)
    if (length < BLOCK_FRAME.size || length % 4 !== 0)
      throw new RangeError(`the block at byte ${at} has length ${length}, which no block can have`)
    this.#fields.need(at, length, 'block')
    const trailer = this.#fields.u32(at + length - BLOCK_FRAME.trailer)
    if (trailer !== length)
      throw new RangeError(`the block at byte ${at} has length ${length} in front, and ${trailer} behind`)
    return length
  }

  #least({ at, end }: Block, least: number): void {
    const length = end + BLOCK_FRAME.trailer - at
    if (length < least) throw new RangeError(`the block at byte ${at} has length ${length}, ${least} is the least`)
  }

  /** From here on the byte order is that of the new section. */
  #startSection(at: number): void {
    this.#endSection(at)
    const magicAt = at + SECTION_HEADER.magic
    const little = [true, false].find((order) => new Fields(this.#bytes, order).u32(magicAt) === BYTE_ORDER_MAGIC)
    if (little === undefined) throw new RangeError(`the section at byte ${at} tells no byte order`)
    this.#fields = new Fields(this.#bytes, little)
    this.#interfaces = []
  }

  #endSection(at: number): void {
    if (this.#sectionEnd !== undefined && this.#sectionEnd !== at)
      throw new RangeError(
        `the section at byte ${this.#section} says that it ends at ${this.#sectionEnd}, not at ${at}`,
      )
  }

  #sectionHeader(block: Block): void {
    this.#least(block, SECTION_HEADER.least)
    const { at, end } = block
    const major = this.#fields.u16(at + SECTION_HEADER.major)
    const minor = this.#fields.u16(at + SECTION_HEADER.minor)
    if (major !== VERSION.major || !MINOR_VERSIONS.includes(minor))
      throw new RangeError(`the section at byte ${at} has version ${major}.${minor}, which is not 1.0`)
    const length = this.#fields.i64(at + SECTION_HEADER.length)
    this.#section = at
    this.#sectionEnd = length < 0n ? undefined : end + BLOCK_FRAME.trailer + Number(length)
    checkOptions(this.#fields, at + SECTION_HEADER.options, end)
  }

  #interface(block: Block): void {
    this.#least(block, INTERFACE.least)
    this.#interfaces.push({
      linkType: this.#fields.u16(block.at + INTERFACE.linkType),
      snaplen: this.#fields.u32(block.at + INTERFACE.snaplen),
      times: TimeScale.read(this.#fields, block.at + INTERFACE.options, block.end),
    })
  }

  #interfaceOf(block: Block, id: number): Interface {
    const found = this.#interfaces[id]
    if (found === undefined)
      throw new RangeError(`the packet at byte ${block.at} is of interface ${id}, which the section does not describe`)
    return found
  }

  #enhancedPacket(block: Block): void {
    this.#least(block, ENHANCED.least)
    this.#timedPacket(block, this.#interfaceOf(block, this.#fields.u32(block.at + ENHANCED.interface)))
  }

  #oldPacket(block: Block): void {
    this.#least(block, OLD_PACKET.least)
    this.#timedPacket(block, this.#interfaceOf(block, this.#fields.u16(block.at + OLD_PACKET.interface)))
  }

  /** What lies behind the interface's number is the same in both kinds of blocks. */
  #timedPacket({ at, end }: Block, { linkType, times }: Interface): void {
    const fields = this.#fields
    const captured = fields.u32(at + ENHANCED.captured)
    const original = fields.u32(at + ENHANCED.original)
    const data = at + ENHANCED.data
    const taken = takePacket(fields, { record: at, linkType, captured, original, data, end })
    const time = times.nanoseconds(fields.u32(at + ENHANCED.high), fields.u32(at + ENHANCED.low))
    this.#packets.push({ time, ...taken, ...packetRemarks(fields, data + padded(captured), end) })
  }

  /** It has no time: it counts as captured together with the packet before it. */
  #simplePacket(block: Block): void {
    this.#least(block, SIMPLE.least)
    const { at, end } = block
    const { linkType, snaplen } = this.#interfaceOf(block, 0)
    const original = this.#fields.u32(at + SIMPLE.original)
    const captured = snaplen === 0 ? original : Math.min(original, snaplen)
    const raw = { record: at, linkType, captured, original, data: at + SIMPLE.data, end }
    const time = this.#packets.at(-1)?.time ?? 0n
    this.#packets.push({ time, comments: [], ...takePacket(this.#fields, raw) })
  }
}
