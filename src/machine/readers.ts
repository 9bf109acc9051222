// What callbacks read: objects laid over a message in the kernel's memory, one pair for each depth of nested calls, used again
// and again. Their fields are their own, so they can be spread and compared; `data` and `words` are views of the message where it lies.
// In the debug build each callback has a pair of its own, which gives nothing any more when it has returned.

import type { CnMsgInPlace, Creds, MessageView, NetlinkSkbParms, SkBuff } from '../api.js'
import type { CnMsg } from '../uapi/index.js'
import { LAYOUT } from './abi.generated.js'
import type { Copies, Copy } from './copies.js'
import type { Views } from './views.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Both headers of a connector message. */
const CN_HEADERS = 36
const CN_MSG_AT = 16

const OVER = 'a message and its data are valid until the callback returns: copy what must live longer'

/** Where views of messages come from. */
export interface ViewSource {
  readonly words: Uint32Array
  /** Those of a whole message, and of a connector message's data. */
  readonly messages: Views
  readonly data: Views
  /** In the debug build: copies instead. */
  readonly copies: Copies | null
}

/** The readers of one depth. */
export class Readers {
  /** The message being read, 0 outside a callback. */
  skb = 0
  /** The protocol of the kernel socket whose input function reads it. */
  protocol = 0
  readonly msg: Mutable<CnMsgInPlace>
  readonly nsp: Mutable<NetlinkSkbParms>
  readonly skbuff: Mutable<SkBuff>
  readonly #words: Uint32Array
  readonly #source: ViewSource
  #copy: Copy | null = null

  constructor(source: ViewSource) {
    this.#source = source
    this.#words = source.words
    this.msg = readable({ id: { idx: 0, val: 0 }, seq: 0, ack: 0, len: 0, flags: 0 }, this, DATA_OF_CONNECTOR)
    this.nsp = { portid: 0, dst_group: 0, creds: { pid: 0, uid: 0, gid: 0 } }
    this.skbuff = readable({ portid: 0, dst_group: 0, creds: this.nsp.creds }, this, DATA_OF_SKB)
  }

  /** The data of the connector message that is being read. */
  connectorData(): MessageView {
    return this.#view(this.#source.data, CN_HEADERS, this.msg.len)
  }

  /** The message that is being read. */
  messageData(): MessageView {
    return this.#view(this.#source.messages, 0, this.#words[(this.skb + LAYOUT.SKB_LEN) >>> 2] as number)
  }

  #view(views: Views, offset: number, length: number): MessageView {
    if (this.skb === 0) throw new Error(OVER)
    const at = this.skb + LAYOUT.SKB_DATA + offset
    const { copies } = this.#source
    if (copies === null) return views.at(at, length)
    this.#copy ??= copies.give(at, length, OVER)
    return this.#copy
  }

  /** The callback has returned. */
  close(): void {
    this.skb = 0
    this.#source.copies?.endReading(this.#copy, [this.msg, this.nsp, this.skbuff], refuse)
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

function refuse(): never {
  throw new Error(OVER)
}

// Each object knows its readers. The functions that look there are the same for all, so that V8 sees objects of one kind.
const READERS = Symbol('readers')

interface Reading {
  readonly [READERS]: Readers
}

interface Viewed {
  readonly data: Uint8Array
  readonly words: Uint32Array
}

function getters(view: (readers: Readers) => MessageView): PropertyDescriptorMap & ThisType<Reading> {
  return {
    data: {
      enumerable: true,
      configurable: true,
      get() {
        return view(this[READERS]).bytes
      },
    },
    words: {
      get() {
        return view(this[READERS]).words
      },
    },
  }
}

const DATA_OF_CONNECTOR = getters((readers) => readers.connectorData())
const DATA_OF_SKB = getters((readers) => readers.messageData())

/** The object with `data`, and with `words`, which is not among what is spread or compared. */
function readable<T extends object>(object: T, readers: Readers, viewed: PropertyDescriptorMap): T & Viewed {
  Object.defineProperty(object, READERS, { value: readers })
  return Object.defineProperties(object, viewed) as T & Viewed
}
