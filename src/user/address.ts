// struct sockaddr_nl on its way into a call: given as an object or as raw bytes, with a length that may lie.

import type { Address } from '../api.js'
import { AF_NETLINK, EFAULT, EINVAL, i32, type SockaddrNl, u16, u32 } from '../uapi/index.js'
import { asOptions, asPlainBytes } from './arguments.js'
import { SystemError } from './errors.js'

/** Bytes of struct sockaddr_nl. */
export const SOCKADDR_NL_BYTES = 12
/** Bytes of struct sockaddr_storage, beyond which no address goes. */
export const SOCKADDR_STORAGE_BYTES = 128

/** An address as the kernel takes it. */
export interface Target {
  readonly addrlen: number
  readonly family: number
  readonly pid: number
  readonly groups: number
}

const FIELDS = { nl_family: 1, nl_pad: 1, nl_pid: 1, nl_groups: 1 }

/** No address. */
export const NOWHERE: Target = { addrlen: 0, family: 0, pid: 0, groups: 0 }

function fromBytes(raw: Uint8Array, addrlen: number): Target {
  const room = new Uint8Array(SOCKADDR_NL_BYTES)
  room.set(raw.subarray(0, Math.max(0, Math.min(SOCKADDR_NL_BYTES, addrlen))))
  const view = new DataView(room.buffer)
  return { addrlen, family: view.getUint16(0, true), pid: view.getUint32(4, true), groups: view.getUint32(8, true) }
}

/** An address with its length, before anybody judges the length. */
export function toTarget(addr: Address, addrlen?: number): Target {
  const length = addrlen === undefined ? undefined : i32(addrlen, 'addrlen')
  if (typeof addr !== 'object' || Array.isArray(addr) || addr instanceof ArrayBuffer) {
    throw new TypeError('an address must be an object or a Uint8Array')
  }
  if (ArrayBuffer.isView(addr)) {
    const raw = asPlainBytes(addr, 'an address')
    return fromBytes(raw, length ?? raw.length)
  }
  const family = u16(addr.nl_family ?? AF_NETLINK, 'nl_family')
  const pid = u32(addr.nl_pid ?? 0, 'nl_pid')
  const groups = u32(addr.nl_groups ?? 0, 'nl_groups')
  // Of no bytes nothing is read: what the fields say would pass for a peer, whose privilege connect() has asked about.
  return length === 0 ? NOWHERE : { addrlen: length ?? SOCKADDR_NL_BYTES, family, pid, groups }
}

// On the way of a message there is time for a look at those without a port only.
function mayBeMisspelt(addr: Address): boolean {
  return !ArrayBuffer.isView(addr) && addr.nl_pid === undefined
}

/**
 * Looks for fields that an address does not have.
 * @throws TypeError
 */
export function checkFields(addr: Address): void {
  if (ArrayBuffer.isView(addr)) return
  // In place of asOptions(), which takes a tenth of a socket's life, for what has no field but these.
  for (const key in addr) {
    if (key !== 'nl_pid' && key !== 'nl_groups' && key !== 'nl_family') {
      asOptions(addr, 'addr', FIELDS)
      return
    }
  }
}

/**
 * The address of bind() and connect(): a length over 128 or below 0 is EINVAL, a null pointer EFAULT unless its length is 0
 * (conformance bind/address-length).
 */
export function requiredTarget(addr: Address | null, addrlen: number | undefined, syscall: string): Target {
  const target = addr === null ? { ...NOWHERE, addrlen: i32(addrlen ?? 0, 'addrlen') } : toTarget(addr, addrlen)
  if (addr !== null && (syscall !== 'sendto' || mayBeMisspelt(addr))) checkFields(addr)
  if (target.addrlen < 0 || target.addrlen > SOCKADDR_STORAGE_BYTES) throw new SystemError(-EINVAL, syscall)
  if (addr === null && target.addrlen !== 0) throw new SystemError(-EFAULT, syscall)
  return target
}

/** The address of sendto(): none is fine; a length over 128 or below 0 is EINVAL (conformance send/bad-address). */
export function sendtoTarget(addr: Address | null, addrlen: number | undefined): Target {
  return addr === null ? NOWHERE : requiredTarget(addr, addrlen, 'sendto')
}

/** The address of sendmsg(): a length over 128 is cut (conformance send/sendmsg-long-address). */
export function sendmsgTarget(addr: Address | null | undefined, addrlen: number | undefined): Target {
  if (addr === null || addr === undefined) return NOWHERE
  const target = toTarget(addr, addrlen)
  if (mayBeMisspelt(addr)) checkFields(addr)
  if (target.addrlen < 0) throw new SystemError(-EINVAL, 'sendmsg')
  return target
}

/** An address as user space sees it. */
export function sockaddr(pid: number, groups: number): SockaddrNl {
  return { nl_family: AF_NETLINK, nl_pad: 0, nl_pid: pid, nl_groups: groups }
}

/** Writes an address into `room` as far as it fits; the length that C tells. A negative room is EINVAL. */
export function storeAddress(
  pid: number,
  groups: number,
  room: Uint8Array,
  addrlen: number | undefined,
  syscall: string,
): number {
  const length = i32(addrlen ?? room.length, 'addrlen')
  if (length < 0) throw new SystemError(-EINVAL, syscall)
  const raw = new Uint8Array(SOCKADDR_NL_BYTES)
  const view = new DataView(raw.buffer)
  view.setUint16(0, AF_NETLINK, true)
  view.setUint32(4, pid, true)
  view.setUint32(8, groups, true)
  room.set(raw.subarray(0, Math.min(length, room.length, SOCKADDR_NL_BYTES)))
  return SOCKADDR_NL_BYTES
}
