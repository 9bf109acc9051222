// Room that C writes into where the caller's own buffer will not do: it may be smaller than the kernel believes.

import { copyInto } from '../uapi/typed-arrays.js'
import type { Koffi } from './koffi.js'

/** More than any option of a netlink socket, and any answer of an ioctl, is long. */
const ROOM_BYTES = 65536
const INT_BYTES = 4

/** Used by one call at a time: no call of libc lets another one in. */
export class Memory {
  readonly bytes = new Uint8Array(ROOM_BYTES)
  /** Where the room lies. */
  readonly address: bigint
  /** An int by reference: lengths of addresses and options. */
  readonly int = new Uint8Array(INT_BYTES)
  readonly #intView = new DataView(this.int.buffer)

  constructor(koffi: Koffi) {
    this.address = koffi.address(this.bytes)
  }

  setInt(value: number): Uint8Array {
    this.#intView.setInt32(0, value, true)
    return this.int
  }

  getInt(): number {
    return this.#intView.getInt32(0, true)
  }

  /** The room with these bytes at its start, and zeros behind them. */
  put(bytes: Uint8Array): Uint8Array {
    const fits = bytes.subarray(0, ROOM_BYTES)
    this.bytes.set(fits)
    this.bytes.fill(0, fits.length)
    return this.bytes
  }

  /** Copies back as much as the caller's buffer holds. */
  take(buffer: Uint8Array): void {
    copyInto(buffer, this.bytes.subarray(0, Math.min(buffer.length, ROOM_BYTES)))
  }
}
