// The integer types of attributes: their sizes, their ranges, and how they are read.

import type { Nlattr } from '../../uapi/index.js'
import {
  nla_get_be16,
  nla_get_be32,
  nla_get_s8,
  nla_get_s16,
  nla_get_s32,
  nla_get_s64,
  nla_get_sint,
  nla_get_u8,
  nla_get_u16,
  nla_get_u32,
  nla_get_u64,
  nla_get_uint,
} from '../../uapi/index.js'
import type { NlaPolicy, NlaType } from './nla-policy.js'

export interface IntegerType {
  /** Bytes, or 0 where the sender chooses 4 or 8. */
  readonly size: number
  /** Whether strict validation takes no other size. A time in milliseconds may be longer. */
  readonly exact: boolean
  readonly signed: boolean
  read(attr: Nlattr): bigint
}

function integer(size: number, signed: boolean, read: (attr: Nlattr) => number | bigint, exact = true): IntegerType {
  return { size, exact, signed, read: (attr) => BigInt(read(attr)) }
}

const INTEGERS: Partial<Record<NlaType, IntegerType>> = {
  NLA_U8: /* @__PURE__ */ integer(1, false, nla_get_u8),
  NLA_U16: /* @__PURE__ */ integer(2, false, nla_get_u16),
  NLA_U32: /* @__PURE__ */ integer(4, false, nla_get_u32),
  NLA_U64: /* @__PURE__ */ integer(8, false, nla_get_u64),
  NLA_MSECS: /* @__PURE__ */ integer(8, false, nla_get_u64, false),
  NLA_UINT: /* @__PURE__ */ integer(0, false, nla_get_uint, false),
  NLA_BE16: /* @__PURE__ */ integer(2, false, nla_get_be16),
  NLA_BE32: /* @__PURE__ */ integer(4, false, nla_get_be32),
  NLA_S8: /* @__PURE__ */ integer(1, true, nla_get_s8),
  NLA_S16: /* @__PURE__ */ integer(2, true, nla_get_s16),
  NLA_S32: /* @__PURE__ */ integer(4, true, nla_get_s32),
  NLA_S64: /* @__PURE__ */ integer(8, true, nla_get_s64),
  NLA_SINT: /* @__PURE__ */ integer(0, true, nla_get_sint, false),
}

/** What is known of an integer type; undefined for the other types. */
export function integerType(type: NlaType): IntegerType | undefined {
  return INTEGERS[type]
}

/** The least and the largest value that a policy takes. */
export function integerRange({ min, max }: NlaPolicy, { size, signed }: IntegerType): { min: bigint; max: bigint } {
  const bits = BigInt(8 * (size || 8))
  const least = signed ? -(2n ** (bits - 1n)) : 0n
  const largest = signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n
  return { min: min === undefined ? least : BigInt(min), max: max === undefined ? largest : BigInt(max) }
}
