// The capabilities of capabilities(7): names, numbers, and sets of them as bits.

import {
  CAP_AUDIT_CONTROL,
  CAP_AUDIT_READ,
  CAP_AUDIT_WRITE,
  CAP_BLOCK_SUSPEND,
  CAP_BPF,
  CAP_CHECKPOINT_RESTORE,
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_IPC_LOCK,
  CAP_IPC_OWNER,
  CAP_KILL,
  CAP_LAST_CAP,
  CAP_LEASE,
  CAP_LINUX_IMMUTABLE,
  CAP_MAC_ADMIN,
  CAP_MAC_OVERRIDE,
  CAP_MKNOD,
  CAP_NET_ADMIN,
  CAP_NET_BIND_SERVICE,
  CAP_NET_BROADCAST,
  CAP_NET_RAW,
  CAP_PERFMON,
  CAP_SETFCAP,
  CAP_SETGID,
  CAP_SETPCAP,
  CAP_SETUID,
  CAP_SYS_ADMIN,
  CAP_SYS_BOOT,
  CAP_SYS_CHROOT,
  CAP_SYS_MODULE,
  CAP_SYS_NICE,
  CAP_SYS_PACCT,
  CAP_SYS_PTRACE,
  CAP_SYS_RAWIO,
  CAP_SYS_RESOURCE,
  CAP_SYS_TIME,
  CAP_SYS_TTY_CONFIG,
  CAP_SYSLOG,
  CAP_WAKE_ALARM,
} from '../../assembly/uapi/constants.js'
import { u32 } from './args.js'
import { type NameTable, nameOf } from './names.js'

/** Name and number of every capability (linux/capability.h). */
export const CAPABILITIES: NameTable = {
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_KILL,
  CAP_SETGID,
  CAP_SETUID,
  CAP_SETPCAP,
  CAP_LINUX_IMMUTABLE,
  CAP_NET_BIND_SERVICE,
  CAP_NET_BROADCAST,
  CAP_NET_ADMIN,
  CAP_NET_RAW,
  CAP_IPC_LOCK,
  CAP_IPC_OWNER,
  CAP_SYS_MODULE,
  CAP_SYS_RAWIO,
  CAP_SYS_CHROOT,
  CAP_SYS_PTRACE,
  CAP_SYS_PACCT,
  CAP_SYS_ADMIN,
  CAP_SYS_BOOT,
  CAP_SYS_NICE,
  CAP_SYS_RESOURCE,
  CAP_SYS_TIME,
  CAP_SYS_TTY_CONFIG,
  CAP_MKNOD,
  CAP_LEASE,
  CAP_AUDIT_WRITE,
  CAP_AUDIT_CONTROL,
  CAP_SETFCAP,
  CAP_MAC_OVERRIDE,
  CAP_MAC_ADMIN,
  CAP_SYSLOG,
  CAP_WAKE_ALARM,
  CAP_BLOCK_SUSPEND,
  CAP_AUDIT_READ,
  CAP_PERFMON,
  CAP_BPF,
  CAP_CHECKPOINT_RESTORE,
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
  if (caps !== 'all' && !Array.isArray(caps)) throw new TypeError('capabilities must be "all" or an array of names')
  let set = 0n
  for (const name of caps === 'all' ? Object.keys(CAPABILITIES) : caps) set |= capabilityBit(name)
  return { low: Number(set & 0xffffffffn), high: Number(set >> 32n) }
}
