// Families of the names, numbers and policies that a real kernel's families have, whose functions do nothing: what the
// recordings of those families are played against.

import {
  GENL_ADMIN_PERM,
  GENL_CMD_CAP_DO,
  GENL_CMD_CAP_DUMP,
  GENL_CMD_CAP_HASPOL,
  GENL_DONT_VALIDATE_STRICT,
  GENL_ID_PMCRAID,
  GENL_START_ALLOC,
  GENL_UNS_ADMIN_PERM,
  type Genetlink,
  type GenlFamily,
  type GenlOps,
  NLA_BE32,
  type NlaPolicies,
  type NlaPolicy,
  type NlaType,
} from '../../src/index.js'
import {
  type RecordedAttribute,
  type RecordedFamily,
  type RecordedPolicies,
  recordedFamilies,
  recordedPolicies,
} from './recorded-families.js'

/** What GETPOLICY does not tell: whether a family is lenient, and from which command on the reserved field counts. */
const UNTOLD: Readonly<Record<string, { readonly lenient: boolean; readonly resv_start_op: number }>> = {
  netdev: { lenient: false, resv_start_op: 0 },
  ethtool: { lenient: false, resv_start_op: 45 },
  mptcp_pm: { lenient: true, resv_start_op: 12 },
  tcp_metrics: { lenient: true, resv_start_op: 3 },
  SEG6: { lenient: true, resv_start_op: 5 },
  IOAM6: { lenient: true, resv_start_op: 8 },
}

const TYPES: readonly (NlaType | undefined)[] = [
  undefined,
  'NLA_FLAG',
  'NLA_U8',
  'NLA_U16',
  'NLA_U32',
  'NLA_U64',
  'NLA_S8',
  'NLA_S16',
  'NLA_S32',
  'NLA_S64',
  'NLA_BINARY',
  'NLA_STRING',
  'NLA_NUL_STRING',
  'NLA_NESTED',
  'NLA_NESTED_ARRAY',
  'NLA_BITFIELD32',
  'NLA_SINT',
  'NLA_UINT',
]

// enum netlink_policy_type_attr (linux/netlink.h).
const TYPE = 1
const MIN_S = 2
const MAX_S = 3
const MIN_U = 4
const MAX_U = 5
const MIN_LENGTH = 6
const MAX_LENGTH = 7
const IDX = 8
const MAXTYPE = 9
const MASK = 12

/** The first group that is given out. */
const FIRST_GROUP = 2

/** Registers all of them, with the ids and groups of the recording. */
export function registerStandIns(genl: Genetlink): void {
  const all = recordedFamilies().filter(({ id }) => id > GENL_ID_PMCRAID)
  const fillers: GenlFamily[] = []
  let id = GENL_START_ALLOC
  let group = FIRST_GROUP
  all.forEach((recorded, place) => {
    // The numbers in between belong to families that a namespace of its own does not see: ids, and groups before the next.
    for (; id < recorded.id; id++) {
      const next = all.slice(place).find(({ groups }) => groups.length > 0)?.groups[0]?.id ?? group
      fillers.push(filler(id, next - group))
      group = next
    }
    for (const family of [...fillers.filter((one) => one.id === undefined), standIn(recorded)]) {
      const error = genl.genl_register_family(family)
      if (error !== 0) throw new Error(`${family.name}: ${error}`)
    }
    id++
    group += recorded.groups.length
  })
  for (const one of fillers) genl.genl_unregister_family(one)
}

function filler(id: number, groups: number): GenlFamily {
  return { name: `filler ${id}`, mcgrps: Array.from({ length: groups }, (_, i) => ({ name: `group ${i}` })) }
}

function standIn(recorded: RecordedFamily): GenlFamily {
  const { name, version, hdrsize, maxattr, ops, groups } = recorded
  const policies = recordedPolicies(name)
  const tables = tablesOf(policies)
  const told = [...policies.ops]
  const untold = UNTOLD[name] ?? { lenient: false, resv_start_op: 0 }
  return {
    ...{ name, version, hdrsize, maxattr, mcgrps: groups, resv_start_op: untold.resv_start_op },
    ops: ops.map(({ cmd, flags }): GenlOps => {
      const place =
        flags & GENL_CMD_CAP_HASPOL ? told.findIndex((op) => op.cmd === (flags & GENL_CMD_CAP_DO ? cmd : 0)) : -1
      const [op] = place < 0 ? [] : told.splice(place, 1)
      return {
        cmd,
        flags: flags & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM),
        validate: untold.lenient ? GENL_DONT_VALIDATE_STRICT : 0,
        policy: tables.get(op?.do ?? -1) ?? null,
        dump_policy: tables.get(op?.dump ?? -1) ?? null,
        ...(flags & GENL_CMD_CAP_DO ? { doit: () => 0 } : {}),
        ...(flags & GENL_CMD_CAP_DUMP ? { dumpit: () => 0 } : {}),
      }
    }),
  }
}

/** The tables with each other inside. Tables are objects that get their entries when all of them are there. */
function tablesOf({ tables }: RecordedPolicies): ReadonlyMap<number, NlaPolicies> {
  const made = new Map([...tables.keys()].map((index) => [index, {} as Record<number, NlaPolicy>]))
  for (const [index, attributes] of tables) {
    for (const [type, told] of attributes) made.get(index)![type] = policyOf(told, made)
    // The IPv4 address of mptcp_pm: a number in network byte order, which is never told.
    if (attributes.has(4) && !attributes.has(3) && attributes.get(4)?.get(MIN_LENGTH) === 16n) {
      made.get(index)![3] = { type: NLA_BE32 }
    }
  }
  return made
}

function policyOf(told: RecordedAttribute, tables: ReadonlyMap<number, NlaPolicies>): NlaPolicy {
  const type = TYPES[Number(told.get(TYPE))]!
  const inside = told.get(IDX)
  const min = told.get(MIN_U) ?? told.get(MIN_S) ?? (told.has(MAX_LENGTH) ? told.get(MIN_LENGTH) : undefined)
  const max = told.get(MAX_U) ?? told.get(MAX_S) ?? (told.has(MIN_LENGTH) ? told.get(MAX_LENGTH) : undefined)
  const mask = told.get(MASK)
  const len = told.has(MIN_LENGTH) ? undefined : told.get(MAX_LENGTH)
  return {
    type,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(mask === undefined ? {} : { mask }),
    ...(len === undefined ? {} : { len: Number(len) }),
    ...(inside === undefined ? {} : { policy: tables.get(Number(inside))!, maxattr: Number(told.get(MAXTYPE)) }),
  }
}
