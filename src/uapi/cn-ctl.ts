// struct cn_ctl_msg and struct cn_notify_req: what a program sends to the connector itself (id {-1, -1}) to be told
// when callbacks are registered and unregistered. Old Linux 2.6 had them, today's has not.

import { asObject, asObjects, u32 } from './args.js'
import { getU32, setU32, shortFor, viewOf } from './bytes.js'
import type { CbId } from './cn-msg.js'
import { CN_CTL_MSG, CN_NOTIFY_REQ } from './layout.js'

/** The connector's own id, {-1, -1}: requests for notices go there. */
export const CONNECTOR_ID: CbId = { idx: 0xffffffff, val: 0xffffffff }

/** Numbers from `first` on, `range` of them: x matches if first <= x < first + range. */
export interface CnNotifyReq {
  readonly first: number
  readonly range: number
}

/**
 * struct cn_ctl_msg with its requests. An id matches if some idx request holds its idx and some val request its val.
 */
export interface CnCtlMsg {
  /** How many requests are about idx; they come first. */
  readonly idx_notify_num: number
  /** How many requests are about val. */
  readonly val_notify_num: number
  /** The group that notices go to; 0 takes every equal request back. */
  readonly group: number
  /** Bytes of all requests: 8 each. */
  readonly len: number
  readonly idx: readonly CnNotifyReq[]
  readonly val: readonly CnNotifyReq[]
}

/** A cn_ctl_msg as a sender gives it: the two counts and len are those of the requests unless given. */
export interface CnCtlMsgInit {
  readonly idx: readonly CnNotifyReq[]
  readonly val: readonly CnNotifyReq[]
  readonly group: number
  readonly idx_notify_num?: number
  readonly val_notify_num?: number
  readonly len?: number
}

/**
 * The bytes of a request for notices, the data of a cn_msg to {@link CONNECTOR_ID}.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width
 */
export function encodeCnCtlMsg(ctl: CnCtlMsgInit): Uint8Array {
  const requests = [...asObjects(asObject(ctl, 'ctl').idx, 'ctl.idx'), ...asObjects(ctl.val, 'ctl.val')]
  const array = new Uint8Array(CN_CTL_MSG.size + CN_NOTIFY_REQ.size * requests.length)
  const view = viewOf(array)
  setU32(view, CN_CTL_MSG.idx_notify_num, u32(ctl.idx_notify_num ?? ctl.idx.length, 'idx_notify_num'))
  setU32(view, CN_CTL_MSG.val_notify_num, u32(ctl.val_notify_num ?? ctl.val.length, 'val_notify_num'))
  setU32(view, CN_CTL_MSG.group, u32(ctl.group, 'group'))
  setU32(view, CN_CTL_MSG.len, u32(ctl.len ?? CN_NOTIFY_REQ.size * requests.length, 'len'))
  requests.forEach(({ first, range }, i) => {
    const offset = CN_CTL_MSG.size + CN_NOTIFY_REQ.size * i
    setU32(view, offset + CN_NOTIFY_REQ.first, u32(first, 'first'))
    setU32(view, offset + CN_NOTIFY_REQ.range, u32(range, 'range'))
  })
  return array
}

function faultIn(array: Uint8Array): string | null {
  const short = shortFor(array, CN_CTL_MSG.size, 'cn_ctl_msg')
  if (short !== null) return short
  const view = viewOf(array)
  const len = getU32(view, CN_CTL_MSG.len)
  const count = getU32(view, CN_CTL_MSG.idx_notify_num) + getU32(view, CN_CTL_MSG.val_notify_num)
  const left = array.length - CN_CTL_MSG.size
  if (len !== count * CN_NOTIFY_REQ.size) return `cn_ctl_msg says ${count} requests and ${len} bytes of them`
  return len > left ? `cn_ctl_msg says ${len} bytes of requests, there are ${left}` : null
}

function read(array: Uint8Array): CnCtlMsg {
  const view = viewOf(array)
  const idx_notify_num = getU32(view, CN_CTL_MSG.idx_notify_num)
  const val_notify_num = getU32(view, CN_CTL_MSG.val_notify_num)
  const requests = Array.from({ length: idx_notify_num + val_notify_num }, (_, i) => {
    const offset = CN_CTL_MSG.size + CN_NOTIFY_REQ.size * i
    return { first: getU32(view, offset + CN_NOTIFY_REQ.first), range: getU32(view, offset + CN_NOTIFY_REQ.range) }
  })
  return {
    idx_notify_num,
    val_notify_num,
    group: getU32(view, CN_CTL_MSG.group),
    len: getU32(view, CN_CTL_MSG.len),
    idx: requests.slice(0, idx_notify_num),
    val: requests.slice(idx_notify_num),
  }
}

/**
 * A request for notices; bytes behind it are not looked at.
 *
 * @throws RangeError if there are fewer than 16 bytes, len is not 8 times both counts, or the requests reach beyond the
 * bytes
 */
export function decodeCnCtlMsg(array: Uint8Array): CnCtlMsg {
  const fault = faultIn(array)
  if (fault !== null) throw new RangeError(fault)
  return read(array)
}

/** The same as {@link decodeCnCtlMsg}; null where that throws RangeError. */
export function tryDecodeCnCtlMsg(array: Uint8Array): CnCtlMsg | null {
  return faultIn(array) === null ? read(array) : null
}
