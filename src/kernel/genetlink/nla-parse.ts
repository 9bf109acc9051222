// nla_parse(): attributes by type, each one held against its policy. What is refused, with which error and which words, is
// what Linux 6.18 answered: test/genetlink/data.

import { EINVAL, ERANGE, NLA_HDRLEN, type Nlattr, nlaAlign, nlattrAt, nlattrs, u32 } from '../../uapi/index.js'
import { asObject } from '../../user/index.js'
import { integerRange, integerType } from './nla-integers.js'
import {
  maxattrOf,
  NL_SET_ERR_MSG,
  NL_SET_ERR_MSG_ATTR,
  NLA_NESTED,
  NLA_NESTED_ARRAY,
  NLA_UNSPEC,
  type NlaPolicies,
  type NlaPolicy,
  type NlExtAck,
} from './nla-policy.js'
import { policyAttributes } from './nla-policy-attrs.js'

/** How a request is read: as new commands do it, or as those do that are older than strict validation. */
export type NlValidate = 'strict' | 'liberal'

export interface NlaParseOptions {
  /** 'strict' by default. 'liberal' ignores unknown attributes, flags of types, bytes left over, and payloads too long. */
  readonly validate?: NlValidate
  /** Where `head` starts, counted from the message's nlmsghdr: what the offsets of attributes and errors begin with. */
  readonly base?: number
}

/** Attributes by type: the last one of each, undefined where there is none. */
export type NlattrTable = (Nlattr | undefined)[]

/** Policies inside of policies. */
const DEEPEST = 10
const FAILED = 'Attribute failed policy validation'
const WRONG_LENGTH = 'invalid attribute length'

interface Context {
  readonly extack: NlExtAck
  readonly strict: boolean
  readonly depth: number
}

/**
 * Reads the attributes of `head` into `tb`, by type. Without a policy they are not looked into.
 *
 * @param tb filled anew, types 1 to `maxtype`
 * @param policy null: every attribute is taken as it is
 * @param extack says what is wrong, where, and what it should have been; also if bytes are left over and liberally ignored
 * @returns 0, -EINVAL or -ERANGE, or what a policy's own function says
 */
export function nla_parse(
  tb: NlattrTable,
  maxtype: number,
  head: Uint8Array,
  policy: NlaPolicies | null,
  extack: NlExtAck = {},
  options: NlaParseOptions = {},
): number {
  if (!Array.isArray(tb)) throw new TypeError('tb must be an array')
  tb.length = 0
  tb.length = u32(maxtype, 'maxtype') + 1
  const strict = options.validate !== 'liberal'
  return parse(tb, maxtype, head, policy, { extack, strict, depth: 0 }, options.base ?? 0)
}

/** The same for what is inside a nested attribute. */
export function nla_parse_nested(
  tb: NlattrTable,
  maxtype: number,
  attr: Nlattr,
  policy: NlaPolicies | null,
  extack: NlExtAck = {},
  options: Pick<NlaParseOptions, 'validate'> = {},
): number {
  return nla_parse(tb, maxtype, asObject(attr, 'attr').payload, policy, extack, {
    ...options,
    base: attr.offset + NLA_HDRLEN,
  })
}

function parse(
  tb: NlattrTable | null,
  maxtype: number,
  head: Uint8Array,
  policy: NlaPolicies | null,
  context: Context,
  base: number,
): number {
  const { extack, strict, depth } = context
  if (depth >= DEEPEST) return refuse(context, 'allowed policy recursion depth exceeded')
  let at = 0
  for (let attr = nlattrAt(head, 0, base); attr !== null; attr = at < head.length ? nlattrAt(head, at, base) : null) {
    at += nlaAlign(NLA_HDRLEN + attr.payload.length)
    if (attr.type === 0 || attr.type > maxtype) {
      if (strict) return refuseAttr(context, attr, 'Unknown attribute type')
      continue
    }
    const error = policy === null ? 0 : check(attr, policy[attr.type], context)
    if (error < 0) return error
    if (tb !== null) tb[attr.type] = attr
  }
  if (at >= head.length) return 0
  // Said in any case: an error that has no words of its own will carry it.
  NL_SET_ERR_MSG(extack, 'bytes leftover after parsing attributes')
  return strict ? -EINVAL : 0
}

function refuse({ extack }: Context, msg: string): number {
  NL_SET_ERR_MSG(extack, msg)
  return -EINVAL
}

/** Refuses an attribute; with a policy it is told what was expected, where that can be told. */
function refuseAttr({ extack }: Context, attr: Nlattr, msg: string, policy?: NlaPolicy, error = EINVAL): number {
  NL_SET_ERR_MSG_ATTR(extack, attr, msg)
  const expected = policy === undefined ? null : policyAttributes(policy)
  if (expected === null) delete extack.policy
  else extack.policy = expected
  return -error
}

const UNSPEC: NlaPolicy = { type: NLA_UNSPEC }

/** One attribute against its policy: first its form, then its value. */
function check(attr: Nlattr, found: NlaPolicy | undefined, context: Context): number {
  const policy = found ?? UNSPEC
  if (context.strict && policy.type === NLA_UNSPEC) return refuseAttr(context, attr, 'Unsupported attribute')
  return checkForm(attr, policy, context) || checkPayload(attr, policy, context) || checkValue(attr, policy, context)
}

