// The controller: the family that tells of all families. GETFAMILY by name, by id and as a dump, GETPOLICY, and the
// notices of its group when families come and go.

import type { DumpSkb } from '../../api.js'
import {
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_ATTR_HDRSIZE,
  CTRL_ATTR_MAXATTR,
  CTRL_ATTR_MCAST_GROUPS,
  CTRL_ATTR_MCAST_GRP_ID,
  CTRL_ATTR_MCAST_GRP_NAME,
  CTRL_ATTR_OP,
  CTRL_ATTR_OP_FLAGS,
  CTRL_ATTR_OP_ID,
  CTRL_ATTR_OPS,
  CTRL_ATTR_VERSION,
  CTRL_CMD_GETFAMILY,
  CTRL_CMD_GETPOLICY,
  CTRL_CMD_NEWFAMILY,
  EINVAL,
  EMSGSIZE,
  ENODATA,
  ENOENT,
  GENL_CMD_CAP_DO,
  GENL_CMD_CAP_DUMP,
  GENL_CMD_CAP_HASPOL,
  NLM_F_MULTI,
  nla_get_string,
  nla_get_u16,
  nla_get_u32,
} from '../../uapi/index.js'
import { GENL_DONT_VALIDATE_STRICT, type GenlCallback, type GenlFamily, type GenlInfo } from './family.js'
import { type GenlSkb, genlmsg_put, genlmsg_put_reply } from './message.js'
import { NL_SET_BAD_ATTR, NLA_NUL_STRING, NLA_U16, NLA_U32, type NlaPolicies } from './nla-policy.js'
import { familyPolicies, opPolicies, type PutAnswer } from './policy-dump.js'
import type { Registered, RegisteredOp } from './registered.js'

/** The families that there are, by id, and how an answer leaves. */
export interface Families {
  byId(id: number): Registered | undefined
  byName(name: string): Registered | undefined
  /** In the order of their ids. */
  all(): readonly Registered[]
  genlmsg_reply(msg: GenlSkb, info: GenlInfo): number
}

/** The controller as a family; its only group is "notify". */
export function nlctrl(families: Families): GenlFamily {
  const policy: NlaPolicies = {
    [CTRL_ATTR_FAMILY_ID]: { type: NLA_U16 },
    [CTRL_ATTR_FAMILY_NAME]: { type: NLA_NUL_STRING, len: 15 },
  }
  return {
    name: 'nlctrl',
    version: 2,
    netnsok: true,
    resv_start_op: CTRL_CMD_GETPOLICY + 1,
    mcgrps: [{ name: 'notify' }],
    ops: [
      {
        cmd: CTRL_CMD_GETFAMILY,
        validate: GENL_DONT_VALIDATE_STRICT,
        policy,
        doit: (info) => getFamily(families, info),
        dumpit: (skb, cb) => dumpFamilies(families, skb, cb),
      },
      {
        cmd: CTRL_CMD_GETPOLICY,
        policy: { ...policy, [CTRL_ATTR_OP]: { type: NLA_U32 } },
        start: (cb) => startPolicies(families, cb),
        dumpit: dumpPolicies,
      },
    ],
  }
}

function getFamily(families: Families, info: GenlInfo): number {
  const id = info.attrs[CTRL_ATTR_FAMILY_ID]
  const name = info.attrs[CTRL_ATTR_FAMILY_NAME]
  if (id === undefined && name === undefined) return -EINVAL
  // With both it is the name that decides.
  const found = name ? families.byName(nla_get_string(name)) : id && families.byId(nla_get_u16(id))
  if (found === undefined) return -ENOENT
  const msg = genlmsg_put_reply(info, 0, CTRL_CMD_NEWFAMILY)
  putFamily(msg, found)
  return families.genlmsg_reply(msg, info)
}

/** args[0]: the id of the last family that was put. */
function dumpFamilies(families: Families, skb: DumpSkb, cb: GenlCallback): number {
  for (const family of families.all()) {
    if (family.id <= cb.args[0]!) continue
    const msg = genlmsg_put(cb.portid, cb.seq, cb.info.family, NLM_F_MULTI, CTRL_CMD_NEWFAMILY)
    putFamily(msg, family)
    if (!msg.putInto(skb)) return skb.len || -EMSGSIZE
    cb.args[0] = family.id
  }
  // Nothing is left: the end comes with this part.
  return 0
}

