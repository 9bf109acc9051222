// struct genlmsghdr, what follows the nlmsghdr of every generic netlink message.

import { GENL_HDRLEN } from '../../assembly/uapi/constants.js'
import { asObject, bytes, u16 } from './args.js'
import { getU16, setU16, shortFor, structView, viewOf } from './bytes.js'
import { encodeNlmsg, type Nlmsghdr } from './nlmsg.js'

/** The header of generic netlink (linux/genetlink.h): cmd and version 8 bits, reserved 16. */
export interface Genlmsghdr {
  readonly cmd: number
  /** The family's version in what the kernel sends; nobody looks at it in a request. */
  readonly version: number
  /** 0 if it is left out. */
  readonly reserved?: number
}

/** What is behind the nlmsghdr of a message. */
export interface Genlmsg {
  readonly genlhdr: Genlmsghdr
  /** The bytes behind the header (the family's own header, if it has one, and attributes): a view, no copy. */
  readonly attrs: Uint8Array
}

/** The 4 bytes of a header. TypeError, RangeError for fields that are no numbers of their width. */
export function encodeGenlmsghdr(genlhdr: Genlmsghdr): Uint8Array {
  const { cmd, version, reserved = 0 } = asObject(genlhdr, 'genlhdr')
  const array = new Uint8Array(GENL_HDRLEN)
  const view = viewOf(array)
  setU16(view, 0, u8(cmd, 'cmd') | (u8(version, 'version') << 8))
  setU16(view, 2, u16(reserved, 'reserved'))
  return array
}

/** The header in the first 4 bytes; `reserved` only where it is not 0. RangeError if there are fewer. */
export function decodeGenlmsghdr(array: Uint8Array): Genlmsghdr {
  const view = structView(array, GENL_HDRLEN, 'genlmsghdr')
  const header = { cmd: view.getUint8(0), version: view.getUint8(1) }
  const reserved = getU16(view, 2)
  return reserved === 0 ? header : { ...header, reserved }
}

/** The same as {@link decodeGenlmsghdr}; null where that throws RangeError. */
export function tryDecodeGenlmsghdr(array: Uint8Array): Genlmsghdr | null {
  return shortFor(array, GENL_HDRLEN, 'genlmsghdr') === null ? decodeGenlmsghdr(array) : null
}

/**
 * A message as a program sends it.
 *
 * @param header nlmsg_type is the family's id; fields left out are 0
 * @param payload what follows both headers, mostly attributes
 * @throws TypeError, RangeError for fields that are no numbers of their width
 * @example
 * const attrs = new NlattrWriter()
 * attrs.nla_put_string(CTRL_ATTR_FAMILY_NAME, 'nlctrl')
 * const header = { nlmsg_type: GENL_ID_CTRL, nlmsg_flags: NLM_F_REQUEST, nlmsg_seq: 1 }
 * socket.send(encodeGenlmsg(header, { cmd: CTRL_CMD_GETFAMILY, version: 1 }, attrs.toBytes()))
 */
export function encodeGenlmsg(
  header: Partial<Nlmsghdr>,
  genlhdr: Genlmsghdr,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const body = new Uint8Array(GENL_HDRLEN + bytes(payload, 'payload').length)
  body.set(encodeGenlmsghdr(genlhdr))
  body.set(payload, GENL_HDRLEN)
  return encodeNlmsg(header, body)
}

/**
 * The payload of a netlink message as generic netlink.
 *
 * @throws RangeError if there are fewer than 4 bytes
 * @example
 * for (const { header, payload } of nlmsgs(datagram)) {
 *   const { genlhdr, attrs } = decodeGenlmsg(payload)
 *   for (const attr of nlattrs(attrs)) console.log(genlhdr.cmd, attr.type)
 * }
 */
export function decodeGenlmsg(payload: Uint8Array): Genlmsg {
  return { genlhdr: decodeGenlmsghdr(payload), attrs: payload.subarray(GENL_HDRLEN) }
}

/** The same as {@link decodeGenlmsg}; null where that throws RangeError. */
export function tryDecodeGenlmsg(payload: Uint8Array): Genlmsg | null {
  return shortFor(payload, GENL_HDRLEN, 'genlmsghdr') === null ? decodeGenlmsg(payload) : null
}

function u8(value: number, name: string): number {
  if (typeof value === 'number' && (value & 0xff) === value) return value
  if (typeof value === 'number') throw new RangeError(`${name} must be an integer from 0 to 255, not ${value}`)
  throw new TypeError(`${name} must be a number`)
}
