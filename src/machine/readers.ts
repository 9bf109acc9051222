// What callbacks read: objects laid over a message in the kernel's memory, one pair for each depth of nested calls, used again
// and again. Their fields are their own, so they can be spread and compared; `data` is a view made when it is asked for.

import type { Creds, NetlinkSkbParms, SkBuff } from '../api.js'
import type { CnMsg } from '../uapi/index.js'
import { LAYOUT } from './abi.generated.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Both headers of a connector message. */
const CN_HEADERS = 36
const CN_MSG_AT = 16

/** The readers of one depth. */
export class Readers {
  /** The message being read, 0 outside a callback. */
  skb = 0
  /** The protocol of the kernel socket whose input function reads it. */
  protocol = 0
  readonly msg: Mutable<CnMsg>
  readonly nsp: Mutable<NetlinkSkbParms>
  readonly skbuff: Mutable<SkBuff>
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #words: Uint32Array

  constructor(bytes: Uint8Array<ArrayBuffer>, words: Uint32Array) {
    this.#bytes = bytes
    this.#words = words
    const view = (offset: number, length: number) => this.#view(offset, length)
    const lengthOf = () => this.#words[(this.skb + LAYOUT.SKB_LEN) >>> 2] as number
    this.msg = {
      id: { idx: 0, val: 0 },
      seq: 0,
      ack: 0,
      len: 0,
      flags: 0,
      get data() {
        return view(CN_HEADERS, this.len)
      },
    } as Mutable<CnMsg>
    this.nsp = { portid: 0, dst_group: 0, creds: { pid: 0, uid: 0, gid: 0 } }
    this.skbuff = {
      portid: 0,
      dst_group: 0,
      creds: this.nsp.creds,
      get data() {
        return view(0, lengthOf())
      },
    } as Mutable<SkBuff>
  }

  #view(offset: number, length: number): Uint8Array {
    if (this.skb === 0)
      throw new Error('a message and its data are valid until the callback returns: copy what must live longer')
    return this.#bytes.subarray(this.skb + LAYOUT.SKB_DATA + offset, this.skb + LAYOUT.SKB_DATA + offset + length)
  }

  /** Lays msg and nsp over a connector message. */
  openMessage(skb: number): void {
    const words = this.#words
    const at = (skb + LAYOUT.SKB_DATA + CN_MSG_AT) >>> 2
    const { msg } = this
    const id = msg.id as Mutable<CnMsg['id']>
    id.idx = words[at] as number
    id.val = words[at + 1] as number
    msg.seq = words[at + 2] as number
    msg.ack = words[at + 3] as number
    const lenAndFlags = words[at + 4] as number
    msg.len = lenAndFlags & 0xffff
    msg.flags = lenAndFlags >>> 16
    this.#openParms(skb)
  }

  /** Lays skbuff over any message. */
  openSkb(skb: number): void {
    this.#openParms(skb)
    this.skbuff.portid = this.nsp.portid
    this.skbuff.dst_group = this.nsp.dst_group
  }

  #openParms(skb: number): void {
    const words = this.#words
    const { nsp } = this
    const creds = nsp.creds as Mutable<Creds>
    nsp.portid = words[(skb + LAYOUT.SKB_PORTID) >>> 2] as number
    nsp.dst_group = words[(skb + LAYOUT.SKB_GROUP) >>> 2] as number
    creds.pid = words[(skb + LAYOUT.SKB_PID) >>> 2] as number
    creds.uid = words[(skb + LAYOUT.SKB_UID) >>> 2] as number
    creds.gid = words[(skb + LAYOUT.SKB_GID) >>> 2] as number
    this.skb = skb
  }

  /** Whether the sender of the message being read has a capability. */
  capable(cap: number): boolean {
    if (cap < 0 || cap > 63) return false
    const at = this.skb + (cap < 32 ? LAYOUT.SKB_CAPS_LOW : LAYOUT.SKB_CAPS_HIGH)
    return (((this.#words[at >>> 2] as number) >>> (cap & 31)) & 1) !== 0
  }
}
