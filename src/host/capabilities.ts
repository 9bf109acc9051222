// capget(2) and capset(2): the effective capabilities of the thread that calls.

import { capabilityWords, EPERM } from '../uapi/index.js'
import type { Libc } from './libc.js'

const LINUX_CAPABILITY_VERSION_3 = 0x20080522
/** Effective, permitted, inheritable, for the capabilities 0 to 31; then the same for the others. */
const WORDS = 6

/** Makes these the effective ones; what is permitted stays. 0, or -EPERM for one that is not permitted. */
export function setEffective(libc: Libc, caps: 'all' | readonly string[]): number {
  const header = new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0])
  const sets = new Uint32Array(WORDS)
  const [head, data] = [new Uint8Array(header.buffer), new Uint8Array(sets.buffer)]
  const got = libc.result(libc.call.capget(head, data))
  if (got < 0) return got
  const [, low = 0, , , high = 0] = sets
  const wanted = caps === 'all' ? { low, high } : capabilityWords(caps)
  if ((wanted.low & ~low) !== 0 || (wanted.high & ~high) !== 0) return -EPERM
  sets[0] = wanted.low
  sets[3] = wanted.high
  return libc.result(libc.call.capset(head, data))
}
