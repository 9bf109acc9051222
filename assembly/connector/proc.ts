// cn_proc: what happens to processes, told to group 1 of the connector while somebody listens. Its oddities are measured:
// conformance user/proc, user/connector.
//
//   struct proc_event, behind both headers
//      0 ┌──────────────┬──────────────┐
//        │ what         │ cpu          │
//      8 │ timestamp_ns (u64)          │
//     16 │ event data, six words       │
//     40 └─────────────────────────────┘

import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  GFP_NOWAIT,
  NETLINK_CONNECTOR,
  PROC_CN_MCAST_IGNORE,
  PROC_CN_MCAST_LISTEN,
  PROC_EVENT_NONE,
  PROC_EVENT_NONZERO_EXIT,
} from '../uapi/constants'
import { EINVAL } from '../uapi/errno'
import { PROC_COUNTERS, kernel } from '../kernel'
import { TRANSMIT_AT, TRANSMIT_SIZE, nil } from '../memory'
import { FILTER_PROC } from '../netlink/deliver'
import { hasListeners } from '../netlink/group'
import { logDetach } from '../netlink/group-log'
import { kernelBroadcastFiltered, kernelSkb } from '../netlink/kernelsock'
import { portLook } from '../netlink/port'
import { Sock, coldOf, keyOf } from '../netlink/sock'
import { Skb, skbData } from '../skb/skb'
import { CN_HEADERS, writeHeaders } from './wire'

const EVENT_BYTES: u32 = 40
/** An exit; the number is too large for constants.ts. */
export const EVENT_EXIT: u32 = 0x80000000
const EVENT_ALL: u32 = 0xe00003c7
const EXIT_CODE_AT: u32 = CN_HEADERS + 24
/** How many CPUs have a counter. */
export const MAX_CPUS: u32 = 32

/** A message to 1:1: LISTEN, IGNORE or something unknown, with four or eight bytes. Others are ignored. */
export function procRequest(skb: Skb): void {
  const data = skbData(skb)
  const length: u32 = load<u16>(data, 32)
  if (length != 4 && length != 8) return
  const sock = portLook(keyOf(0, NETLINK_CONNECTOR), skb.portid)
  if (nil(sock) || sock.task.pidns != 0) return
  const operation = load<u32>(data, CN_HEADERS)
  const asked = length == 8 ? load<u32>(data, CN_HEADERS + 4) & EVENT_ALL : 0
  const known = note(sock, operation, asked ? asked : EVENT_ALL)
  acknowledge(known ? 0 : EINVAL, load<u32>(data, 28))
}

// The count of listeners follows the last operation of each socket, and nothing else: not closing, not leaving the group.
function note(sock: Sock, operation: u32, mask: u32): bool {
  const cold = coldOf(sock)
  if (nil(cold)) return true
  const first = cold.procMask == 0
  const before = cold.procOperation
  cold.procOperation = operation
  cold.procMask = mask
  logDetach(sock)
  if (operation == PROC_CN_MCAST_LISTEN) {
    if (first || before != PROC_CN_MCAST_LISTEN) kernel().procListeners += 1
    return true
  }
  if (operation != PROC_CN_MCAST_IGNORE) return false
  if (!first && before != PROC_CN_MCAST_IGNORE) kernel().procListeners -= 1
  return true
}

function acknowledge(error: u32, ack: u32): void {
  emit(PROC_EVENT_NONE, 0, ack + 1, error, 0, 0, 0, 0, 0)
}

/** Sends an event of a CPU to whoever listens. It takes a number of the CPU's counter, also if nobody gets it. */
export function emit(what: u32, cpu: u32, ack: u32, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32): void {
  const k = kernel()
  if (k.procListeners < 1) return
  const counter = PROC_COUNTERS + (cpu << 2)
  const seq = load<u32>(counter)
  store<u32>(counter, seq + 1)
  if (!hasListeners(NETLINK_CONNECTOR, CN_IDX_PROC)) return
  const skb = kernelSkb(CN_HEADERS + EVENT_BYTES, CN_IDX_PROC, GFP_NOWAIT)
  if (nil(skb)) return
  const data = skbData(skb)
  writeHeaders(data, CN_IDX_PROC, CN_VAL_PROC, seq, ack)
  store<u32>(data, CN_HEADERS + EVENT_BYTES)
  store<u32>(data, EVENT_BYTES, 32)
  store<u32>(data, what, 36)
  store<u32>(data, cpu, 40)
  store<u64>(data, k.now, 44)
  store<u32>(data, a, 52)
  store<u32>(data, b, 56)
  store<u32>(data, c, 60)
  store<u32>(data, d, 64)
  store<u32>(data, e, 68)
  store<u32>(data, f, 72)
  kernelBroadcastFiltered(NETLINK_CONNECTOR, skb, 0, CN_IDX_PROC, FILTER_PROC)
}

/** Sends a recorded datagram of cn_proc, which lies in the transmit window, as it is; false if nobody listens. */
export function procReplay(length: u32): bool {
  if (kernel().procListeners < 1 || length < CN_HEADERS + EVENT_BYTES || length > TRANSMIT_SIZE) return false
  const skb = kernelSkb(length, CN_IDX_PROC, GFP_NOWAIT)
  if (nil(skb)) return false
  memory.copy(skbData(skb), TRANSMIT_AT, length)
  return kernelBroadcastFiltered(NETLINK_CONNECTOR, skb, 0, CN_IDX_PROC, FILTER_PROC) == 0
}

/** Whether a socket's last request lets an event through. */
export function procPasses(sock: Sock, skb: Skb): bool {
  const cold = sock.cold
  if (nil(cold) || cold.procMask == 0) return true
  if (cold.procOperation == PROC_CN_MCAST_IGNORE) return false
  if (cold.procMask == EVENT_ALL) return true
  const what = load<u32>(skbData(skb), CN_HEADERS)
  if (what == EVENT_EXIT && cold.procMask & PROC_EVENT_NONZERO_EXIT && load<u32>(skbData(skb), EXIT_CODE_AT) != 0) return true
  return (cold.procMask & what) != 0
}
