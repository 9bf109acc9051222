// struct cn_msg and struct cb_id: the message of the connector, and the id that says who it is for.

import { bytes, u16, u32 } from './args.js'
import { copyOf, getU16, getU32, setU16, setU32, shortFor, viewOf } from './bytes.js'
import { CN_MSG } from './layout.js'

/** struct cb_id: which callback a message is for. Both are u32; -1 is taken for 4294967295 wherever an id is given. */
export interface CbId {
  readonly idx: number
  readonly val: number
}

/** struct cn_msg with its data (linux/connector.h). */
export interface CnMsg {
  readonly id: CbId
  readonly seq: number
  readonly ack: number
  /** Bytes of data as the header tells it, 16 bits. In a message that was received `data` has exactly that many. */
  readonly len: number
  /** 16 bits; nobody looks at them. */
  readonly flags: number
  readonly data: Uint8Array
}

/** A cn_msg as a sender gives it: seq, ack and flags are 0, data empty, len is data.length, unless given. */
export interface CnMsgInit {
  readonly id: CbId
  readonly seq?: number
  readonly ack?: number
  /** Lies about the length of data if it is given and differs. */
  readonly len?: number
  readonly flags?: number
  readonly data?: Uint8Array
}

const NO_DATA = /* @__PURE__ */ new Uint8Array(0)

/**
 * A cn_msg as bytes: the header's 20, then the data. Nothing is padded.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width; data over 65535 bytes need a `len` of
 * their own
 */
export function encodeCnMsg(msg: CnMsgInit): Uint8Array {
  const data = bytes(msg?.data ?? NO_DATA, 'data')
  const array = new Uint8Array(CN_MSG.size + data.length)
  const view = viewOf(array)
  setU32(view, CN_MSG.idx, u32(msg?.id?.idx, 'id.idx'))
  setU32(view, CN_MSG.val, u32(msg.id?.val, 'id.val'))
  setU32(view, CN_MSG.seq, u32(msg.seq ?? 0, 'seq'))
  setU32(view, CN_MSG.ack, u32(msg.ack ?? 0, 'ack'))
  setU16(view, CN_MSG.len, u16(msg.len ?? data.length, 'len'))
  setU16(view, CN_MSG.flags, u16(msg.flags ?? 0, 'flags'))
  array.set(data, CN_MSG.size)
  return array
}

function faultIn(array: Uint8Array): string | null {
  const short = shortFor(array, CN_MSG.size, 'cn_msg')
  if (short !== null) return short
  const len = getU16(viewOf(array), CN_MSG.len)
  const left = array.length - CN_MSG.size
  return len > left ? `cn_msg says ${len} bytes of data, there are ${left}` : null
}

function read(array: Uint8Array): CnMsg {
  const view = viewOf(array)
  const len = getU16(view, CN_MSG.len)
  return {
    id: { idx: getU32(view, CN_MSG.idx), val: getU32(view, CN_MSG.val) },
    seq: getU32(view, CN_MSG.seq),
    ack: getU32(view, CN_MSG.ack),
    len,
    flags: getU16(view, CN_MSG.flags),
    data: copyOf(array, CN_MSG.size, CN_MSG.size + len),
  }
}

/**
 * The cn_msg at the start of `array`, its data a copy of `len` bytes. What lies behind is not looked at: padding, or
 * the next cn_msg of cn_netlink_send_mult(), which starts right at 20 + len.
 *
 * @throws RangeError if there are fewer than 20 bytes, or fewer than 20 + len
 */
export function decodeCnMsg(array: Uint8Array): CnMsg {
  const fault = faultIn(array)
  if (fault !== null) throw new RangeError(fault)
  return read(array)
}

/** The same as {@link decodeCnMsg}; null where that throws RangeError. */
export function tryDecodeCnMsg(array: Uint8Array): CnMsg | null {
  return faultIn(array) === null ? read(array) : null
}
