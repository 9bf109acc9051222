// What GETFAMILY and GETPOLICY of a real kernel told about its families, read from the recordings.

import { readFileSync } from 'node:fs'
import { parseHex } from '../../src/cli/replay/hex.js'
import { Symbols } from '../../src/cli/replay/symbols.js'
import {
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_ATTR_HDRSIZE,
  CTRL_ATTR_MAXATTR,
  CTRL_ATTR_MCAST_GROUPS,
  CTRL_ATTR_MCAST_GRP_ID,
  CTRL_ATTR_MCAST_GRP_NAME,
  CTRL_ATTR_OP_FLAGS,
  CTRL_ATTR_OP_ID,
  CTRL_ATTR_OP_POLICY,
  CTRL_ATTR_OPS,
  CTRL_ATTR_POLICY,
  CTRL_ATTR_POLICY_DO,
  CTRL_ATTR_POLICY_DUMP,
  CTRL_ATTR_VERSION,
  decodeGenlmsg,
  GENL_ID_CTRL,
  NLA_HDRLEN,
  type Nlattr,
  nla_find,
  nla_get_sint,
  nla_get_string,
  nla_get_u16,
  nla_get_u32,
  nla_get_uint,
  nlattrs,
  nlmsgs,
} from '../../src/index.js'

export const RECORDED = new URL('data/families.json', import.meta.url)

export interface RecordedFamily {
  readonly name: string
  readonly id: number
  readonly version: number
  readonly hdrsize: number
  readonly maxattr: number
  readonly ops: readonly { readonly cmd: number; readonly flags: number }[]
  readonly groups: readonly { readonly id: number; readonly name: string }[]
}

/** The numbers of NL_POLICY_TYPE_ATTR_* by attribute. */
export type RecordedAttribute = ReadonlyMap<number, bigint>

export interface RecordedPolicies {
  /** Which policy a command has, in the order of the answer; cmd 0 where it has only a dump. */
  readonly ops: readonly { readonly cmd: number; readonly do?: number; readonly dump?: number }[]
  /** By number, then by attribute. */
  readonly tables: ReadonlyMap<number, ReadonlyMap<number, RecordedAttribute>>
}

interface RecordedStep {
  readonly call: string
  readonly result: { readonly data?: string }
}

/** The payloads of all answers of a scenario whose type is the controller's. */
function answersOf(scenario: string): Uint8Array[] {
  const all = JSON.parse(readFileSync(RECORDED, 'utf8')) as { name: string; steps: RecordedStep[] }[]
  const found = all.find(({ name }) => name === scenario)
  const datagrams = (found?.steps ?? []).flatMap(({ call, result }) =>
    call === 'recvmsg' && result.data !== undefined ? [new Symbols().bytes(parseHex(result.data))] : [],
  )
  return datagrams.flatMap((datagram) =>
    [...nlmsgs(datagram)]
      .filter(({ header }) => header.nlmsg_type === GENL_ID_CTRL)
      .map(({ payload }) => decodeGenlmsg(payload).attrs),
  )
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the recording lacks an attribute')
  return value
}

const inside = (attr: Nlattr | undefined) => (attr === undefined ? [] : [...nlattrs(attr.payload, NLA_HDRLEN)])
const number = (array: Uint8Array, type: number) => nla_get_u32(must(nla_find(array, type)))

/** The families of the dump, by id, without the controller. */
export function recordedFamilies(): RecordedFamily[] {
  return answersOf('families/dump')
    .map((payload) => ({
      name: nla_get_string(must(nla_find(payload, CTRL_ATTR_FAMILY_NAME))),
      id: nla_get_u16(must(nla_find(payload, CTRL_ATTR_FAMILY_ID))),
      version: number(payload, CTRL_ATTR_VERSION),
      hdrsize: number(payload, CTRL_ATTR_HDRSIZE),
      maxattr: number(payload, CTRL_ATTR_MAXATTR),
      ops: inside(nla_find(payload, CTRL_ATTR_OPS)).map((op) => ({
        cmd: number(op.payload, CTRL_ATTR_OP_ID),
        flags: number(op.payload, CTRL_ATTR_OP_FLAGS),
      })),
      groups: inside(nla_find(payload, CTRL_ATTR_MCAST_GROUPS)).map((group) => ({
        id: number(group.payload, CTRL_ATTR_MCAST_GRP_ID),
        name: nla_get_string(must(nla_find(group.payload, CTRL_ATTR_MCAST_GRP_NAME))),
      })),
    }))
    .filter(({ name }) => name !== 'nlctrl')
}

/** The policies of a family. */
export function recordedPolicies(family: string): RecordedPolicies {
  const ops: RecordedPolicies['ops'][number][] = []
  const tables = new Map<number, Map<number, RecordedAttribute>>()
  for (const payload of answersOf(`families/getpolicy-${family}`)) {
    for (const op of inside(nla_find(payload, CTRL_ATTR_OP_POLICY))) {
      const of = (type: number) => inside(op).find((attr) => attr.type === type)
      const told = { do: of(CTRL_ATTR_POLICY_DO), dump: of(CTRL_ATTR_POLICY_DUMP) }
      ops.push({
        cmd: op.type,
        ...(told.do && { do: nla_get_u32(told.do) }),
        ...(told.dump && { dump: nla_get_u32(told.dump) }),
      })
    }
    for (const policy of inside(nla_find(payload, CTRL_ATTR_POLICY))) {
      const table = tables.get(policy.type) ?? new Map<number, RecordedAttribute>()
      tables.set(policy.type, table)
      for (const attr of inside(policy)) table.set(attr.type, attributeOf(attr))
    }
  }
  return { ops, tables }
}

/** NL_POLICY_TYPE_ATTR_MIN_VALUE_S and _MAX_VALUE_S: the only ones with a sign. */
const SIGNED: ReadonlySet<number> = new Set([2, 3])

function attributeOf(attr: Nlattr): RecordedAttribute {
  const value = (one: Nlattr) => (SIGNED.has(one.type) ? nla_get_sint(one) : nla_get_uint(one))
  return new Map(inside(attr).map((one) => [one.type, value(one)]))
}