/** What NEWFAMILY and DELFAMILY tell. */
export function putFamily(msg: GenlSkb, { family, id, firstGroup, hdrsize, maxattr, ops }: Registered): void {
  const { name, version = 0, mcgrps = [] } = family
  msg.nla_put_string(CTRL_ATTR_FAMILY_NAME, name)
  msg.nla_put_u16(CTRL_ATTR_FAMILY_ID, id)
  msg.nla_put_u32(CTRL_ATTR_VERSION, version)
  msg.nla_put_u32(CTRL_ATTR_HDRSIZE, hdrsize)
  msg.nla_put_u32(CTRL_ATTR_MAXATTR, maxattr)
  if (ops.size > 0) putOps(msg, [...ops.values()])
  if (mcgrps.length > 0) {
    const nest = msg.nla_nest_start_noflag(CTRL_ATTR_MCAST_GROUPS)
    for (const [i, group] of mcgrps.entries()) putGroup(msg, i + 1, firstGroup + i, group.name)
    msg.nla_nest_end(nest)
  }
}

function putOps(msg: GenlSkb, all: readonly RegisteredOp[]): void {
  const nest = msg.nla_nest_start_noflag(CTRL_ATTR_OPS)
  for (const [i, { ops, listed }] of all.entries()) {
    const one = msg.nla_nest_start_noflag(i + 1)
    const flags =
      (ops.flags ?? 0) |
      (ops.doit ? GENL_CMD_CAP_DO : 0) |
      (ops.dumpit ? GENL_CMD_CAP_DUMP : 0) |
      (listed.do || listed.dump ? GENL_CMD_CAP_HASPOL : 0)
    msg.nla_put_u32(CTRL_ATTR_OP_ID, ops.cmd)
    msg.nla_put_u32(CTRL_ATTR_OP_FLAGS, flags)
    msg.nla_nest_end(one)
  }
  msg.nla_nest_end(nest)
}

function putGroup(msg: GenlSkb, place: number, id: number, name: string): void {
  const nest = msg.nla_nest_start_noflag(place)
  msg.nla_put_u32(CTRL_ATTR_MCAST_GRP_ID, id)
  msg.nla_put_string(CTRL_ATTR_MCAST_GRP_NAME, name)
  msg.nla_nest_end(nest)
}

/** What NEWMCAST_GRP and DELMCAST_GRP tell of the group at a place. */
export function putGroupNotice(msg: GenlSkb, { family, id, firstGroup }: Registered, place: number): void {
  msg.nla_put_string(CTRL_ATTR_FAMILY_NAME, family.name)
  msg.nla_put_u16(CTRL_ATTR_FAMILY_ID, id)
  const nest = msg.nla_nest_start_noflag(CTRL_ATTR_MCAST_GROUPS)
  putGroup(msg, 1, firstGroup + place, family.mcgrps?.[place]?.name ?? '')
  msg.nla_nest_end(nest)
}

/** What a dump of policies still has to say. */
interface PolicyDump {
  readonly id: number
  readonly answers: readonly PutAnswer[]
}

function startPolicies(families: Families, cb: GenlCallback): number {
  const { attrs, extack } = cb.info
  const id = attrs[CTRL_ATTR_FAMILY_ID]
  const name = attrs[CTRL_ATTR_FAMILY_NAME]
  const cmd = attrs[CTRL_ATTR_OP]
  if (id === undefined && name === undefined) return -EINVAL
  // With both it is the id that decides.
  const found = id ? families.byId(nla_get_u16(id)) : name && families.byName(nla_get_string(name))
  if (found === undefined) return -ENOENT
  const op = cmd && found.ops.get(nla_get_u32(cmd))
  if (cmd !== undefined && op === undefined) {
    NL_SET_BAD_ATTR(extack, cmd)
    return -ENOENT
  }
  const answers = op ? opPolicies(op) : familyPolicies(found.ops.values())
  if (answers.length === 0) return -ENODATA
  cb.data = { id: found.id, answers } satisfies PolicyDump
  return 0
}

/** args[0]: how many messages were put. */
function dumpPolicies(skb: DumpSkb, cb: GenlCallback): number {
  const { id, answers } = cb.data as PolicyDump
  for (; cb.args[0]! < answers.length; cb.args[0]!++) {
    const msg = genlmsg_put(cb.portid, cb.seq, cb.info.family, NLM_F_MULTI, CTRL_CMD_GETPOLICY)
    msg.nla_put_u16(CTRL_ATTR_FAMILY_ID, id)
    answers[cb.args[0]!]!(msg)
    if (!msg.putInto(skb)) return skb.len || -EMSGSIZE
  }
  return skb.len
}
