// A cn_msg as a caller gives it, with every field checked and in its place.

import { type CnMsgInit, u16, u32 } from '../uapi/index.js'
import { lengthOf } from '../uapi/typed-arrays.js'
import { asBytes } from '../user/index.js'

const NO_DATA = new Uint8Array(0)

/**
 * The message with its defaults: seq, ack and flags 0, len the length of data.
 * @throws TypeError, RangeError
 */
export function completeMessage(msg: CnMsgInit): Required<CnMsgInit> {
  const data = msg.data === undefined ? NO_DATA : asBytes(msg.data, 'msg.data')
  return {
    id: { idx: u32(msg.id.idx, 'msg.id.idx'), val: u32(msg.id.val, 'msg.id.val') },
    seq: u32(msg.seq ?? 0, 'msg.seq'),
    ack: u32(msg.ack ?? 0, 'msg.ack'),
    len: u16(msg.len ?? lengthOf(data), 'msg.len'),
    flags: u16(msg.flags ?? 0, 'msg.flags'),
    data,
  }
}
