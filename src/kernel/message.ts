// Messages of the kernel: a cn_msg as a caller gives it, checked, and plain bytes on their way.

import { LAYOUT, type Machine } from '../machine/index.js'
import { type CbId, type CnMsgInit, u16, u32 } from '../uapi/index.js'
import { firstBytes, lengthOf } from '../uapi/typed-arrays.js'
import { asBytes, asObject } from '../user/arguments.js'

const NO_DATA = new Uint8Array(0)

/** A message with all that a caller may leave out. */
export type CompleteMessage = { -readonly [K in keyof Required<CnMsgInit>]: Required<CnMsgInit>[K] } & {
  id: { idx: number; val: number }
}

/** A message to be completed again and again. */
export function makeMessage(): CompleteMessage {
  return { id: { idx: 0, val: 0 }, seq: 0, ack: 0, len: 0, flags: 0, data: NO_DATA }
}

/**
 * The two numbers of an id.
 * @throws TypeError, RangeError
 */
export function idWords(id: CbId): readonly [idx: number, val: number] {
  return [u32(asObject(id, 'id').idx, 'id.idx'), u32(id.val, 'id.val')]
}

/**
 * The message with its defaults: seq, ack and flags 0, len the length of data; a new one, or `into`.
 * @throws TypeError, RangeError
 */
export function completeMessage(msg: CnMsgInit, into = makeMessage()): CompleteMessage {
  const data = msg?.data === undefined ? NO_DATA : asBytes(msg.data, 'msg.data')
  const idx = u32(msg?.id?.idx, 'msg.id.idx')
  const val = u32(msg.id?.val, 'msg.id.val')
  const seq = u32(msg.seq ?? 0, 'msg.seq')
  const ack = u32(msg.ack ?? 0, 'msg.ack')
  const len = u16(msg.len ?? lengthOf(data), 'msg.len')
  const flags = u16(msg.flags ?? 0, 'msg.flags')
  // Written at the end: a field of the caller's may be a function, which may have completed a message of its own.
  into.id.idx = idx
  into.id.val = val
  into.seq = seq
  into.ack = ack
  into.len = len
  into.flags = flags
  into.data = data
  return into
}

/** More bytes than any machine has. */
const TOO_LONG = 0x7fffffff

/**
 * A message of the kernel with these bytes, as the machine names it, or 0 without memory. Whoever sends it gives it up.
 * @throws TypeError if it is no Uint8Array
 */
export function kernelMessage(machine: Machine, given: Uint8Array, group: number, gfp: number): number {
  const { sentArray } = machine
  if (sentArray.is(given)) {
    machine.transmit(sentArray.view)
    return machine.abi.ksock_message(sentArray.length, group, gfp)
  }
  const skb = asBytes(given, 'skb')
  const length = lengthOf(skb)
  if (length <= LAYOUT.TRANSMIT_BYTES) {
    machine.transmit(skb)
    sentArray.note(skb)
    return machine.abi.ksock_message(length, group, gfp)
  }
  // What cannot be read any more throws here, before there is a message.
  const bytes = firstBytes(skb, length)
  const message = machine.abi.ksock_reserve(Math.min(length, TOO_LONG), group, gfp)
  if (message !== 0) machine.fillParts(message, [bytes])
  return message
}
