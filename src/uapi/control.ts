// The data of the control messages that netlink sockets give and take: credentials, and the group of a message.

import { i32, u32 } from './args.js'
import { getI32, getU32, setU32, structView, viewOf } from './bytes.js'
import { NL_PKTINFO, UCRED } from './layout.js'

/** struct ucred, the data of SCM_CREDENTIALS: who sent a message (unix(7), sys/socket.h). */
export interface Ucred {
  /** A process id, signed. */
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/** struct nl_pktinfo, the data of NETLINK_PKTINFO (netlink(7), linux/netlink.h). */
export interface NlPktinfo {
  /** The number of the group that the sender named, 0 for none. */
  readonly group: number
}

/** The 12 bytes of credentials. TypeError, RangeError for fields that are no numbers of their width. */
export function encodeUcred({ pid, uid, gid }: Ucred): Uint8Array {
  const array = new Uint8Array(UCRED.size)
  const view = viewOf(array)
  setU32(view, UCRED.pid, i32(pid, 'pid'))
  setU32(view, UCRED.uid, u32(uid, 'uid'))
  setU32(view, UCRED.gid, u32(gid, 'gid'))
  return array
}

/**
 * The credentials in the first 12 bytes. RangeError if there are fewer (the kernel cuts what does not fit: MSG_CTRUNC).
 */
export function decodeUcred(array: Uint8Array): Ucred {
  const view = structView(array, UCRED.size, 'ucred')
  return { pid: getI32(view, UCRED.pid), uid: getU32(view, UCRED.uid), gid: getU32(view, UCRED.gid) }
}

/** The 4 bytes of a struct nl_pktinfo. TypeError, RangeError if the group is no number of its width. */
export function encodeNlPktinfo({ group }: NlPktinfo): Uint8Array {
  const array = new Uint8Array(NL_PKTINFO.size)
  setU32(viewOf(array), NL_PKTINFO.group, u32(group, 'group'))
  return array
}

/** The group in the first 4 bytes. RangeError if there are fewer. */
export function decodeNlPktinfo(array: Uint8Array): NlPktinfo {
  return { group: getU32(structView(array, NL_PKTINFO.size, 'nl_pktinfo'), NL_PKTINFO.group) }
}
