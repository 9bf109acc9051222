// Writes captures: a pcapng file with one section, one interface of netlink, and a block for each message.

import { u16 } from '../uapi/index.js'
import { asBoolean, asObject, asOptions, asPlainBytes, asText } from '../user/index.js'
import { COOKED, LINKTYPE_NETLINK, putCooked } from './cooked.js'
import { GrowingBytes } from './growing-bytes.js'
import type { PacketDirection } from './packet.js'
import {
  BLOCK,
  BLOCK_FRAME,
  BYTE_ORDER_MAGIC,
  DIRECTION_BITS,
  ENHANCED,
  EPB_FLAGS,
  EPB_FLAGS_BYTES,
  IF_NAME,
  IF_TSRESOL,
  INTERFACE,
  OPT_COMMENT,
  OPTION_HEADER,
  padded,
  SECTION_HEADER,
  SHB_USERAPPL,
  VERSION,
} from './pcapng.js'

const APPLICATION = 'kernel-connector'
const INTERFACE_NAME = 'netlink'
/** if_tsresol: 10^-9 seconds. */
const NANOSECONDS = 9
const LAST_TIME = 2n ** 64n - 1n
const MOST_OPTION_BYTES = 0xffff
/** A section of which nobody knows yet how long it gets. */
const LENGTH_UNKNOWN = -1n

const encoder = /* @__PURE__ */ new TextEncoder()

/** A message as {@link PcapngWriter.packet} takes it. */
export interface PacketInit {
  /** Nanoseconds, 0 to 2^64 - 1. */
  readonly time: bigint
  /** NETLINK_*: 16 bits. */
  readonly protocol: number
  /** The datagram, of any length; Wireshark refuses files with one of more than 262128 bytes. */
  readonly data: Uint8Array
  /** Each at most 65535 bytes of UTF-8, none with a NUL. */
  readonly comments?: readonly string[]
  readonly direction?: PacketDirection
}

export interface PcapngWriterOptions {
  /** Whether what take() gave is kept for bytes(); true by default. A stream that goes on for long sets it to false. */
  readonly keep?: boolean
}

/** An option on its way into a block. */
interface Option {
  readonly code: number
  readonly value: Uint8Array
}

/**
 * A capture file of netlink messages that grows. Wireshark, tshark and {@link readCapture} open it.
 *
 * @example
 * const writer = new PcapngWriter()
 * writer.packet({ time: 1000n, protocol: NETLINK_CONNECTOR, data, comments: ['lost by port 7'], direction: 'out' })
 * writeFileSync('netlink.pcapng', writer.bytes())
 */
export class PcapngWriter {
  readonly #file = new GrowingBytes()
  readonly #keep: boolean
  #taken = 0

  /** @throws TypeError for options of the wrong type */
  constructor(options: PcapngWriterOptions = {}) {
    this.#keep = asBoolean(asOptions(options, 'options', { keep: 1 }).keep ?? true, 'keep')
    this.#sectionHeader()
    this.#interfaceDescription()
  }

  /**
   * Appends a message.
   *
   * @throws TypeError for fields of the wrong type, RangeError for values that do not fit; nothing is appended then
   */
  packet(packet: PacketInit): void {
    const time = checkTime(asObject(packet, 'packet').time)
    const protocol = u16(packet.protocol, 'protocol')
    const data = asPlainBytes(packet.data, 'data')
    const options = [...commentOptions(packet.comments ?? []), ...directionOptions(packet.direction)]
    const captured = COOKED.size + data.length
    const { block, view } = this.#block(BLOCK.enhancedPacket, ENHANCED.data + padded(captured), options)
    view.setUint32(ENHANCED.high, Number(time >> 32n), true)
    view.setUint32(ENHANCED.low, Number(time & 0xffffffffn), true)
    view.setUint32(ENHANCED.captured, captured, true)
    view.setUint32(ENHANCED.original, captured, true)
    putCooked(view, ENHANCED.data, protocol)
    block.set(data, ENHANCED.data + COOKED.size)
  }

