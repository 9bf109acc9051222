// struct nlmsgerr, the payload of an NLMSG_ERROR message: how a request ended, and the header of that request.

import { asObject, i32 } from './args.js'
import { getI32, setU32, shortFor, structView, viewOf } from './bytes.js'
import { NLMSGERR } from './layout.js'
import { decodeNlmsghdr, encodeNlmsghdr, type Nlmsghdr } from './nlmsg.js'

/** An acknowledgement or an error (netlink(7), linux/netlink.h). */
export interface Nlmsgerr {
  /** 0 for an acknowledgement, else an error number, negative. */
  readonly error: number
  /**
   * The header of the request. Its payload follows unless the message has NLM_F_CAPPED; attributes if it has
   * NLM_F_ACK_TLVS.
   */
  readonly msg: Nlmsghdr
}

/** The 20 bytes of a struct nlmsgerr. TypeError, RangeError for fields that are no numbers of their width. */
export function encodeNlmsgerr(nlmsgerr: { error: number; msg: Partial<Nlmsghdr> }): Uint8Array {
  const { error, msg } = asObject(nlmsgerr, 'nlmsgerr')
  const array = new Uint8Array(NLMSGERR.size)
  setU32(viewOf(array), NLMSGERR.error, i32(error, 'error'))
  array.set(encodeNlmsghdr(asObject(msg, 'msg')), NLMSGERR.msg)
  return array
}

/**
 * The payload of a message of type NLMSG_ERROR; what follows the request's header is not looked at.
 *
 * @throws RangeError if there are fewer than 20 bytes
 */
export function decodeNlmsgerr(payload: Uint8Array): Nlmsgerr {
  const view = structView(payload, NLMSGERR.size, 'nlmsgerr')
  return { error: getI32(view, NLMSGERR.error), msg: decodeNlmsghdr(payload.subarray(NLMSGERR.msg)) }
}

/** The same as {@link decodeNlmsgerr}; null where that throws RangeError. */
export function tryDecodeNlmsgerr(payload: Uint8Array): Nlmsgerr | null {
  return shortFor(payload, NLMSGERR.size, 'nlmsgerr') === null ? decodeNlmsgerr(payload) : null
}
