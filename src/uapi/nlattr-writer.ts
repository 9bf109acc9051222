// Attributes as they are built, one behind the other, each padded to a step of four bytes: the nla_put() family.

import { NLA_F_NESTED, NLA_HDRLEN } from '../../assembly/uapi/constants.js'
import { EMSGSIZE } from '../../assembly/uapi/errno.js'
import { bytes, i32, u16, u32 } from './args.js'
import { copyOf, setU16, setU32, viewOf } from './bytes.js'
import { type NlaBitfield32, nlaAlign } from './nlattr.js'

const FIRST_ROOM = 256
/** nla_len has 16 bits. */
const LONGEST = 0xffff

/** A nested attribute that is still open: where its header starts. */
export type NlaNest = number

/**
 * A buffer that attributes are put into. Every nla_put_*() gives 0, or -EMSGSIZE and changes nothing: the attribute would
 * be longer than its length can tell (65535 bytes with its header), or the buffer longer than its limit. Values that are
 * no numbers of their width throw TypeError or RangeError before anything is written.
 *
 * @example
 * const attrs = new NlattrWriter()
 * attrs.nla_put_u32(1, 42)
 * const nest = attrs.nla_nest_start(2)
 * attrs.nla_put_string(1, 'inside')
 * attrs.nla_nest_end(nest)
 * attrs.toBytes()
 */
export class NlattrWriter {
  readonly #limit: number
  #room: Uint8Array
  #view: DataView
  #length = 0

  /** @param limit the most bytes that it takes; without one it grows as it must */
  constructor(limit = 0x7fffffff) {
    this.#limit = u32(limit, 'limit')
    this.#room = new Uint8Array(FIRST_ROOM)
    this.#view = viewOf(this.#room)
  }

  /** Bytes put so far, padding included: a multiple of 4. */
  get length(): number {
    return this.#length
  }

  /** A copy of what was put so far. */
  toBytes(): Uint8Array {
    return copyOf(this.#room, 0, this.#length)
  }

  /** Zeros, up to the next step of four bytes, for a header; a view of them, good until the next put. null: no room. */
  reserve(length: number): Uint8Array | null {
    const at = this.#grow(u32(length, 'length'))
    return at < 0 ? null : this.#room.subarray(at, at + length)
  }

  /** Any bytes. `type` may have the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
  nla_put(type: number, data: Uint8Array): number {
    const payload = bytes(data, 'data')
    const at = this.#header(type, payload.length)
    if (at < 0) return at
    this.#room.set(payload, at)
    return 0
  }

  nla_put_u8(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(1, (view) => view.setUint8(0, whole(value, 0, 0xff))),
    )
  }

  nla_put_u16(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(2, (view) => setU16(view, 0, u16(value, 'value'))),
    )
  }

  /** Takes -2^31 to 2^32-1, as every u32 here. */
  nla_put_u32(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(4, (view) => setU32(view, 0, u32(value, 'value'))),
    )
  }

  nla_put_u64(type: number, value: number | bigint): number {
    return this.nla_put(
      type,
      fixed(8, (view) => view.setBigUint64(0, wide(value, 0n, 2n ** 64n - 1n), true)),
    )
  }

