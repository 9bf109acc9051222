// What kernel code is given: messages, who sent them, requests and their answers, dumps, notices.

import type { CnMsg, Nlmsghdr } from '../uapi/index.js'

/** The credentials that travel with a message: process id, user id, group id, as the receiver's world numbers them. */
export interface Creds {
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/** What the kernel knows about a message beside its bytes. Valid until the callback returns. */
export interface NetlinkSkbParms {
  /** The sender's port. */
  readonly portid: number
  /** The group that the sender named, 0 for none. */
  readonly dst_group: number
  readonly creds: Creds
}

/** A message handed to a kernel socket's input function, where it lies: valid until the function returns. */
export interface SkBuff extends NetlinkSkbParms {
  readonly data: Uint8Array
  /** The same bytes as little-endian u32, the last one padded with zeros. No property that is listed, spread or compared. */
  readonly words: Uint32Array
}

/** A connector message where it lies in the kernel's memory. */
export interface CnMsgInPlace extends CnMsg {
  /** `data` as little-endian u32, the last one padded with zeros. No property that is listed, spread or compared. */
  readonly words: Uint32Array
}

/** A connector callback. `msg`, its data and `nsp` are valid until it returns; copy what must live longer. */
export type CnCallback = (msg: CnMsgInPlace, nsp: NetlinkSkbParms) => void

/** A kernel socket; a name for netlink_unicast() and its like. */
export interface KernelSocket {
  readonly protocol: number
}

export interface NetlinkKernelCfg {
  /** How many groups the protocol has; 32 is the least. */
  readonly groups?: number
  /** NL_CFG_F_NONROOT_RECV, NL_CFG_F_NONROOT_SEND. */
  readonly flags?: number
  /** Called for every datagram to port 0, inside the sender's call. Without it every send is ECONNREFUSED. */
  readonly input?: (skb: SkBuff) => void
  /** Called before a socket joins a group; a negative result refuses and becomes the caller's error. */
  readonly bind?: (group: number) => number
  /** Called when a socket leaves a group. */
  readonly unbind?: (group: number) => void
  /**
   * Saves what the hooks keep outside of the machine: called for each snapshot(); what it gives is called for each rewind() to that
   * one, and puts it back.
   */
  readonly keep?: () => () => void
}

/** A request inside a datagram. `payload` is a view, valid until the handler returns. */
export interface NlmsgView extends Nlmsghdr {
  readonly payload: Uint8Array
  /** Where its header begins in the datagram. */
  readonly offset: number
}

/** What a handler may add to the answer, for who has NETLINK_EXT_ACK on. */
export interface NetlinkExtAck {
  /** A text. */
  _msg?: string
  /** Where the attribute to blame begins, counted from the request's header; told with errors only. */
  bad_attr?: number
  /** At most 20 bytes. */
  cookie?: Uint8Array
  /** What the refused attribute should have been: the payload of NLMSGERR_ATTR_POLICY; told with errors only. */
  policy?: Uint8Array
  /** Which attribute is missing (NLMSGERR_ATTR_MISS_TYPE); told with errors only. */
  miss_type?: number
  /** In which nested attribute it is missing: where that one begins, counted from the request's header. */
  miss_nest?: number
}

/** 0, or -errno, which becomes the answer; -EINTR for no answer at all. */
export type NlmsgHandler = (skb: SkBuff, nlh: NlmsgView, extack: NetlinkExtAck) => number

/** A dump as its hooks see it. */
export interface NetlinkCallback {
  /** The request's header and a copy of its payload. */
  readonly nlh: Nlmsghdr
  readonly payload: Uint8Array
  /** The requester's port. */
  readonly portid: number
  readonly seq: number
  /** Six numbers for the hook's own use, 0 at first. They go back with rewind(); what a hook keeps elsewhere does not. */
  readonly args: number[]
  data: unknown
}

/** One part of a dump on its way. */
export interface DumpSkb {
  /** Bytes put so far. */
  readonly len: number
  /** Bytes that still fit. */
  readonly tailroom: number
  /** Puts a message, padded to a multiple of 4; false if it does not fit. */
  nlmsg_put(portid: number, seq: number, type: number, payload: Uint8Array, flags: number): boolean
}

export interface NetlinkDumpControl {
  /** Before the first part; -errno ends it. */
  start?(cb: NetlinkCallback): number
  /** Fills a part: skb.len to be called again, 0 at the end, -errno to end with that error. */
  dump(skb: DumpSkb, cb: NetlinkCallback): number
  /** Once, after the end, or when the socket is closed before. */
  done?(cb: NetlinkCallback): number
  data?: unknown
  /** The least room of a part, in bytes. */
  min_dump_alloc?: number
}

/** Which member a broadcast is about to reach. */
export interface BroadcastMember {
  readonly portid: number
}

/** struct netlink_notify: which bound socket was closed (NETLINK_URELEASE). */
export interface NetlinkNotify {
  readonly protocol: number
  readonly portid: number
}

export interface NotifyRange {
  readonly first: number
  readonly range: number
}

/** Which ids to watch. An id matches if some idx range holds its idx and some val range its val. */
export interface NotificationRequest {
  readonly idx: readonly NotifyRange[]
  readonly val: readonly NotifyRange[]
  /** Where the notices go; 0 takes every equal request back. */
  readonly group: number
}
