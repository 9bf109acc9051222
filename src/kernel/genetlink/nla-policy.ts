// Policies: what a command accepts as attributes, one entry for each. nla-parse.ts holds requests against them.

import type { NetlinkExtAck } from '../../api.js'
import type { Nlattr } from '../../uapi/index.js'

// What an attribute may be. Any payload, at least `len` bytes:
export const NLA_UNSPEC = 'NLA_UNSPEC' as const
export const NLA_U8 = 'NLA_U8' as const
export const NLA_U16 = 'NLA_U16' as const
export const NLA_U32 = 'NLA_U32' as const
export const NLA_U64 = 'NLA_U64' as const
export const NLA_S8 = 'NLA_S8' as const
export const NLA_S16 = 'NLA_S16' as const
export const NLA_S32 = 'NLA_S32' as const
export const NLA_S64 = 'NLA_S64' as const
/** An unsigned integer of 4 or 8 bytes, as the sender likes. */
export const NLA_UINT = 'NLA_UINT' as const
/** A signed integer of 4 or 8 bytes, as the sender likes. */
export const NLA_SINT = 'NLA_SINT' as const
/** Network byte order. */
export const NLA_BE16 = 'NLA_BE16' as const
/** Network byte order. */
export const NLA_BE32 = 'NLA_BE32' as const
/** Milliseconds, a u64. */
export const NLA_MSECS = 'NLA_MSECS' as const
/** At most `len` bytes; a NUL at the end is not counted, and need not be there. */
export const NLA_STRING = 'NLA_STRING' as const
/** At most `len` bytes, and a NUL. */
export const NLA_NUL_STRING = 'NLA_NUL_STRING' as const
/** No payload. */
export const NLA_FLAG = 'NLA_FLAG' as const
/** At most `len` bytes, or from `min` to `max`. */
export const NLA_BINARY = 'NLA_BINARY' as const
/** Attributes, held against `policy`. */
export const NLA_NESTED = 'NLA_NESTED' as const
/** Attributes of any type, in each of which are attributes that are held against `policy`. */
export const NLA_NESTED_ARRAY = 'NLA_NESTED_ARRAY' as const
/** struct nla_bitfield32; value and selector may have the bits of `mask`. */
export const NLA_BITFIELD32 = 'NLA_BITFIELD32' as const
/** Never accepted. */
export const NLA_REJECT = 'NLA_REJECT' as const

export type NlaType =
  | typeof NLA_UNSPEC
  | typeof NLA_U8
  | typeof NLA_U16
  | typeof NLA_U32
  | typeof NLA_U64
  | typeof NLA_S8
  | typeof NLA_S16
  | typeof NLA_S32
  | typeof NLA_S64
  | typeof NLA_UINT
  | typeof NLA_SINT
  | typeof NLA_BE16
  | typeof NLA_BE32
  | typeof NLA_MSECS
  | typeof NLA_STRING
  | typeof NLA_NUL_STRING
  | typeof NLA_FLAG
  | typeof NLA_BINARY
  | typeof NLA_NESTED
  | typeof NLA_NESTED_ARRAY
  | typeof NLA_BITFIELD32
  | typeof NLA_REJECT

/** What one attribute may be. */
export interface NlaPolicy {
  readonly type: NlaType
  /** A length in bytes; 0 says nothing. See the types. */
  readonly len?: number
  /** The least value of an integer, or the least bytes of NLA_BINARY. */
  readonly min?: number | bigint
  /** The largest value of an integer, or the most bytes of NLA_BINARY. */
  readonly max?: number | bigint
  /** The bits that an unsigned integer or an NLA_BITFIELD32 may have. */
  readonly mask?: number | bigint
  /** What NLA_NESTED and NLA_NESTED_ARRAY have inside; without it nobody looks inside. */
  readonly policy?: NlaPolicies
  /** The highest type inside; by default the highest that `policy` has. */
  readonly maxattr?: number
  /** What NLA_REJECT says. */
  readonly reject_message?: string
  /** Looks at what all else has accepted: 0, or -errno. */
  readonly validate?: (attr: Nlattr, extack: NlExtAck) => number
}

/** Policies by attribute type. A type that is not in it is as NLA_UNSPEC: refused by strict validation. */
export type NlaPolicies = Readonly<Record<number, NlaPolicy>>

/** An extended acknowledgement with what validation has to say. */
export interface NlExtAck extends NetlinkExtAck {
  /** What the refused attribute should have been: the payload of NLMSGERR_ATTR_POLICY, NL_POLICY_TYPE_ATTR_* attributes. */
  policy?: Uint8Array
  /** Which attribute is missing (NLMSGERR_ATTR_MISS_TYPE). */
  miss_type?: number
  /** In which nested attribute it is missing: where that one's header begins (NLMSGERR_ATTR_MISS_NEST). */
  miss_nest?: number
}

/** The highest type of a table, 0 for an empty one. */
export function maxattrOf(policies: NlaPolicies | null | undefined): number {
  return Math.max(0, ...Object.keys(policies ?? {}).map(Number))
}

/** Says in an extended acknowledgement why. */
export function NL_SET_ERR_MSG(extack: NlExtAck, msg: string): void {
  extack._msg = msg
}

/** Says which attribute is to blame. */
export function NL_SET_BAD_ATTR(extack: NlExtAck, attr: Nlattr): void {
  extack.bad_attr = attr.offset
}

/** Says why, and which attribute is to blame. */
export function NL_SET_ERR_MSG_ATTR(extack: NlExtAck, attr: Nlattr, msg: string): void {
  NL_SET_ERR_MSG(extack, msg)
  NL_SET_BAD_ATTR(extack, attr)
}
