// struct sockaddr_nl as the kernel takes it, and as it gives it back.

import type { Address } from '../api.js'
import { decodeSockaddrNl, encodeSockaddrNl, i32, type SockaddrNl } from '../uapi/index.js'
import { checkFields, SOCKADDR_STORAGE_BYTES, toTarget } from '../user/address.js'
import { asBytes } from '../user/arguments.js'

/** An address with the length that goes with it; the kernel is the one who judges both. */
export interface RawAddress {
  /** struct sockaddr_storage, or null for a null pointer. */
  readonly bytes: Uint8Array | null
  readonly length: number
}

/**
 * An address as bytes.
 *
 * @throws TypeError, RangeError for fields of the wrong type or size
 */
export function rawAddress(addr: Address | null | undefined, addrlen?: number): RawAddress {
  if (addr === null || addr === undefined) return { bytes: null, length: i32(addrlen ?? 0, 'addrlen') }
  const { addrlen: length } = toTarget(addr, addrlen)
  checkFields(addr)
  const bytes = new Uint8Array(SOCKADDR_STORAGE_BYTES)
  const given = ArrayBuffer.isView(addr) ? asBytes(addr, 'an address') : encodeSockaddrNl(addr)
  bytes.set(given.subarray(0, SOCKADDR_STORAGE_BYTES))
  return { bytes, length }
}

/** An address that the kernel wrote. */
export function sockaddrOf(bytes: Uint8Array): SockaddrNl {
  const { nl_family, nl_pad = 0, nl_pid, nl_groups } = decodeSockaddrNl(bytes)
  return { nl_family, nl_pad, nl_pid, nl_groups }
}

/** The room to give for an address: all of it, as only a length below 0 changes an answer (EINVAL). */
export function roomFor(addrlen: number | undefined): number {
  const length = i32(addrlen ?? SOCKADDR_STORAGE_BYTES, 'addrlen')
  return length < 0 ? length : SOCKADDR_STORAGE_BYTES
}
