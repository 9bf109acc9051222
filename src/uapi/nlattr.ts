// struct nlattr, the attributes of a message: a cursor over them that cannot leave the bytes it was given, and their
// values as numbers and texts. nlattr-writer.ts makes them.

import { NLA_ALIGNTO, NLA_F_NESTED, NLA_F_NET_BYTEORDER, NLA_HDRLEN } from '../../assembly/uapi/constants.js'
import { asObject, bytes, u32 } from './args.js'
import { copyOf, getU16, getU32, viewOf } from './bytes.js'

/** Bits of nla_type that are no flags. */
const TYPE_BITS = 0x3fff
const NLA_TYPE_OFFSET = 2

/** One attribute (netlink(7), linux/netlink.h). */
export interface Nlattr {
  /** nla_type without its flags: 0 to 16383. */
  readonly type: number
  /** NLA_F_NESTED is set: the payload is said to be attributes. */
  readonly nested: boolean
  /** NLA_F_NET_BYTEORDER is set. */
  readonly net_byteorder: boolean
  /** The bytes behind the header, nla_len - 4 of them: a view, no copy. */
  readonly payload: Uint8Array
  /** Where the header starts: bytes from the start of the array, plus the `base` that the cursor was given. */
  readonly offset: number
}

/** struct nla_bitfield32 (linux/netlink.h): the bits of `selector` are to become those of `value`. */
export interface NlaBitfield32 {
  readonly value: number
  readonly selector: number
}

/** Rounds a length up to the step of four bytes on which attributes start (NLA_ALIGN). RangeError, TypeError. */
export function nlaAlign(length: number): number {
  return Math.ceil(u32(length, 'length') / NLA_ALIGNTO) * NLA_ALIGNTO
}

/**
 * The attribute whose header starts at `at`, or null if none does: fewer than 4 bytes are left, or nla_len is below 4 or
 * beyond the array. The next one may start at `at + nlaAlign(payload.length + 4)`.
 *
 * @param base what is added to `offset`, for an array that is part of a message
 * @throws RangeError if `at` is no integer from 0 to the array's length
 */
export function nlattrAt(array: Uint8Array, at = 0, base = 0): Nlattr | null {
  const left = bytes(array, 'array').length - at
  if (!Number.isInteger(at) || at < 0 || left < 0) {
    throw new RangeError(`at must be an integer from 0 to ${array.length}, not ${at}`)
  }
  if (left < NLA_HDRLEN) return null
  const view = viewOf(array)
  const length = getU16(view, at)
  if (length < NLA_HDRLEN || length > left) return null
  const type = getU16(view, at + NLA_TYPE_OFFSET)
  return {
    type: type & TYPE_BITS,
    nested: (type & NLA_F_NESTED) !== 0,
    net_byteorder: (type & NLA_F_NET_BYTEORDER) !== 0,
    payload: array.subarray(at + NLA_HDRLEN, at + length),
    offset: base + at,
  }
}

/**
 * The attributes in order, up to the first that {@link nlattrAt} does not take. Never throws on bytes. Those of a nested
 * attribute are `nlattrs(attr.payload, attr.offset + NLA_HDRLEN)`.
 *
 * @example for (const { type, payload } of nlattrs(bytes)) console.log(type, payload)
 */
export function* nlattrs(array: Uint8Array, base = 0): Generator<Nlattr, void, undefined> {
  for (let at = 0; at <= bytes(array, 'array').length; ) {
    const attr = nlattrAt(array, at, base)
    if (attr === null) return
    yield attr
    at += nlaAlign(NLA_HDRLEN + attr.payload.length)
  }
}

/** The first attribute of this type, or undefined. Its flags do not matter. */
export function nla_find(array: Uint8Array, type: number): Nlattr | undefined {
  for (const attr of nlattrs(array)) if (attr.type === type) return attr
  return undefined
}

/** TypeError for an attribute that is not there: a table of attributes has undefined for those. */
function payloadOf(attr: Nlattr): Uint8Array {
  return bytes(asObject(attr, 'attr').payload, 'attr.payload')
}

// Longer payloads are read as C reads them, from their start; of shorter ones nothing is made up.
function viewFor(attr: Nlattr, size: number): DataView {
  const payload = payloadOf(attr)
  if (payload.length < size) {
    throw new RangeError(`attribute ${attr.type} needs ${size} bytes, there are ${payload.length}`)
  }
  return viewOf(payload)
}

/** A u8. RangeError if the payload is shorter; a longer one is read from its start. So all of these. */
export function nla_get_u8(attr: Nlattr): number {
  return viewFor(attr, 1).getUint8(0)
}

export function nla_get_u16(attr: Nlattr): number {
  return getU16(viewFor(attr, 2), 0)
}

export function nla_get_u32(attr: Nlattr): number {
  return getU32(viewFor(attr, 4), 0)
}

export function nla_get_u64(attr: Nlattr): bigint {
  return viewFor(attr, 8).getBigUint64(0, true)
}

export function nla_get_s8(attr: Nlattr): number {
  return viewFor(attr, 1).getInt8(0)
}

export function nla_get_s16(attr: Nlattr): number {
  return viewFor(attr, 2).getInt16(0, true)
}

export function nla_get_s32(attr: Nlattr): number {
  return viewFor(attr, 4).getInt32(0, true)
}

export function nla_get_s64(attr: Nlattr): bigint {
  return viewFor(attr, 8).getBigInt64(0, true)
}

/** Network byte order. */
export function nla_get_be16(attr: Nlattr): number {
  return viewFor(attr, 2).getUint16(0)
}

/** Network byte order. */
export function nla_get_be32(attr: Nlattr): number {
  return viewFor(attr, 4).getUint32(0)
}

/** An unsigned integer of 4 or 8 bytes, as long as its payload. */
export function nla_get_uint(attr: Nlattr): bigint {
  return payloadOf(attr).length < 8 ? BigInt(nla_get_u32(attr)) : nla_get_u64(attr)
}

/** A signed integer of 4 or 8 bytes, as long as its payload. */
export function nla_get_sint(attr: Nlattr): bigint {
  return payloadOf(attr).length < 8 ? BigInt(nla_get_s32(attr)) : nla_get_s64(attr)
}

export function nla_get_bitfield32(attr: Nlattr): NlaBitfield32 {
  const view = viewFor(attr, 8)
  return { value: getU32(view, 0), selector: getU32(view, 4) }
}

/** Whether the attribute is there, which is all that a flag says. */
export function nla_get_flag(attr: Nlattr | undefined): boolean {
  return attr !== undefined
}

/** The bytes up to the first NUL, or all, as UTF-8 (a byte that is none becomes U+FFFD). */
export function nla_get_string(attr: Nlattr): string {
  const payload = payloadOf(attr)
  const end = payload.indexOf(0)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(end < 0 ? payload : payload.subarray(0, end))
}

/** A copy of the payload. */
export function nla_memdup(attr: Nlattr): Uint8Array {
  const payload = payloadOf(attr)
  return copyOf(payload, 0, payload.length)
}
