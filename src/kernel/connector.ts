// The connector as kernel code has it: callbacks, sends, notification requests.

import type { CnCallback, NotificationRequest, NotifyRange } from '../api.js'
import { CN_HEADERS, type HostFunction, LAYOUT, type Machine } from '../machine/index.js'
import { type CbId, type CnMsgInit, EMSGSIZE, u32 } from '../uapi/index.js'
import { firstBytes, lengthOf } from '../uapi/typed-arrays.js'
import { asFunction, asObject, asObjects, asText } from '../user/index.js'
import { completeMessage, idWords, makeMessage } from './message.js'
import type { Ownership } from './ownership.js'

/** Bytes of a callback's name that are kept, without the zero (conformance cn-register/long-names-are-cut). */
const NAME_BYTES = 31
const RANGE_WORDS = 2
const MAX_LEN = 65535

export class Connector {
  readonly #machine: Machine
  readonly #ownership: Ownership
  /** What send() completes, over and over: nobody else has it. */
  readonly #message = makeMessage()

  constructor(machine: Machine, ownership: Ownership) {
    this.#machine = machine
    this.#ownership = ownership
  }

  /** A callback as the machine calls it. */
  function(callback: CnCallback): HostFunction {
    return messageFunction(this.#machine, this.#ownership.own(asFunction(callback, 'callback')))
  }

  add(id: CbId, name: string, callback: CnCallback): number {
    const [idx, val] = idWords(id)
    asText(name, 'name')
    const fn = this.function(callback)
    const slot = this.#machine.abi.cn_add_callback(idx, val, this.#machine.transmitText(name, NAME_BYTES))
    if (slot < 0) return slot
    this.#machine.bindFunction(slot, fn)
    this.#machine.abi.cn_announce(idx, val, 1)
    this.#machine.settle()
    return 0
  }

  delete(id: CbId): void {
    const { abi } = this.#machine
    const [idx, val] = idWords(id)
    const slot = abi.cn_del_callback(idx, val)
    if (slot < 0) return
    this.#machine.unbindFunction(slot, this.#machine.functionAt(slot))
    abi.cn_announce(idx, val, 0)
    this.#machine.settle()
  }

  send(msg: CnMsgInit, portid: number, group: number, gfp: number): number {
    const complete = completeMessage(msg, this.#message)
    return this.#send(complete, complete.len, u32(portid, 'portid'), u32(group, 'group'), u32(gfp, 'gfp_mask'))
  }

  sendMult(msg: CnMsgInit, len: number, portid: number, group: number, gfp: number): number {
    const data = msg?.data
    const complete = completeMessage({ ...msg, len: msg?.len ?? Math.min(data?.length ?? 0, MAX_LEN) })
    const length = u32(len, 'len')
    if (length > MAX_LEN) throw new RangeError(`len must be at most ${MAX_LEN}, as in C`)
    return this.#send(complete, length, u32(portid, 'portid'), u32(group, 'group'), u32(gfp, 'gfp_mask'))
  }

  #send(msg: Required<CnMsgInit>, length: number, portid: number, group: number, gfp: number): number {
    const machine = this.#machine
    const { idx, val } = msg.id
    let result: number
    if (CN_HEADERS + length <= LAYOUT.TRANSMIT_BYTES) {
      machine.transmitConnector(msg, length)
      result = machine.abi.cn_send(idx, val, length, portid, group, gfp)
    } else {
      const data = firstBytes(msg.data, lengthOf(msg.data))
      const skb = machine.abi.cn_reserve(idx, val, length, portid, group, gfp)
      if (skb < 0) return skb
      machine.fillConnector(skb, { ...msg, data }, length)
      result = machine.abi.cn_commit(skb)
    }
    machine.settle()
    return result
  }

  request(request: NotificationRequest, callback?: CnCallback): number {
    const machine = this.#machine
    const words = requestWords(request)
    const fn = callback === undefined ? undefined : this.function(callback)
    if (words.length * 4 > LAYOUT.TRANSMIT_BYTES) return -EMSGSIZE
    machine.transmitWords(words)
    const slot = machine.abi.request_notification(words.length * 4, fn === undefined ? 0 : 1)
    if (slot <= 0) return slot
    if (fn !== undefined) machine.bindFunction(slot - 1, fn)
    return 0
  }
}

/** A connector callback as the machine calls it: the readers of this depth are laid over the message while it runs. */
function messageFunction(machine: Machine, callback: CnCallback): HostFunction {
  return (_kind, skb) => {
    const readers = machine.readers()
    readers.openMessage(skb)
    callback(readers.msg, readers.nsp)
    readers.close()
    return 0
  }
}

/** struct cn_ctl_msg and its ranges, as words. */
export function requestWords(request: NotificationRequest): number[] {
  const idx = rangeWords(asObject(request, 'request').idx, 'idx')
  const val = rangeWords(request.val, 'val')
  const group = u32(request.group, 'group')
  const bytes = (idx.length + val.length) * 4
  return [idx.length / RANGE_WORDS, val.length / RANGE_WORDS, group, bytes, ...idx, ...val]
}

function rangeWords(ranges: readonly NotifyRange[], name: string): number[] {
  return asObjects(ranges, name).flatMap(({ first, range }, index) => [
    u32(first, `${name}[${index}].first`),
    u32(range, `${name}[${index}].range`),
  ])
}
