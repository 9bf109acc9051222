// The names of constants that scenarios use, by what they name, and numbers as the recordings print them.

import {
  errnoName,
  GFP_ATOMIC,
  GFP_KERNEL,
  type NameTable,
  NETLINK_LISTEN_ALL_NSID,
  NETLINK_OPTIONS,
  NETLINK_PKTINFO,
  NL_CFG_F_NONROOT_RECV,
  NL_CFG_F_NONROOT_SEND,
  SCM_CREDENTIALS,
  SCM_PIDFD,
  SCM_RIGHTS,
  SCM_SECURITY,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCKET_OPTIONS,
  SOL_IP,
  SOL_NETLINK,
  SOL_SOCKET,
  nameOf as uapiNameOf,
} from '../../uapi/index.js'

export const LEVELS: NameTable = { SOL_SOCKET, SOL_NETLINK, SOL_IP }

/** The options of each level. */
export const OPTIONS: Readonly<Record<string, NameTable>> = {
  SOL_SOCKET: SOCKET_OPTIONS,
  SOL_NETLINK: NETLINK_OPTIONS,
}

/** The types of control messages of each level. */
export const CMSG_TYPES: Readonly<Record<string, NameTable>> = {
  SOL_SOCKET: { SCM_RIGHTS, SCM_CREDENTIALS, SCM_SECURITY, SCM_PIDFD },
  SOL_NETLINK: { NETLINK_PKTINFO, NETLINK_LISTEN_ALL_NSID },
}

export const SHUTDOWN_HOW: NameTable = { SHUT_RD, SHUT_WR, SHUT_RDWR }
export const GFP: NameTable = { GFP_KERNEL, GFP_ATOMIC }
export const KERNEL_CFG_FLAGS: NameTable = { NL_CFG_F_NONROOT_RECV, NL_CFG_F_NONROOT_SEND }

/** The name of a number, or the number where it has none. */
export function nameOf(value: number, table: NameTable = {}): string | number {
  return uapiNameOf(table, value) ?? value
}

/** The names of the bits that are set, the lowest first, and what is left as a number. */
export function flagNames(value: number, table: NameTable): (string | number)[] {
  const known = Object.entries(table).sort(([, a], [, b]) => a - b)
  const set = known.filter(([, bit]) => (value & bit) !== 0).map(([name]) => name)
  const rest = value & ~known.reduce((all, [, bit]) => all | bit, 0)
  return rest === 0 ? set : [...set, rest]
}

/** What a kernel function returned: 0, a positive number, or "-ENAME". */
export function shownReturn(ret: number): number | string {
  return ret < 0 ? `-${errnoName(ret)}` : ret
}
