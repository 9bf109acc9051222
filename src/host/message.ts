// struct msghdr with all that it points to but the data, in one piece of memory:
//
//   +--------+-------------------+----------------------+---------------+
//   | msghdr | iovec per buffer  | sockaddr_storage     | control       |
//   | 56     | 16 each           | 128                  | as asked      |
//   +--------+-------------------+----------------------+---------------+

import type { Cmsg } from '../api.js'
import type { SockaddrNl } from '../uapi/index.js'
import { SOCKADDR_STORAGE_BYTES } from '../user/address.js'
import { type RawAddress, sockaddrOf } from './address.js'
import type { Koffi } from './koffi.js'

const MSGHDR_BYTES = 56
const MSG_NAME = 0
const MSG_NAMELEN = 8
const MSG_IOV = 16
const MSG_IOVLEN = 24
const MSG_CONTROL = 32
const MSG_CONTROLLEN = 40
const MSG_FLAGS = 48
const IOVEC_BYTES = 16
const CMSGHDR_BYTES = 16
/** The kernel never fills more than this with control messages. */
const CONTROL_LIMIT = 65536

export class MessageHeader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #address: bigint
  readonly #name: number
  readonly #control: number
  /** The kernel is about to use them: they must live as long as this does. */
  readonly parts: readonly Uint8Array[]

  private constructor(koffi: Koffi, parts: readonly Uint8Array[], controlRoom: number) {
    this.parts = parts
    this.#name = MSGHDR_BYTES + parts.length * IOVEC_BYTES
    this.#control = this.#name + SOCKADDR_STORAGE_BYTES
    this.bytes = new Uint8Array(this.#control + controlRoom)
    this.#view = new DataView(this.bytes.buffer)
    this.#address = koffi.address(this.bytes)
    this.#pointTo(MSG_IOV, MSGHDR_BYTES)
    this.#setSize(MSG_IOVLEN, parts.length)
    parts.forEach((part, i) => {
      const at = MSGHDR_BYTES + i * IOVEC_BYTES
      this.#view.setBigUint64(at, koffi.address(part), true)
      this.#setSize(at + 8, part.length)
    })
  }

  static toSend(koffi: Koffi, parts: readonly Uint8Array[], name: RawAddress, control: Uint8Array): MessageHeader {
    const header = new MessageHeader(koffi, parts, control.length)
    if (name.bytes !== null) {
      header.bytes.set(name.bytes, header.#name)
      header.#pointTo(MSG_NAME, header.#name)
    }
    header.#view.setInt32(MSG_NAMELEN, name.length, true)
    if (control.length > 0) {
      header.bytes.set(control, header.#control)
      header.#giveControl(control.length)
    }
    return header
  }

  static toReceive(koffi: Koffi, parts: readonly Uint8Array[], namelen: number, controllen: number): MessageHeader {
    const room = Math.min(controllen, CONTROL_LIMIT)
    const header = new MessageHeader(koffi, parts, room)
    header.#pointTo(MSG_NAME, header.#name)
    header.#view.setInt32(MSG_NAMELEN, namelen, true)
    if (room > 0) header.#giveControl(room)
    return header
  }

  #pointTo(field: number, offset: number): void {
    this.#view.setBigUint64(field, this.#address + BigInt(offset), true)
  }

  #setSize(field: number, size: number): void {
    this.#view.setBigUint64(field, BigInt(size), true)
  }

  #giveControl(length: number): void {
    this.#pointTo(MSG_CONTROL, this.#control)
    this.#setSize(MSG_CONTROLLEN, length)
  }

  get name(): SockaddrNl {
    return sockaddrOf(this.bytes.subarray(this.#name))
  }

  get namelen(): number {
    return this.#view.getInt32(MSG_NAMELEN, true)
  }

  get flags(): number {
    return this.#view.getInt32(MSG_FLAGS, true)
  }

  /** What lies in the control buffer; data of a message that was cut are short. */
  get control(): Cmsg[] {
    const end = this.#control + this.#view.getUint32(MSG_CONTROLLEN, true)
    const items: Cmsg[] = []
    for (let at = this.#control; at + CMSGHDR_BYTES <= end; ) {
      const length = Number(this.#view.getBigUint64(at, true))
      if (length < CMSGHDR_BYTES) break
      items.push({
        level: this.#view.getInt32(at + 8, true),
        type: this.#view.getInt32(at + 12, true),
        data: this.bytes.slice(at + CMSGHDR_BYTES, Math.min(at + length, end)),
      })
      at += (length + 7) & ~7
    }
    return items
  }
}
