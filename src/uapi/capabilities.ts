// The capabilities of capabilities(7): names, numbers, and sets of them as bits.

import { CAP_LAST_CAP } from '../../assembly/uapi/constants.js'
import { u32 } from './args.js'
import { type NameTable, nameOf } from './names.js'

/** What stands behind CAP_ in their names, in the order of their numbers. A text takes a third of what a table takes in a bundle. */
const NAMES = `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`

/** Name and number of every capability (linux/capability.h). */
export const CAPABILITIES: NameTable = /* @__PURE__ */ numbered()

function numbered(): NameTable {
  return Object.fromEntries(NAMES.split(/\s/).map((name, number) => [`CAP_${name}`, number]))
}

/** The name of a capability, or undefined for a number that is none. */
export function capabilityName(cap: number): string | undefined {
  return nameOf(CAPABILITIES, cap)
}

/** The number of a capability, or undefined for a name that is none. */
export function capabilityNumber(name: string): number | undefined {
  return Object.hasOwn(CAPABILITIES, name) ? CAPABILITIES[name] : undefined
}

/**
 * The bit of a capability in a set of 64 bits.
 *
 * @param cap a number from 0 to CAP_LAST_CAP, or a name
 * @throws RangeError if there is no such capability
 * @example capabilityBit('CAP_NET_ADMIN') // 0x1000n
 */
export function capabilityBit(cap: number | string): bigint {
  const number = typeof cap === 'string' ? capabilityNumber(cap) : u32(cap, 'capability')
  if (number === undefined || number > CAP_LAST_CAP) throw new RangeError(`there is no capability ${cap}`)
  return 1n << BigInt(number)
}

/**
 * A set of capabilities as two words of 32 bits: numbers 0 to 31, and 32 up.
 *
 * @param caps "all", or names
 * @throws TypeError for anything else, a name without its array too; RangeError if one of the names is none
 * @example capabilityWords(['CAP_NET_ADMIN']) // { low: 0x1000, high: 0 }
 */
export function capabilityWords(caps: 'all' | readonly string[]): { low: number; high: number } {
  if (caps !== 'all' && !Array.isArray(caps)) throw new TypeError('caps must be "all" or an array of names')
  let set = 0n
  for (const name of caps === 'all' ? Object.keys(CAPABILITIES) : caps) set |= capabilityBit(name)
  return { low: Number(set & 0xffffffffn), high: Number(set >> 32n) }
}
