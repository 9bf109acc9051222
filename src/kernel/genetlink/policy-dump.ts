// What GETPOLICY tells of a family: which policy each command has, then every policy, attribute by attribute.

import {
  CTRL_ATTR_OP_POLICY,
  CTRL_ATTR_POLICY,
  CTRL_ATTR_POLICY_DO,
  CTRL_ATTR_POLICY_DUMP,
  NLA_F_NESTED,
  type NlattrWriter,
} from '../../uapi/index.js'
import { maxattrOf, type NlaPolicies, type NlaPolicy } from './nla-policy.js'
import { type PolicyInside, policyAttributes } from './nla-policy-attrs.js'
import type { AttributeRules, OpRules, RegisteredOp } from './registered.js'

/** Puts the attributes of one message. */
export type PutAnswer = (attrs: NlattrWriter) => void

/** One function for each message about all commands of a family; none if no command has a policy. */
export function familyPolicies(ops: Iterable<RegisteredOp>): PutAnswer[] {
  return answersOf([...ops].map((op) => [op, op.listed]))
}

/** The same about one command. */
export function opPolicies(op: RegisteredOp): PutAnswer[] {
  return answersOf([[op, op.rules]])
}

function answersOf(all: readonly (readonly [RegisteredOp, OpRules])[]): PutAnswer[] {
  const policies = new PolicyList()
  for (const [, rules] of all) {
    if (rules.do) policies.add(rules.do)
    if (rules.dump) policies.add(rules.dump)
  }
  const withPolicy = all.filter(([, rules]) => rules.do || rules.dump)
  return [...withPolicy.map(([op, rules]) => opAnswer(op, rules, policies)), ...policies.answers()]
}

// A command that has only a dump is called 0 here: Linux 6.18 does it so.
function opAnswer({ ops }: RegisteredOp, rules: OpRules, policies: PolicyList): PutAnswer {
  return (attrs) => {
    const outer = attrs.nla_nest_start(CTRL_ATTR_OP_POLICY)
    const inner = attrs.nla_nest_start(ops.doit ? ops.cmd : 0)
    if (rules.do) attrs.nla_put_u32(CTRL_ATTR_POLICY_DO, policies.indexOf(rules.do))
    if (rules.dump) attrs.nla_put_u32(CTRL_ATTR_POLICY_DUMP, policies.indexOf(rules.dump))
    attrs.nla_nest_end(inner)
    attrs.nla_nest_end(outer)
  }
}

type Entry = Pick<AttributeRules, 'policy' | 'maxattr'>

/** Policies by number; what is nested in one comes right after all that is there already. */
class PolicyList {
  readonly #entries: Entry[] = []

  add(entry: Entry): void {
    if (this.indexOf(entry) >= 0) return
    this.#entries.push(entry)
    for (let i = this.#entries.length - 1; i < this.#entries.length; i++) {
      for (const [, policy] of attributesOf(this.#entries[i]!)) {
        const inside = nestedIn(policy)
        if (inside !== undefined && this.indexOf(inside) < 0) this.#entries.push(inside)
      }
    }
  }

  indexOf({ policy, maxattr }: Entry): number {
    return this.#entries.findIndex((entry) => entry.policy === policy && entry.maxattr === maxattr)
  }

  answers(): PutAnswer[] {
    return this.#entries.flatMap((entry, index) =>
      attributesOf(entry).flatMap(([type, policy]) => {
        const told = policyAttributes(policy, this.#insideOf(policy))
        return told === null ? [] : [attributeAnswer(index, type, told)]
      }),
    )
  }

  #insideOf(policy: NlaPolicy): PolicyInside | undefined {
    const inside = nestedIn(policy)
    return inside && { index: this.indexOf(inside), maxattr: inside.maxattr }
  }
}

function attributeAnswer(index: number, type: number, told: Uint8Array): PutAnswer {
  return (attrs) => {
    const outer = attrs.nla_nest_start(CTRL_ATTR_POLICY)
    const inner = attrs.nla_nest_start(index)
    attrs.nla_put(type | NLA_F_NESTED, told)
    attrs.nla_nest_end(inner)
    attrs.nla_nest_end(outer)
  }
}

function attributesOf({ policy, maxattr }: Entry): [number, NlaPolicy][] {
  const all = Object.entries(policy as Readonly<Record<string, NlaPolicy>>)
  return all.map(([type, one]) => [Number(type), one] as [number, NlaPolicy]).filter(([type]) => type <= maxattr)
}

function nestedIn({ policy, maxattr }: NlaPolicy): Entry | undefined {
  const table: NlaPolicies | undefined = policy
  return table && { policy: table, maxattr: maxattr ?? maxattrOf(table) }
}
