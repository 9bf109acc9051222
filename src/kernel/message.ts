// Messages of the kernel: a cn_msg as a caller gives it, checked, and plain bytes on their way.

import { LAYOUT, type Machine } from '../machine/index.js'
import { type CnMsgInit, u16, u32 } from '../uapi/index.js'
import { firstBytes, lengthOf } from '../uapi/typed-arrays.js'
import { asBytes } from '../user/arguments.js'

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

/** More bytes than any machine has. */
const TOO_LONG = 0x7fffffff

/** A message of the kernel with these bytes, as the machine names it, or 0 without memory. Whoever sends it gives it up. */
export function kernelMessage(machine: Machine, skb: Uint8Array, group: number, gfp: number): number {
  const length = lengthOf(skb)
  if (length <= LAYOUT.TRANSMIT_BYTES) {
    machine.transmit(skb)
    return machine.abi.ksock_message(length, group, gfp)
  }
  // What cannot be read any more throws here, before there is a message.
  const bytes = firstBytes(skb, length)
  const message = machine.abi.ksock_reserve(Math.min(length, TOO_LONG), group, gfp)
  if (message !== 0) machine.fillParts(message, [bytes])
  return message
}
