// A family as it is registered: what was given, checked, with its defaults in place.

import { EINVAL } from '../../uapi/index.js'
import { asObject, asObjects } from '../../user/index.js'
import {
  GENL_DONT_VALIDATE_DUMP,
  GENL_DONT_VALIDATE_DUMP_STRICT,
  GENL_DONT_VALIDATE_STRICT,
  type GenlFamily,
  type GenlOps,
} from './family.js'
import type { NlValidate } from './nla-parse.js'
import { maxattrOf, NLA_REJECT, type NlaPolicies } from './nla-policy.js'

/** How the attributes of a do or of a dump are read. */
export interface AttributeRules {
  readonly policy: NlaPolicies
  readonly maxattr: number
  readonly validate: NlValidate
}

/** null where attributes are not read; undefined where there is no do, or no dump. */
export interface OpRules {
  readonly do: AttributeRules | null | undefined
  readonly dump: AttributeRules | null | undefined
}

export interface RegisteredOp {
  readonly ops: GenlOps
  readonly rules: OpRules
  /** What is told of them where all commands of a family are listed. */
  readonly listed: OpRules
}

export interface Registered {
  readonly family: GenlFamily
  readonly id: number
  readonly firstGroup: number
  /** Bytes of the family's own header; the attributes start at the next step of four. */
  readonly hdrsize: number
  readonly maxattr: number
  readonly ops: ReadonlyMap<number, RegisteredOp>
}

/** Names are kept in 16 bytes, NUL included. */
const LONGEST_NAME = 15

/** -EINVAL for a family that cannot be, else 0. */
export function checkFamily(family: GenlFamily): number {
  const { name, ops = [], mcgrps = [] } = asObject(family, 'family')
  asObjects(ops, 'family.ops')
  asObjects(mcgrps, 'family.mcgrps')
  const names = [name, ...mcgrps.map((group) => group.name)]
  if (!names.every(isName)) return -EINVAL
  if (new Set(ops.map(({ cmd }) => cmd)).size !== ops.length) return -EINVAL
  return ops.every(({ cmd, doit, dumpit }) => (cmd & 0xff) === cmd && (doit ?? dumpit)) ? 0 : -EINVAL
}

function isName(name: string): boolean {
  if (typeof name !== 'string' || name.includes('\0')) return false
  const { length } = new TextEncoder().encode(name)
  return length > 0 && length <= LONGEST_NAME
}

/** The family with its numbers. */
export function registered(family: GenlFamily, id: number, firstGroup: number): Registered {
  return {
    family,
    id,
    firstGroup,
    hdrsize: family.hdrsize ?? 0,
    maxattr: family.maxattr ?? maxattrOf(family.policy),
    ops: new Map((family.ops ?? []).map((ops) => [ops.cmd, registeredOp(family, ops)])),
  }
}

/** Refuses every attribute. Linux 6.18 lists it for newer commands without a policy, and does not enforce it. */
const REJECT_ALL: AttributeRules = { policy: { 1: { type: NLA_REJECT } }, maxattr: 1, validate: 'strict' }

function registeredOp(family: GenlFamily, ops: GenlOps): RegisteredOp {
  const rules = rulesOf(family, ops)
  const shown = (one: AttributeRules | null | undefined) => {
    return one === null && ops.cmd >= (family.resv_start_op ?? 0) ? REJECT_ALL : one
  }
  return { ops, rules, listed: { do: shown(rules.do), dump: shown(rules.dump) } }
}

function rulesOf(family: GenlFamily, ops: GenlOps): OpRules {
  const bits = ops.validate ?? 0
  const own = ops.policy === undefined
  const policy = own ? family.policy : ops.policy
  const maxattr = ops.maxattr ?? (own ? family.maxattr : undefined)
  const dumpPolicy = ops.dump_policy === undefined ? policy : ops.dump_policy
  const dumpMaxattr = ops.dump_maxattr ?? (ops.dump_policy === undefined ? maxattr : undefined)
  const unread = (bits & GENL_DONT_VALIDATE_DUMP) !== 0
  return {
    do: ops.doit && rules(policy, maxattr, (bits & GENL_DONT_VALIDATE_STRICT) !== 0),
    dump: ops.dumpit && (unread ? null : rules(dumpPolicy, dumpMaxattr, (bits & GENL_DONT_VALIDATE_DUMP_STRICT) !== 0)),
  }
}

function rules(
  policy: NlaPolicies | null | undefined,
  maxattr: number | undefined,
  liberal: boolean,
): AttributeRules | null {
  const highest = maxattr ?? maxattrOf(policy)
  if (!policy || highest === 0) return null
  return { policy, maxattr: highest, validate: liberal ? 'liberal' : 'strict' }
}
