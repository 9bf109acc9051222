// netlink_rcv_skb(), netlink_ack(), netlink_dump_start(): requests to a kernel socket and their answers. Conformance nl-rcv-skb,
// nl-dump.

import type {
  DumpSkb,
  KernelSocket,
  NetlinkCallback,
  NetlinkDumpControl,
  NetlinkExtAck,
  NlmsgHandler,
  NlmsgView,
  SkBuff,
} from '../api.js'
import { type HostFunction, LAYOUT, type Machine, type Readers } from '../machine/index.js'
import {
  EINTR,
  i32,
  joinNlmsgs,
  NLA_F_NESTED,
  NLA_HDRLEN,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_HDRLEN,
  NLMSG_MIN_TYPE,
  NLMSGERR_ATTR_MISS_NEST,
  NLMSGERR_ATTR_MISS_TYPE,
  NLMSGERR_ATTR_POLICY,
  nlmsgAlign,
  nlmsgAt,
  u16,
  u32,
} from '../uapi/index.js'
import { asFunction, asHook, asObject, asPlainBytes, asText } from '../user/index.js'
import type { KernelSockets } from './kernel-socket.js'

/** NETLINK_MAX_COOKIE_LEN. */
const COOKIE_BYTES = 20
/** Longer texts are cut. */
const TEXT_BYTES = 1024
/** More than any policy needs. */
const POLICY_BYTES = 4096
const NO_OFFSET = -1
const ARGS = 6

export class Requests {
  readonly #machine: Machine
  readonly #sockets: KernelSockets

  constructor(machine: Machine, sockets: KernelSockets) {
    this.#machine = machine
    this.#sockets = sockets
  }

  #readers(skb: SkBuff): Readers {
    const readers = this.#machine.readersOf(skb)
    if (readers === undefined) throw new TypeError('skb must be what the function was given, before it returns')
    return readers
  }

  /** Each message in order; a bad length ends the datagram in silence. */
  receive(skb: SkBuff, handler: NlmsgHandler): number {
    asFunction(handler, 'cb')
    this.#readers(skb)
    const { data } = skb
    for (let offset = 0; ; ) {
      const message = nlmsgAt(data, offset)
      if (message === null) return 0
      const { header, payload } = message
      const nlh: NlmsgView = { ...header, payload, offset }
      const extack: NetlinkExtAck = {}
      const wanted = (header.nlmsg_flags & NLM_F_REQUEST) !== 0 && header.nlmsg_type >= NLMSG_MIN_TYPE
      const error = wanted ? handler(skb, nlh, extack) | 0 : 0
      if (error !== -EINTR && (error !== 0 || (header.nlmsg_flags & NLM_F_ACK) !== 0)) this.ack(skb, nlh, error, extack)
      offset = Math.min(offset + nlmsgAlign(header.nlmsg_len), data.length)
    }
  }

  ack(skb: SkBuff, nlh: NlmsgView, err: number, extack: NetlinkExtAck = {}): void {
    const readers = this.#readers(skb)
    const error = i32(err, 'err')
    const offset = u32(asObject(nlh, 'nlh').offset, 'nlh.offset')
    if (offset + NLMSG_HDRLEN > this.#machine.messageLength(readers.skb)) {
      throw new RangeError('nlh must be a message of skb')
    }
    const { _msg, bad_attr, cookie: given } = asObject(extack, 'extack')
    const cookie = given === undefined ? new Uint8Array(0) : asPlainBytes(given, 'extack.cookie')
    if (cookie.length > COOKIE_BYTES) throw new RangeError(`extack.cookie must have at most ${COOKIE_BYTES} bytes`)
    const text = textBytes(_msg)
    const more = moreAttributes(extack)
    const bad = bad_attr === undefined ? NO_OFFSET : u32(bad_attr, 'extack.bad_attr')
    const { abi } = this.#machine
    this.#machine.transmitParts([text, cookie, more])
    abi.ksock_ack(readers.protocol, readers.skb, offset, error, text.length, cookie.length, bad, more.length)
    this.#machine.settle()
  }

  dumpStart(ksock: KernelSocket, skb: SkBuff, nlh: NlmsgView, control: NetlinkDumpControl): number {
    const machine = this.#machine
    const protocol = this.#sockets.protocolOf(ksock)
    asFunction(asObject(control, 'control').dump, 'control.dump')
    asHook(control.start, 'control.start')
    asHook(control.done, 'control.done')
    const { portid } = this.#readers(skb).skbuff
    const callback = callbackOf(nlh, portid, control.data)
    const least = u32(control.min_dump_alloc ?? 0, 'min_dump_alloc')
    const slot = machine.abi.dump_open(protocol, u32(portid, 'portid'), callback.seq, least)
    if (slot < 0) return slot
    const fn = dumpFunction(machine, slot, control, callback)
    machine.bindFunction(slot, fn)
    const abort = () => {
      machine.abi.dump_abort(protocol, portid)
      machine.unbindFunction(slot, fn)
    }
    let error: number
    try {
      error = (control.start?.(callback) ?? 0) | 0
    } catch (reason) {
      abort()
      throw reason
    }
    if (error !== 0) {
      abort()
      return error
    }
    const result = machine.abi.dump_begin(protocol, portid)
    machine.settle()
    return result
  }
}

