// struct sockaddr_nl, the address of a netlink socket.

import { AF_NETLINK } from '../../assembly/uapi/constants.js'
import { asObject, u16, u32 } from './args.js'
import { getU16, getU32, setU16, setU32, shortFor, structView, viewOf } from './bytes.js'
import { SOCKADDR_NL } from './layout.js'

/** An address (netlink(7), linux/netlink.h). */
export interface SockaddrNl {
  /** AF_NETLINK in every address that the kernel gives. */
  readonly nl_family: number
  /** Ignored by the kernel; 0 if it is left out. */
  readonly nl_pad?: number
  /** The port, 0 for the kernel. */
  readonly nl_pid: number
  /** Groups 1 to 32, a bit each, group 1 the lowest. */
  readonly nl_groups: number
}

/**
 * The 12 bytes of an address. Fields left out are 0, nl_family is AF_NETLINK.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width
 * @example encodeSockaddrNl({ nl_groups: 1 })
 */
export function encodeSockaddrNl(addr: Partial<SockaddrNl>): Uint8Array {
  const array = new Uint8Array(SOCKADDR_NL.size)
  const view = viewOf(array)
  setU16(view, SOCKADDR_NL.nl_family, u16(asObject(addr, 'addr').nl_family ?? AF_NETLINK, 'nl_family'))
  setU16(view, SOCKADDR_NL.nl_pad, u16(addr.nl_pad ?? 0, 'nl_pad'))
  setU32(view, SOCKADDR_NL.nl_pid, u32(addr.nl_pid ?? 0, 'nl_pid'))
  setU32(view, SOCKADDR_NL.nl_groups, u32(addr.nl_groups ?? 0, 'nl_groups'))
  return array
}

/**
 * The address in the first 12 bytes; nl_pad only where it is not 0.
 *
 * @throws RangeError if there are fewer than 12 bytes
 */
export function decodeSockaddrNl(array: Uint8Array): SockaddrNl {
  const view = structView(array, SOCKADDR_NL.size, 'sockaddr_nl')
  const nl_pad = getU16(view, SOCKADDR_NL.nl_pad)
  const addr = {
    nl_family: getU16(view, SOCKADDR_NL.nl_family),
    nl_pid: getU32(view, SOCKADDR_NL.nl_pid),
    nl_groups: getU32(view, SOCKADDR_NL.nl_groups),
  }
  return nl_pad === 0 ? addr : { ...addr, nl_pad }
}

/** The same as {@link decodeSockaddrNl}; null where that throws RangeError. */
export function tryDecodeSockaddrNl(array: Uint8Array): SockaddrNl | null {
  return shortFor(array, SOCKADDR_NL.size, 'sockaddr_nl') === null ? decodeSockaddrNl(array) : null
}
