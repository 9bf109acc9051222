// What a family is: its commands, its groups, and what its functions are called with.

import type { DumpSkb, SkBuff } from '../../api.js'
import type { Genlmsghdr, Nlmsghdr } from '../../uapi/index.js'
import type { NlattrTable } from './nla-parse.js'
import type { NlaPolicies, NlExtAck } from './nla-policy.js'

// Flags of `validate` (inside the kernel, net/genetlink.h).

/** The do is older than strict validation. */
export const GENL_DONT_VALIDATE_STRICT = 1
/** The attributes of the dump are not read at all. */
export const GENL_DONT_VALIDATE_DUMP = 2
/** The dump is older than strict validation. */
export const GENL_DONT_VALIDATE_DUMP_STRICT = 4

/** A multicast group of a family. Groups are named by their place in the family's list, from 0. */
export interface GenlMulticastGroup {
  /** 1 to 15 bytes. */
  readonly name: string
}

/** A request as the functions of a family see it (struct genl_info). */
export interface GenlInfo {
  readonly snd_seq: number
  readonly snd_portid: number
  readonly family: GenlFamily
  readonly nlhdr: Nlmsghdr
  readonly genlhdr: Genlmsghdr
  /** The family's own header, hdrsize bytes. */
  readonly userhdr: Uint8Array
  /** By type; empty for a command without a policy. In a doit valid until it returns, in a dump until its end. */
  readonly attrs: Readonly<NlattrTable>
  /** Texts, blame, cookie for who has NETLINK_EXT_ACK on. */
  readonly extack: NlExtAck
  /** The datagram that the request came in, for netlink_capable(); in a dump only during start. */
  readonly skb: SkBuff | null
  /** Between pre_doit, doit and post_doit. */
  user_ptr: unknown
}

/** A dump as its functions see it. */
export interface GenlCallback {
  readonly nlh: Nlmsghdr
  readonly portid: number
  readonly seq: number
  /** Six numbers for the functions' own use, 0 at first. */
  readonly args: number[]
  data: unknown
  readonly info: GenlInfo
}

/** One command of a family: doit, dumpit or both. */
export interface GenlOps {
  /** 0 to 255. */
  readonly cmd: number
  /** GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM: both ask for CAP_NET_ADMIN. The GENL_CMD_CAP_* bits are made from the rest. */
  readonly flags?: number
  /** GENL_DONT_VALIDATE_* bits. */
  readonly validate?: number
  /** What attributes may be; by default the family's. null: attributes are not read. */
  readonly policy?: NlaPolicies | null
  /** The highest attribute; by default the highest of `policy`. */
  readonly maxattr?: number
  /** The policy of the dump, where it has another one. */
  readonly dump_policy?: NlaPolicies | null
  readonly dump_maxattr?: number
  /** Answers a request: 0, or -errno, which becomes the answer. */
  readonly doit?: (info: GenlInfo) => number
  /** Before the first part of a dump; -errno is the answer then, and there is no dump. */
  readonly start?: (cb: GenlCallback) => number
  /** Fills a part of a dump: skb.len to be called again, 0 at the end, -errno to end with that error. */
  readonly dumpit?: (skb: DumpSkb, cb: GenlCallback) => number
  /** Once, after the dump's end, or when the socket is closed before. */
  readonly done?: (cb: GenlCallback) => number
}

/** A family. genl_register_family() writes `id` and `mcgrp_offset`, the rest is the caller's. */
export interface GenlFamily {
  /** 1 to 15 bytes. */
  readonly name: string
  /** 0 to 255; told to who asks, and put into each message. */
  readonly version?: number
  /** Bytes of the family's own header between genlmsghdr and the attributes; 0 by default. */
  readonly hdrsize?: number
  /** The highest attribute; by default the highest of `policy`. Told to who asks. */
  readonly maxattr?: number
  /** What attributes may be, for the commands that have no policy of their own. */
  readonly policy?: NlaPolicies
  readonly ops?: readonly GenlOps[]
  readonly mcgrps?: readonly GenlMulticastGroup[]
  /** Whether other network namespaces than the initial one see it. Kernel sockets are in the initial one only, here. */
  readonly netnsok?: boolean
  /** From this command on genlmsghdr.reserved must be 0; 0 by default. */
  readonly resv_start_op?: number
  /** Before each doit; -errno is the answer then. */
  readonly pre_doit?: (ops: GenlOps, info: GenlInfo) => number
  /** After each doit that pre_doit let pass. */
  readonly post_doit?: (ops: GenlOps, info: GenlInfo) => void
  /** Somebody joins one of its groups, by place; -errno refuses. */
  readonly bind?: (mcgrp: number) => number
  /** Somebody leaves one of its groups. */
  readonly unbind?: (mcgrp: number) => void
  /** The message type of its requests, from genl_register_family() on. */
  id?: number
  /** The number of its first group, from genl_register_family() on; the others follow. */
  mcgrp_offset?: number
}

/**
 * Whether an attribute that is needed is missing; if so the extended acknowledgement names it, and -EINVAL is the answer.
 *
 * @example if (GENL_REQ_ATTR_CHECK(info, COUNTER_ATTR_NAME)) return -EINVAL
 */
export function GENL_REQ_ATTR_CHECK(info: GenlInfo, attr: number): boolean {
  if (info.attrs[attr] !== undefined) return false
  info.extack.miss_type = attr
  return true
}
