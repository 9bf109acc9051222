// The options at the end of pcapng's blocks, and those of interfaces and packets that matter here.

import type { Fields } from './fields.js'
import type { PacketDirection } from './packet.js'
import {
  DIRECTION_BITS,
  EPB_FLAGS,
  EPB_FLAGS_BYTES,
  IF_TSOFFSET,
  IF_TSOFFSET_BYTES,
  IF_TSRESOL,
  IF_TSRESOL_BYTES,
  OPT_COMMENT,
  OPT_ENDOFOPT,
  OPTION_HEADER,
  padded,
} from './pcapng.js'

const NS_PER_SECOND = 1000000000n
/** 10^-6 seconds: what holds where no option says another thing. */
const DEFAULT_PER_SECOND = 1000000n
/** The bit of if_tsresol that makes the rest a power of 2, not of 10. */
const BINARY = 0x80

/** An option as it lies in the file. */
interface Option {
  readonly code: number
  /** Where its value starts, and how long that is. */
  readonly at: number
  readonly length: number
}

/** The options between two places of a file, the end mark left out. Where it is missing, the end is the end. */
function* optionsIn(fields: Fields, from: number, end: number): Generator<Option, void, undefined> {
  for (let at = from; at + OPTION_HEADER <= end; ) {
    const code = fields.u16(at)
    const length = fields.u16(at + 2)
    const value = at + OPTION_HEADER
    if (value + length > end) throw new RangeError(`the option at byte ${at} is longer than its block`)
    if (code === OPT_ENDOFOPT) return checkLength({ code, at: value, length }, 0)
    yield { code, at: value, length }
    at = value + padded(length)
  }
}

/** @throws RangeError for an option that has not the length that its code asks for */
function checkLength({ code, at, length }: Option, wanted: number): void {
  if (length !== wanted)
    throw new RangeError(`option ${code} at byte ${at - OPTION_HEADER} has ${length} bytes, it must have ${wanted}`)
}

/** Looks at options that nothing here depends on: they must be well-formed all the same. */
export function checkOptions(fields: Fields, from: number, end: number): void {
  for (const _ of optionsIn(fields, from, end));
}

/** How an interface counts time. */
export class TimeScale {
  /** Units of a timestamp in a second. */
  readonly #perSecond: bigint
  /** Seconds to add. */
  readonly #offset: bigint

  private constructor(perSecond: bigint, offset: bigint) {
    this.#perSecond = perSecond
    this.#offset = offset
  }

  /** What the options of an interface say. */
  static read(fields: Fields, from: number, end: number): TimeScale {
    let perSecond = DEFAULT_PER_SECOND
    let offset = 0n
    for (const option of optionsIn(fields, from, end)) {
      if (option.code === IF_TSRESOL) {
        checkLength(option, IF_TSRESOL_BYTES)
        const resolution = fields.u8(option.at)
        perSecond = (resolution & BINARY) === 0 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & ~BINARY)
      } else if (option.code === IF_TSOFFSET) {
        checkLength(option, IF_TSOFFSET_BYTES)
        offset = fields.i64(option.at)
      }
    }
    return new TimeScale(perSecond, offset)
  }

  /** Nanoseconds since 1970, rounded down. */
  nanoseconds(high: number, low: number): bigint {
    const units = (BigInt(high) << 32n) | BigInt(low)
    return (units * NS_PER_SECOND) / this.#perSecond + this.#offset * NS_PER_SECOND
  }
}

/** What the options of a packet say. */
export interface PacketRemarks {
  readonly comments: readonly string[]
  readonly direction?: PacketDirection
}

/** Reads the options of an enhanced or an obsolete packet block. */
export function packetRemarks(fields: Fields, from: number, end: number): PacketRemarks {
  const comments: string[] = []
  let direction: PacketDirection | undefined
  for (const option of optionsIn(fields, from, end)) {
    if (option.code === OPT_COMMENT) comments.push(fields.text(option.at, option.length))
    if (option.code !== EPB_FLAGS) continue
    checkLength(option, EPB_FLAGS_BYTES)
    const bits = fields.u32(option.at) & DIRECTION_BITS.mask
    direction = bits === DIRECTION_BITS.in ? 'in' : bits === DIRECTION_BITS.out ? 'out' : undefined
  }
  return direction === undefined ? { comments } : { comments, direction }
}
