// A policy as attributes: what GETPOLICY tells of it, and what an extended acknowledgement says was expected.

import { NlattrWriter } from '../../uapi/index.js'
import { integerRange, integerType } from './nla-integers.js'
import type { NlaPolicy, NlaType } from './nla-policy.js'

/** enum netlink_policy_type_attr (linux/netlink.h). */
const NL_POLICY_TYPE_ATTR = {
  TYPE: 1,
  MIN_VALUE_S: 2,
  MAX_VALUE_S: 3,
  MIN_VALUE_U: 4,
  MAX_VALUE_U: 5,
  MIN_LENGTH: 6,
  MAX_LENGTH: 7,
  POLICY_IDX: 8,
  POLICY_MAXTYPE: 9,
  BITFIELD32_MASK: 10,
  MASK: 12,
} as const

/** enum netlink_attribute_type (linux/netlink.h). The types that are not here are not told. */
const NL_ATTR_TYPE: Partial<Record<NlaType, number>> = {
  NLA_FLAG: 1,
  NLA_U8: 2,
  NLA_U16: 3,
  NLA_U32: 4,
  NLA_U64: 5,
  NLA_MSECS: 5,
  NLA_S8: 6,
  NLA_S16: 7,
  NLA_S32: 8,
  NLA_S64: 9,
  NLA_BINARY: 10,
  NLA_STRING: 11,
  NLA_NUL_STRING: 12,
  NLA_NESTED: 13,
  NLA_NESTED_ARRAY: 14,
  NLA_BITFIELD32: 15,
  NLA_SINT: 16,
  NLA_UINT: 17,
}

/** Which policy is inside a nested one, in the numbers of a GETPOLICY answer. */
export interface PolicyInside {
  readonly index: number
  readonly maxattr: number
}

/** The NL_POLICY_TYPE_ATTR_* attributes of a policy, or null for the types of which nothing is told. */
export function policyAttributes(policy: NlaPolicy, inside?: PolicyInside): Uint8Array | null {
  const type = NL_ATTR_TYPE[policy.type]
  if (type === undefined) return null
  const attrs = new NlattrWriter()
  if (inside !== undefined) {
    attrs.nla_put_u32(NL_POLICY_TYPE_ATTR.POLICY_IDX, inside.index)
    attrs.nla_put_u32(NL_POLICY_TYPE_ATTR.POLICY_MAXTYPE, inside.maxattr)
  }
  putBounds(attrs, policy)
  attrs.nla_put_u32(NL_POLICY_TYPE_ATTR.TYPE, type)
  return attrs.toBytes()
}

function putBounds(attrs: NlattrWriter, policy: NlaPolicy): void {
  const { type, len, min, max, mask } = policy
  const integer = integerType(type)
  if (type === 'NLA_BITFIELD32') attrs.nla_put_u32(NL_POLICY_TYPE_ATTR.BITFIELD32_MASK, Number(mask ?? 0))
  else if (integer !== undefined && mask !== undefined) attrs.nla_put_u64(NL_POLICY_TYPE_ATTR.MASK, mask)
  else if (integer !== undefined) {
    const range = integerRange(policy, integer)
    const { MIN_VALUE_S, MAX_VALUE_S, MIN_VALUE_U, MAX_VALUE_U } = NL_POLICY_TYPE_ATTR
    if (integer.signed) {
      attrs.nla_put_s64(MIN_VALUE_S, range.min)
      attrs.nla_put_s64(MAX_VALUE_S, range.max)
    } else {
      attrs.nla_put_u64(MIN_VALUE_U, range.min)
      attrs.nla_put_u64(MAX_VALUE_U, range.max)
    }
  } else if (type === 'NLA_BINARY' || type === 'NLA_STRING' || type === 'NLA_NUL_STRING') {
    const most = type === 'NLA_BINARY' ? (max ?? len) : len
    if (min) attrs.nla_put_u32(NL_POLICY_TYPE_ATTR.MIN_LENGTH, Number(min))
    if (most) attrs.nla_put_u32(NL_POLICY_TYPE_ATTR.MAX_LENGTH, Number(most))
  }
}
