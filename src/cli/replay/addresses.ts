// Addresses: from a step to what a socket call takes, and from what it gave back to a result.

import type { Address } from '../../index.js'
import { encodeSockaddrNl, type SockaddrNl } from '../../uapi/index.js'
import type { AddressArgs } from './fields.js'
import { toHex } from './hex.js'
import type { Json } from './json.js'
import type { Stage } from './stage.js'

/** The bytes of a struct sockaddr_nl. */
const SOCKADDR_NL_SIZE = 12

/** The address and its length as C would take them. Without a length of its own an address is given as an object. */
export function sockaddr(
  stage: Stage,
  addr: AddressArgs | undefined,
  addrlen: number | undefined,
): [addr: Address | null, addrlen: number | undefined] {
  if (addr === undefined) return [null, addrlen ?? 0]
  const named: Partial<SockaddrNl> = {
    nl_pid: stage.symbols.number(addr.pid) >>> 0,
    nl_groups: addr.groups >>> 0,
    ...(addr.family === undefined ? {} : { nl_family: addr.family }),
    ...(addr.pad === undefined ? {} : { nl_pad: addr.pad }),
  }
  if (addrlen === undefined) return [named, undefined]
  const raw = new Uint8Array(Math.max(addrlen, SOCKADDR_NL_SIZE))
  raw.set(encodeSockaddrNl(named))
  return [raw, addrlen]
}

/** `addr` of a result; `told` is the length that came with it. */
export function shownAddress(name: SockaddrNl, told = SOCKADDR_NL_SIZE): { readonly addr: Json } {
  if (told < SOCKADDR_NL_SIZE) return { addr: null }
  const addr = { family: name.nl_family, pid: name.nl_pid, groups: name.nl_groups }
  return { addr: name.nl_pad ? { ...addr, pad: name.nl_pad } : addr }
}

/** The address of a receive: as `addr`, or where the step gave the room for it as the bytes that were written. */
export function receivedAddress(
  name: SockaddrNl,
  told: number,
  room: number | undefined,
): { readonly [name: string]: Json } {
  if (room === undefined) return shownAddress(name, told)
  return { raw: toHex(encodeSockaddrNl(name).subarray(0, Math.max(0, Math.min(told, room)))), addrlen: told }
}