function textBytes(text: string | undefined): Uint8Array {
  if (text === undefined) return new Uint8Array(0)
  asText(text, 'extack._msg')
  const bytes = new TextEncoder().encode(text).subarray(0, TEXT_BYTES)
  const out = new Uint8Array(bytes.length + 1)
  out.set(bytes)
  return out
}

/** What is told with errors only, as attributes, in the kernel's order. */
function moreAttributes({ policy, miss_type, miss_nest }: NetlinkExtAck): Uint8Array {
  const attributes: Uint8Array[] = []
  if (policy !== undefined) {
    const payload = asPlainBytes(policy, 'extack.policy')
    if (payload.length > POLICY_BYTES) throw new RangeError(`extack.policy must have at most ${POLICY_BYTES} bytes`)
    attributes.push(attribute(NLMSGERR_ATTR_POLICY | NLA_F_NESTED, payload))
  }
  if (miss_type !== undefined) attributes.push(attribute(NLMSGERR_ATTR_MISS_TYPE, word(miss_type, 'extack.miss_type')))
  if (miss_nest !== undefined) attributes.push(attribute(NLMSGERR_ATTR_MISS_NEST, word(miss_nest, 'extack.miss_nest')))
  return joinNlmsgs(attributes)
}

function word(value: number, name: string): Uint8Array {
  return new Uint8Array(Uint32Array.of(u32(value, name)).buffer)
}

function attribute(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(nlmsgAlign(NLA_HDRLEN + payload.length))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, NLA_HDRLEN + payload.length, true)
  view.setUint16(2, type, true)
  bytes.set(payload, NLA_HDRLEN)
  return bytes
}

function callbackOf(nlh: NlmsgView, portid: number, data: unknown): NetlinkCallback {
  const { payload, offset, ...header } = asObject(nlh, 'nlh')
  return {
    nlh: header,
    payload: asPlainBytes(payload, 'nlh.payload').slice(),
    portid,
    seq: u32(header.nlmsg_seq, 'nlh.nlmsg_seq'),
    args: new Array<number>(ARGS).fill(0),
    data,
  }
}

function dumpFunction(
  machine: Machine,
  slot: number,
  control: NetlinkDumpControl,
  callback: NetlinkCallback,
): HostFunction {
  const fn: HostFunction = (kind, skb, room) => {
    if (kind === LAYOUT.CALL_DUMP_DONE) {
      machine.unbindFunction(slot, fn)
      control.done?.(callback)
      return 0
    }
    const part = new Part(machine.messageBytes(skb, room))
    try {
      return control.dump(part, callback)
    } finally {
      machine.setMessageLength(skb, part.close())
    }
  }
  fn.keep = () => {
    const args = [...callback.args]
    return () => void callback.args.splice(0, callback.args.length, ...args)
  }
  return fn
}

/** A part of a dump: messages one behind another in the room that the machine gave. */
class Part implements DumpSkb {
  #room: Uint8Array
  #len = 0

  constructor(room: Uint8Array) {
    this.#room = room
  }

  get len(): number {
    return this.#len
  }

  get tailroom(): number {
    return Math.max(0, this.#room.length - this.#len)
  }

  nlmsg_put(portid: number, seq: number, type: number, payload: Uint8Array, flags: number): boolean {
    const bytes = asPlainBytes(payload, 'payload')
    const length = NLMSG_HDRLEN + bytes.length
    if (nlmsgAlign(length) > this.tailroom) return false
    const at = this.#len
    const view = new DataView(this.#room.buffer, this.#room.byteOffset + at, NLMSG_HDRLEN)
    view.setUint32(0, length, true)
    view.setUint16(4, u16(type, 'type'), true)
    view.setUint16(6, u16(flags, 'flags'), true)
    view.setUint32(8, u32(seq, 'seq'), true)
    view.setUint32(12, u32(portid, 'portid'), true)
    this.#room.set(bytes, at + NLMSG_HDRLEN)
    this.#room.fill(0, at + length, at + nlmsgAlign(length))
    this.#len = at + nlmsgAlign(length)
    return true
  }

  /** Nothing fits any more: the room belongs to the machine again. How many bytes were put. */
  close(): number {
    this.#room = new Uint8Array(0)
    return this.#len
  }
}
