// SO_RCVTIMEO and SO_SNDTIMEO as those who wait need them.

import type { Machine } from '../machine/index.js'
import { type SO_RCVTIMEO, type SO_SNDTIMEO, SOL_SOCKET } from '../uapi/index.js'
import { NOT_AT_ALL } from './waiters.js'

const TIMEVAL_BYTES = 16
/** What they count in; behind the timeval the kernel tells their number, -1 for not at all. */
const STEP_MS = 4

/** Milliseconds, 0 for ever. */
export function timeoutOf(machine: Machine, sock: number, name: typeof SO_RCVTIMEO | typeof SO_SNDTIMEO): number {
  machine.abi.getsockopt(sock, SOL_SOCKET, name, TIMEVAL_BYTES)
  const steps = new DataView(machine.valueBytes(TIMEVAL_BYTES + 8).buffer).getBigInt64(TIMEVAL_BYTES, true)
  return steps < 0n ? NOT_AT_ALL : Number(steps) * STEP_MS
}
