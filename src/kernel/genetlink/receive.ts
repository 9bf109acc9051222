// A request on its way to its family: every check in Linux's order, then the do or the dump (test/genetlink).

import type { Kernel, KernelSocket, NetlinkCallback, NlmsgView, SkBuff } from '../../api.js'
import {
  CAP_NET_ADMIN,
  decodeGenlmsghdr,
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  EPERM,
  GENL_ADMIN_PERM,
  GENL_HDRLEN,
  GENL_UNS_ADMIN_PERM,
  NLM_F_DUMP,
  NLMSG_HDRLEN,
  type Nlmsghdr,
  nlaAlign,
} from '../../uapi/index.js'
import type { GenlCallback, GenlInfo } from './family.js'
import { type NlattrTable, nla_parse } from './nla-parse.js'
import { NL_SET_ERR_MSG, type NlExtAck } from './nla-policy.js'
import type { AttributeRules, Registered, RegisteredOp } from './registered.js'

/** What a request needs to be served. */
export interface Server {
  readonly kernel: Kernel
  readonly ksock: KernelSocket
  readonly byId: (id: number) => Registered | undefined
}

/** Answers a request: 0, -errno, or -EINTR for a dump that runs. */
export function receive(server: Server, skb: SkBuff, nlh: NlmsgView, extack: NlExtAck): number {
  const family = server.byId(nlh.nlmsg_type)
  if (family === undefined) return -ENOENT
  if (nlh.payload.length < GENL_HDRLEN + family.hdrsize) return -EINVAL
  const { cmd, reserved = 0 } = decodeGenlmsghdr(nlh.payload)
  if (reserved !== 0 && cmd >= (family.family.resv_start_op ?? 0)) {
    NL_SET_ERR_MSG(extack, 'genlmsghdr.reserved field is not 0')
    return -EINVAL
  }
  const op = family.ops.get(cmd)
  const wantsDump = (nlh.nlmsg_flags & NLM_F_DUMP) === NLM_F_DUMP
  if (op === undefined || !(wantsDump ? op.ops.dumpit : op.ops.doit)) return -EOPNOTSUPP
  if (!isAllowed(server, skb, op)) return -EPERM
  return wantsDump ? startDump(server, family, op, skb, nlh, extack) : runDo(family, op, skb, nlh, extack)
}

function isAllowed({ kernel }: Server, skb: SkBuff, { ops }: RegisteredOp): boolean {
  const privileged = ((ops.flags ?? 0) & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM)) !== 0
  return !privileged || kernel.netlink_capable(skb, CAP_NET_ADMIN)
}

/** The bytes of a request that outlive its datagram, or do not. */
interface Request {
  readonly nlh: Nlmsghdr
  readonly payload: Uint8Array
  readonly portid: number
  readonly skb: SkBuff | null
}

function infoOf(family: Registered, { nlh, payload, portid, skb }: Request, attrs: NlattrTable, extack: NlExtAck) {
  return {
    snd_seq: nlh.nlmsg_seq,
    snd_portid: portid,
    family: family.family,
    nlhdr: nlh,
    genlhdr: decodeGenlmsghdr(payload),
    userhdr: payload.subarray(GENL_HDRLEN, GENL_HDRLEN + family.hdrsize),
    attrs,
    extack,
    skb,
    user_ptr: undefined as unknown,
  } satisfies GenlInfo
}

function parseInto(
  attrs: NlattrTable,
  family: Registered,
  rules: AttributeRules | null | undefined,
  payload: Uint8Array,
  extack: NlExtAck,
): number {
  if (!rules) return 0
  const header = GENL_HDRLEN + nlaAlign(family.hdrsize)
  const options = { validate: rules.validate, base: NLMSG_HDRLEN + header }
  return nla_parse(attrs, rules.maxattr, payload.subarray(header), rules.policy, extack, options)
}

function runDo(family: Registered, op: RegisteredOp, skb: SkBuff, nlh: NlmsgView, extack: NlExtAck): number {
  const attrs: NlattrTable = []
  const error = parseInto(attrs, family, op.rules.do, nlh.payload, extack)
  if (error < 0) return error
  const { pre_doit, post_doit } = family.family
  const info = infoOf(family, { nlh, payload: nlh.payload, portid: skb.portid, skb }, attrs, extack)
  const refused = pre_doit?.(op.ops, info) ?? 0
  if (refused !== 0) return refused
  try {
    return op.ops.doit?.(info) ?? -EOPNOTSUPP
  } finally {
    post_doit?.(op.ops, info)
  }
}

function startDump(
  { kernel, ksock, byId }: Server,
  family: Registered,
  op: RegisteredOp,
  skb: SkBuff,
  nlh: NlmsgView,
  extack: NlExtAck,
): number {
  const { start, dumpit, done } = op.ops
  let callback: GenlCallback | undefined
  // Of a family that was unregistered meanwhile nothing is called: its module may be gone.
  const isThere = () => byId(family.id) === family
  return kernel.netlink_dump_start(ksock, skb, nlh, {
    start: (cb) => {
      const attrs: NlattrTable = []
      const error = parseInto(attrs, family, op.rules.dump, cb.payload, extack)
      if (error < 0) return error
      const request = { nlh: cb.nlh, payload: cb.payload, portid: cb.portid, skb }
      const info = infoOf(family, request, attrs, extack)
      callback = callbackOf(cb, info)
      const refused = start?.(callback) ?? 0
      // The datagram is gone when the next part is made.
      info.skb = null
      return refused
    },
    dump: (part) => (isThere() ? ((callback && dumpit?.(part, callback)) ?? 0) : -ENOENT),
    done: () => (callback && isThere() && done?.(callback)) || 0,
  })
}

function callbackOf({ nlh, portid, seq, args }: NetlinkCallback, info: GenlInfo): GenlCallback {
  return { nlh, portid, seq, args, data: undefined, info }
}
