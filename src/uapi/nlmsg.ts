// struct nlmsghdr, and netlink messages as they lie in a datagram: one behind the other, each on a step of four bytes.

import { NLMSG_ALIGNTO } from '../../assembly/uapi/constants.js'
import { asObject, bytes, u16, u32 } from './args.js'
import { getU16, getU32, setU16, setU32, shortFor, structView, viewOf } from './bytes.js'
import { NLMSGHDR } from './layout.js'

/** The header of every netlink message (netlink(7), linux/netlink.h). */
export interface Nlmsghdr {
  /** Bytes of the message, this header's 16 included, padding behind it not. */
  readonly nlmsg_len: number
  /** NLMSG_* below 16, else the protocol's own; 16 bits. */
  readonly nlmsg_type: number
  /** NLM_F_* bits; 16 bits. */
  readonly nlmsg_flags: number
  readonly nlmsg_seq: number
  /** The sender's port by convention; the kernel neither checks nor fills it in between processes. */
  readonly nlmsg_pid: number
}

/** One message of a datagram. */
export interface Nlmsg {
  readonly header: Nlmsghdr
  /** The bytes behind the header, nlmsg_len - 16 of them: a view of the datagram, no copy. */
  readonly payload: Uint8Array
  /** Where the header starts, in bytes from the start of the datagram. */
  readonly offset: number
}

/** Rounds a length up to the step of four bytes on which messages start (NLMSG_ALIGN). */
export function nlmsgAlign(length: number): number {
  const step = NLMSG_ALIGNTO
  return Math.ceil(u32(length, 'length') / step) * step
}

/** Writes the header at the start of `view`, which has room for it. */
function putHeader(view: DataView, header: Partial<Nlmsghdr>, length: number): void {
  setU32(view, NLMSGHDR.nlmsg_len, u32(header.nlmsg_len ?? length, 'nlmsg_len'))
  setU16(view, NLMSGHDR.nlmsg_type, u16(header.nlmsg_type ?? 0, 'nlmsg_type'))
  setU16(view, NLMSGHDR.nlmsg_flags, u16(header.nlmsg_flags ?? 0, 'nlmsg_flags'))
  setU32(view, NLMSGHDR.nlmsg_seq, u32(header.nlmsg_seq ?? 0, 'nlmsg_seq'))
  setU32(view, NLMSGHDR.nlmsg_pid, u32(header.nlmsg_pid ?? 0, 'nlmsg_pid'))
}

function headerAt(view: DataView, offset: number): Nlmsghdr {
  return {
    nlmsg_len: getU32(view, offset + NLMSGHDR.nlmsg_len),
    nlmsg_type: getU16(view, offset + NLMSGHDR.nlmsg_type),
    nlmsg_flags: getU16(view, offset + NLMSGHDR.nlmsg_flags),
    nlmsg_seq: getU32(view, offset + NLMSGHDR.nlmsg_seq),
    nlmsg_pid: getU32(view, offset + NLMSGHDR.nlmsg_pid),
  }
}

/**
 * The 16 bytes of a header. Fields left out are 0, nlmsg_len is 16.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width
 */
export function encodeNlmsghdr(header: Partial<Nlmsghdr>): Uint8Array {
  return encodeNlmsg(header)
}

/**
 * The header at the start of `array`, as it stands there: nlmsg_len may be any number.
 *
 * @throws RangeError if there are fewer than 16 bytes
 */
export function decodeNlmsghdr(array: Uint8Array): Nlmsghdr {
  return headerAt(structView(array, NLMSGHDR.size, 'nlmsghdr'), 0)
}

/** The same as {@link decodeNlmsghdr}; null where that throws RangeError. */
export function tryDecodeNlmsghdr(array: Uint8Array): Nlmsghdr | null {
  return shortFor(array, NLMSGHDR.size, 'nlmsghdr') === null ? headerAt(viewOf(array), 0) : null
}

/**
 * A message: the header, and `payload` behind it. nlmsg_len is 16 + payload.length unless the header lies about it;
 * nothing is padded.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width
 * @example socket.send(encodeNlmsg({ nlmsg_type: 16, nlmsg_flags: NLM_F_REQUEST | NLM_F_ACK, nlmsg_seq: 1 }, payload))
 */
export function encodeNlmsg(header: Partial<Nlmsghdr>, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const message = new Uint8Array(NLMSGHDR.size + bytes(payload, 'payload').length)
  putHeader(viewOf(message), asObject(header, 'header'), message.length)
  message.set(payload, NLMSGHDR.size)
  return message
}

/** Several messages as one datagram: zeros between them up to the next step of four bytes, none behind the last one. */
export function joinNlmsgs(messages: Iterable<Uint8Array>): Uint8Array {
  const parts: { message: Uint8Array; offset: number }[] = []
  let end = 0
  for (const message of messages) {
    const offset = nlmsgAlign(end)
    parts.push({ message: bytes(message, 'message'), offset })
    end = offset + message.length
  }
  const datagram = new Uint8Array(end)
  for (const { message, offset } of parts) datagram.set(message, offset)
  return datagram
}

/**
 * The message that starts at `offset` of a datagram, or null if none does: fewer than 16 bytes are left, or nlmsg_len
 * is below 16 or beyond the datagram (NLMSG_OK). The next one may start at
 * `offset + nlmsgAlign(header.nlmsg_len)` (NLMSG_NEXT).
 *
 * @throws RangeError if `offset` is no integer from 0 to the datagram's length
 */
export function nlmsgAt(datagram: Uint8Array, offset = 0): Nlmsg | null {
  const left = bytes(datagram, 'datagram').length - offset
  if (!Number.isInteger(offset) || offset < 0 || left < 0) {
    throw new RangeError(`offset must be an integer from 0 to ${datagram.length}, not ${offset}`)
  }
  if (left < NLMSGHDR.size) return null
  const header = headerAt(viewOf(datagram), offset)
  if (header.nlmsg_len < NLMSGHDR.size || header.nlmsg_len > left) return null
  return { header, payload: datagram.subarray(offset + NLMSGHDR.size, offset + header.nlmsg_len), offset }
}

/**
 * The messages of a datagram in order, up to the first that {@link nlmsgAt} does not take. Never throws on bytes.
 *
 * @example
 * for (const { header, payload } of nlmsgs(datagram)) {
 *   if (header.nlmsg_type === NLMSG_ERROR) console.log(decodeNlmsgerr(payload).error)
 * }
 */
export function* nlmsgs(datagram: Uint8Array): Generator<Nlmsg, void, undefined> {
  for (let offset = 0; offset <= bytes(datagram, 'datagram').length; ) {
    const message = nlmsgAt(datagram, offset)
    if (message === null) return
    yield message
    offset += nlmsgAlign(message.header.nlmsg_len)
  }
}