/** Length of a number and the nested flag, which only strict validation looks at. */
function checkForm(attr: Nlattr, policy: NlaPolicy, context: Context): number {
  if (!context.strict) return 0
  const integer = integerType(policy.type)
  if (integer?.exact && attr.payload.length !== integer.size) return refuseAttr(context, attr, WRONG_LENGTH, policy)
  const nests = policy.type === NLA_NESTED || policy.type === NLA_NESTED_ARRAY
  if (nests && !attr.nested) return refuseAttr(context, attr, 'NLA_F_NESTED is missing', policy)
  if (!nests && attr.nested) return refuseAttr(context, attr, 'NLA_F_NESTED not expected', policy)
  return 0
}

function checkPayload(attr: Nlattr, policy: NlaPolicy, context: Context): number {
  const { length } = attr.payload
  const failed = (error: number) => refuseAttr(context, attr, FAILED, policy, error)
  switch (policy.type) {
    case 'NLA_REJECT':
      return refuseAttr(context, attr, policy.reject_message ?? FAILED, policy)
    case 'NLA_FLAG':
      return length > 0 ? failed(ERANGE) : 0
    case 'NLA_UINT':
    case 'NLA_SINT':
      return length === 4 || length === 8 ? 0 : refuseAttr(context, attr, WRONG_LENGTH, policy)
    case 'NLA_BITFIELD32':
      return checkBitfield(attr, policy, failed)
    case 'NLA_NUL_STRING':
    case 'NLA_STRING':
      return checkString(attr, policy, failed)
    case 'NLA_BINARY':
      return policy.len && length > policy.len ? failed(ERANGE) : 0
    case 'NLA_NESTED':
      if (length === 0) return 0
      return length < NLA_HDRLEN ? failed(ERANGE) : checkNested(attr, policy, context)
    case 'NLA_NESTED_ARRAY':
      if (length === 0) return 0
      return length < NLA_HDRLEN ? failed(ERANGE) : checkNestedArray(attr, policy, context)
    default:
      return length < (integerType(policy.type)?.size ?? policy.len ?? 0) ? failed(ERANGE) : 0
  }
}

function checkBitfield({ payload }: Nlattr, { mask }: NlaPolicy, failed: (error: number) => number): number {
  if (payload.length !== 8) return failed(ERANGE)
  const view = new DataView(payload.buffer, payload.byteOffset, 8)
  const value = view.getUint32(0, true)
  const selector = view.getUint32(4, true)
  const unknown = ~Number(mask ?? 0)
  return (value & unknown) !== 0 || (selector & unknown) !== 0 || (value & ~selector) !== 0 ? failed(EINVAL) : 0
}

/** A NUL must be among the first len + 1 bytes where one is needed; one at the very end does not count as text. */
function checkString({ payload }: Nlattr, { type, len }: NlaPolicy, failed: (error: number) => number): number {
  const looked = len ? Math.min(payload.length, len + 1) : payload.length
  if (type === 'NLA_NUL_STRING' && payload.subarray(0, looked).indexOf(0) < 0) return failed(EINVAL)
  if (payload.length === 0) return failed(ERANGE)
  const text = payload[payload.length - 1] === 0 ? payload.length - 1 : payload.length
  return len && text > len ? failed(ERANGE) : 0
}

function checkNested(attr: Nlattr, { policy, maxattr }: NlaPolicy, { extack, strict, depth }: Context): number {
  if (policy === undefined) return 0
  const inside = { extack, strict, depth: depth + 1 }
  return parse(null, maxattr ?? maxattrOf(policy), attr.payload, policy, inside, attr.offset + NLA_HDRLEN)
}

function checkNestedArray(attr: Nlattr, policy: NlaPolicy, context: Context): number {
  for (const entry of nlattrs(attr.payload, attr.offset + NLA_HDRLEN)) {
    if (entry.payload.length === 0) continue
    if (entry.payload.length < NLA_HDRLEN) {
      return refuseAttr(context, entry, 'Array element too short', policy, ERANGE)
    }
    const error = checkNested(entry, policy, context)
    if (error < 0) return error
  }
  return 0
}

function checkValue(attr: Nlattr, policy: NlaPolicy, context: Context): number {
  const { length } = attr.payload
  const { min, max, mask } = policy
  if (policy.type === 'NLA_BINARY') {
    const fits = length >= Number(min ?? 0) && length <= Number(max ?? length)
    if (!fits) return refuseAttr(context, attr, 'binary attribute size out of range', policy, ERANGE)
  }
  const integer = integerType(policy.type)
  if (integer !== undefined && (min !== undefined || max !== undefined || mask !== undefined)) {
    const value = integer.read(attr)
    const range = integerRange(policy, integer)
    if (value < range.min || value > range.max) {
      return refuseAttr(context, attr, 'integer out of range', policy, ERANGE)
    }
    if (mask !== undefined && (value & ~BigInt(mask)) !== 0n) return refuseAttr(context, attr, 'reserved bit set')
  }
  return policy.validate?.(attr, context.extack) ?? 0
}