  nla_put_s8(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(1, (view) => view.setInt8(0, whole(value, -0x80, 0x7f))),
    )
  }

  nla_put_s16(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(2, (view) => view.setInt16(0, whole(value, -0x8000, 0x7fff), true)),
    )
  }

  nla_put_s32(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(4, (view) => view.setInt32(0, i32(value, 'value'), true)),
    )
  }

  nla_put_s64(type: number, value: number | bigint): number {
    return this.nla_put(
      type,
      fixed(8, (view) => view.setBigInt64(0, wide(value, -(2n ** 63n), 2n ** 63n - 1n), true)),
    )
  }

  /** Network byte order; NLA_F_NET_BYTEORDER is the caller's to set. */
  nla_put_be16(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(2, (view) => view.setUint16(0, u16(value, 'value'))),
    )
  }

  /** Network byte order; NLA_F_NET_BYTEORDER is the caller's to set. */
  nla_put_be32(type: number, value: number): number {
    return this.nla_put(
      type,
      fixed(4, (view) => view.setUint32(0, u32(value, 'value'))),
    )
  }

  /** 4 bytes if the value fits into them, else 8. */
  nla_put_uint(type: number, value: number | bigint): number {
    const number = wide(value, 0n, 2n ** 64n - 1n)
    return number < 2n ** 32n ? this.nla_put_u32(type, Number(number)) : this.nla_put_u64(type, number)
  }

  /** 4 bytes if the value fits into them, else 8. */
  nla_put_sint(type: number, value: number | bigint): number {
    const number = wide(value, -(2n ** 63n), 2n ** 63n - 1n)
    const small = number >= -(2n ** 31n) && number < 2n ** 31n
    return small ? this.nla_put_s32(type, Number(number)) : this.nla_put_s64(type, number)
  }

  nla_put_bitfield32(type: number, { value, selector }: NlaBitfield32): number {
    const write = (view: DataView) => {
      setU32(view, 0, u32(value, 'value'))
      setU32(view, 4, u32(selector, 'selector'))
    }
    return this.nla_put(type, fixed(8, write))
  }

  /** The text in UTF-8, and a NUL. */
  nla_put_string(type: number, text: string): number {
    if (typeof text !== 'string') throw new TypeError('text must be a string')
    return this.nla_put(type, new TextEncoder().encode(`${text}\0`))
  }

  /** No payload: it is there, and that is what it says. */
  nla_put_flag(type: number): number {
    return this.nla_put(type, new Uint8Array(0))
  }

  /** Opens an attribute whose payload is what is put until nla_nest_end(). -EMSGSIZE: there is no room for its header. */
  nla_nest_start(type: number): NlaNest {
    return this.nla_nest_start_noflag(type | NLA_F_NESTED)
  }

  /** The same without NLA_F_NESTED, as older families have it. */
  nla_nest_start_noflag(type: number): NlaNest {
    const at = this.#header(type, 0)
    return at < 0 ? at : at - NLA_HDRLEN
  }

  /** Closes it: the bytes put so far; or -EMSGSIZE, and it is taken back, because its length cannot be told. */
  nla_nest_end(nest: NlaNest): number {
    this.#checkNest(nest)
    const length = this.#length - nest
    if (length > LONGEST) {
      this.nla_nest_cancel(nest)
      return -EMSGSIZE
    }
    setU16(this.#view, nest, length)
    return this.#length
  }

  /** Takes it back, with all that was put since. */
  nla_nest_cancel(nest: NlaNest): void {
    this.#checkNest(nest)
    this.#room.fill(0, nest, this.#length)
    this.#length = nest
  }

  #checkNest(nest: NlaNest): void {
    if (!Number.isInteger(nest) || nest < 0 || nest + NLA_HDRLEN > this.#length) {
      throw new RangeError('nest must be what nla_nest_start() gave')
    }
  }

  /** A header for `length` bytes of payload, which are zeros now: where they start, or -EMSGSIZE. */
  #header(type: number, length: number): number {
    const nla_type = u16(type, 'type')
    const size = NLA_HDRLEN + length
    const at = size > LONGEST ? -EMSGSIZE : this.#grow(size)
    if (at < 0) return at
    setU16(this.#view, at, size)
    setU16(this.#view, at + 2, nla_type)
    return at + NLA_HDRLEN
  }

  #grow(length: number): number {
    const at = this.#length
    const end = at + nlaAlign(length)
    if (end > this.#limit) return -EMSGSIZE
    if (end > this.#room.length) {
      const larger = new Uint8Array(Math.max(end, this.#room.length * 2))
      larger.set(this.#room)
      this.#room = larger
      this.#view = viewOf(larger)
    }
    this.#length = end
    return at
  }
}

function fixed(size: number, write: (view: DataView) => void): Uint8Array {
  const array = new Uint8Array(size)
  write(viewOf(array))
  return array
}

function whole(value: number, least: number, most: number): number {
  if (typeof value !== 'number') throw new TypeError('value must be a number')
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`value must be an integer from ${least} to ${most}, not ${value}`)
}

function wide(value: number | bigint, least: bigint, most: bigint): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new TypeError('value must be a number or a bigint')
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
    const number = BigInt(value)
    if (number >= least && number <= most) return number
  }
  throw new RangeError(`value must be an integer from ${least} to ${most}, not ${value}`)
}
