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
import { SCRATCH_AT, TRANSMIT_AT, nil } from '../memory'
import { Skb, skbData } from '../skb/skb'
import { kernelSkb, kernelUnicast } from './kernelsock'
import { portLook } from './port'
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

// Bytes of an attribute with its padding. One that has no data is not there at all.
function attributeBytes(length: u32): u32 {
  return length ? align4(ATTRIBUTE_HEADER + length) : 0
}

// Writes an attribute, padded; where the next one goes.
function putAttribute(at: usize, type: u32, from: usize, length: u32): usize {
  const next = at + attributeBytes(length)
  if (next == at) return at
  // The padding, before there is anything else in its word.
  store<u32>(next - 4, 0)
  store<u32>(at, (type << 16) | (ATTRIBUTE_HEADER + length))
  memory.copy(at + ATTRIBUTE_HEADER, from, length)
  return next
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
  const sock = portLook(key, request.portid)
  const flags = nil(sock) ? 0 : sock.flags
  const from = skbData(request) + offset
  const whole = error != 0 && !(flags & SOCK_CAP_ACK)
  // Whoever handled the request may have written over its length.
  const payload = whole ? min(max(load<u32>(from), NLMSG_HEADER), request.len - offset) - NLMSG_HEADER : 0
  let offsetLength: u32 = badOffset != NO_OFFSET ? 4 : 0
  if (!(flags & SOCK_EXT_ACK)) {
    textLength = 0
    cookieLength = 0
  }
  if (!error || !(flags & SOCK_EXT_ACK)) {
    offsetLength = 0
    more = 0
  }
  const attributes = attributeBytes(textLength) + attributeBytes(cookieLength) + attributeBytes(offsetLength) + more
  const body = NLMSG_HEADER + NLMSGERR_BYTES + align4(payload)
  const skb = kernelSkb(body + attributes, 0, GFP_KERNEL)
  if (nil(skb)) {
    reportLoss(sock)
    return
  }
  const to = skbData(skb)
  store<u32>(to, body + attributes)
  store<u32>(to, (((whole ? 0 : NLM_F_CAPPED) | (attributes ? NLM_F_ACK_TLVS : 0)) << 16) | NLMSG_ERROR, 4)
  store<u32>(to, load<u32>(from, 8), 8)
  store<u32>(to, request.portid, 12)
  store<i32>(to, error, 16)
  // The padding comes first, as in an attribute; without a payload this is the last word of the header, which is written next.
  store<u32>(to + body - 4, 0)
  memory.copy(to + 20, from, NLMSG_HEADER + payload)
  let at = putAttribute(to + body, NLMSGERR_ATTR_MSG, TRANSMIT_AT, textLength)
  at = putAttribute(at, NLMSGERR_ATTR_COOKIE, TRANSMIT_AT + textLength, cookieLength)
  store<u32>(SCRATCH_AT, badOffset)
  at = putAttribute(at, NLMSGERR_ATTR_OFFS, SCRATCH_AT, offsetLength)
  memory.copy(at, TRANSMIT_AT + textLength + cookieLength, more)
  // Only a fault rule says so.
  if (kernelUnicast(key, skb, request.portid, true) == -ENOMEM) reportLoss(sock)
}

function reportLoss(sock: Sock): void {
  if (nil(sock)) return
  setError(sock, ENOBUFS)
  wakeReaders(sock)
}
