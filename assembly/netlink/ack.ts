// netlink_ack(): the answer to a request. Shapes: conformance nl-rcv-skb, reply.
//
//   an acknowledgement
//      0 ┌──────────────────────────────────────┐
//        │ struct nlmsghdr: type NLMSG_ERROR    │
//     16 ├──────────────────────────────────────┤
//        │ error                                │ 0 or -errno, or what the handler returned
//     20 │ the request's header                 │
//     36 │ the request's payload, padded        │ errors only, and not with NETLINK_CAP_ACK
//        │ attributes: text, cookie, offset     │ with NETLINK_EXT_ACK
//        └──────────────────────────────────────┘

import {
  GFP_KERNEL,
  NLMSGERR_ATTR_COOKIE,
  NLMSGERR_ATTR_MSG,
  NLMSGERR_ATTR_OFFS,
  NLMSG_ERROR,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
} from '../uapi/constants'
import { ENOBUFS, ENOMEM } from '../uapi/errno'
import { TRANSMIT_AT, nil } from '../memory'
import { Skb, skbData } from '../skb/skb'
import { kernelSkb, kernelUnicast } from './kernelsock'
import { portFind } from './port'
import { SOCK_CAP_ACK, SOCK_EXT_ACK, Sock, setError } from './sock'
import { wakeReaders } from './wake'

const NLMSG_HEADER: u32 = 16
const NLMSGERR_BYTES: u32 = 20
const ATTRIBUTE_HEADER: u32 = 4
/** No offset of an attribute is to be told. */
const NO_OFFSET: u32 = 0xffffffff

// @ts-ignore: decorator
@inline
function align4(length: u32): u32 {
  return (length + 3) & ~3
}

// Writes an attribute, padded; where the next one goes.
function putAttribute(at: usize, type: u32, from: usize, length: u32): usize {
  const size = ATTRIBUTE_HEADER + length
  store<u16>(at, size as u16)
  store<u16>(at, type as u16, 2)
  memory.copy(at + ATTRIBUTE_HEADER, from, length)
  memory.fill(at + size, 0, align4(size) - size)
  return at + align4(size)
}

function attributeBytes(textLength: u32, cookieLength: u32, withOffset: bool, moreLength: u32): u32 {
  let bytes = moreLength
  if (textLength) bytes += align4(ATTRIBUTE_HEADER + textLength)
  if (cookieLength) bytes += align4(ATTRIBUTE_HEADER + cookieLength)
  if (withOffset) bytes += ATTRIBUTE_HEADER + 4
  return bytes
}

function putAttributes(at: usize, textLength: u32, cookieLength: u32, withOffset: bool, badOffset: u32, moreLength: u32): void {
  if (textLength) at = putAttribute(at, NLMSGERR_ATTR_MSG, TRANSMIT_AT, textLength)
  if (cookieLength) at = putAttribute(at, NLMSGERR_ATTR_COOKIE, TRANSMIT_AT + textLength, cookieLength)
  if (withOffset) {
    store<u32>(at, (NLMSGERR_ATTR_OFFS << 16) | (ATTRIBUTE_HEADER + 4))
    store<u32>(at, badOffset, 4)
    at += ATTRIBUTE_HEADER + 4
  }
  memory.copy(at, TRANSMIT_AT + textLength + cookieLength, moreLength)
}

/**
 * Answers the request at `offset` of a datagram. A text of `textLength` bytes (with its zero), behind it a cookie, and behind that
 * `more` bytes of further attributes for errors lie in the transmit window; `badOffset` -1 for none. What does not fit at the
 * requester is lost like any message of the kernel.
 */
export function ackSend(
  key: u32,
  request: Skb,
  offset: u32,
  error: i32,
  textLength: u32,
  cookieLength: u32,
  badOffset: u32,
  more: u32,
): void {
  if (request.len < NLMSG_HEADER || offset > request.len - NLMSG_HEADER) return
  const sock = portFind(key, request.portid)
  const flags = nil(sock) ? 0 : sock.flags
  const from = skbData(request) + offset
  const whole = error != 0 && !(flags & SOCK_CAP_ACK)
  // Whoever handled the request may have written over its length.
  const payload = whole ? min(max(load<u32>(from), NLMSG_HEADER), request.len - offset) - NLMSG_HEADER : 0
  const extended = (flags & SOCK_EXT_ACK) != 0
  const withOffset = extended && error != 0 && badOffset != NO_OFFSET
  const moreLength = extended && error != 0 ? more : 0
  const attributes = extended ? attributeBytes(textLength, cookieLength, withOffset, moreLength) : 0
  const body = NLMSG_HEADER + NLMSGERR_BYTES + align4(payload)
  const skb = kernelSkb(body + attributes, 0, GFP_KERNEL)
  if (nil(skb)) {
    if (!nil(sock)) reportLoss(sock)
    return
  }
  const to = skbData(skb)
  store<u32>(to, body + attributes)
  store<u16>(to, NLMSG_ERROR, 4)
  store<u16>(to, ((whole ? 0 : NLM_F_CAPPED) | (attributes ? NLM_F_ACK_TLVS : 0)) as u16, 6)
  store<u32>(to, load<u32>(from, 8), 8)
  store<u32>(to, request.portid, 12)
  store<i32>(to, error, 16)
  memory.copy(to + 20, from, NLMSG_HEADER + payload)
  memory.fill(to + 36 + payload, 0, align4(payload) - payload)
  if (attributes) putAttributes(to + body, textLength, cookieLength, withOffset, badOffset, moreLength)
  // Only a fault rule says so.
  if (kernelUnicast(key, skb, request.portid, true) == -ENOMEM && !nil(sock)) reportLoss(sock)
}

function reportLoss(sock: Sock): void {
  setError(sock, ENOBUFS)
  wakeReaders(sock)
}