  /** The file so far, a copy. A writer that does not keep gives what take() has not given yet. */
  bytes(): Uint8Array {
    return this.#file.copy(0)
  }

  /** What came since the last take(), a copy: whole blocks, the first time with the file's header. For streams. */
  take(): Uint8Array {
    const taken = this.#file.copy(this.#taken)
    if (this.#keep) this.#taken = this.#file.length
    else this.#file.clear()
    return taken
  }

  #sectionHeader(): void {
    const userappl = { code: SHB_USERAPPL, value: encoder.encode(APPLICATION) }
    const { view } = this.#block(BLOCK.sectionHeader, SECTION_HEADER.options, [userappl])
    view.setUint32(SECTION_HEADER.magic, BYTE_ORDER_MAGIC, true)
    view.setUint16(SECTION_HEADER.major, VERSION.major, true)
    view.setUint16(SECTION_HEADER.minor, VERSION.minor, true)
    view.setBigInt64(SECTION_HEADER.length, LENGTH_UNKNOWN, true)
  }

  #interfaceDescription(): void {
    const name = { code: IF_NAME, value: encoder.encode(INTERFACE_NAME) }
    const resolution = { code: IF_TSRESOL, value: Uint8Array.of(NANOSECONDS) }
    const { view } = this.#block(BLOCK.interfaceDescription, INTERFACE.options, [name, resolution])
    view.setUint16(INTERFACE.linkType, LINKTYPE_NETLINK, true)
  }

  /** A new block with its frame and its options, zeros where its own fields go: `options` is where the options start. */
  #block(type: number, optionsAt: number, options: readonly Option[]): { block: Uint8Array; view: DataView } {
    const length = optionsAt + optionBytes(options) + BLOCK_FRAME.trailer
    const block = this.#file.extend(length)
    const view = new DataView(block.buffer, block.byteOffset, length)
    view.setUint32(0, type, true)
    view.setUint32(BLOCK_FRAME.length, length, true)
    view.setUint32(length - BLOCK_FRAME.trailer, length, true)
    let at = optionsAt
    for (const { code, value } of options) {
      view.setUint16(at, code, true)
      view.setUint16(at + 2, value.length, true)
      block.set(value, at + OPTION_HEADER)
      at += OPTION_HEADER + padded(value.length)
    }
    return { block, view }
  }
}

/** How long a list of options is in a block, its end mark (zeros) included; a list without options is not there. */
function optionBytes(options: readonly Option[]): number {
  if (options.length === 0) return 0
  return options.reduce((sum, { value }) => sum + OPTION_HEADER + padded(value.length), OPTION_HEADER)
}

function checkTime(time: bigint): bigint {
  if (typeof time !== 'bigint') throw new TypeError('time must be a bigint, in nanoseconds')
  if (time < 0n || time > LAST_TIME) throw new RangeError(`time must be from 0 to 2^64 - 1 nanoseconds, not ${time}`)
  return time
}

function commentOptions(comments: readonly string[]): Option[] {
  if (!Array.isArray(comments)) throw new TypeError('comments must be an array of strings')
  return comments.map((comment, index) => {
    const name = `comments[${index}]`
    const value = encoder.encode(asText(comment, name))
    if (value.length > MOST_OPTION_BYTES)
      throw new RangeError(`${name} must have at most ${MOST_OPTION_BYTES} bytes, not ${value.length}`)
    if (value.includes(0)) throw new RangeError(`${name} must not contain a NUL, which would end it`)
    return { code: OPT_COMMENT, value }
  })
}

function directionOptions(direction: PacketDirection | undefined): Option[] {
  if (direction === undefined) return []
  if (asText(direction, 'direction') !== 'in' && direction !== 'out')
    throw new RangeError(`direction must be "in" or "out", not "${direction}"`)
  const value = new Uint8Array(EPB_FLAGS_BYTES)
  value[0] = DIRECTION_BITS[direction]
  return [{ code: EPB_FLAGS, value }]
}
