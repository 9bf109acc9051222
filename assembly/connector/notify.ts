// Notifications: who asked is told when an id is registered or unregistered (connector.txt 114-124).
//
//   a request, the data of a message to {-1, -1}: struct cn_ctl_msg, then struct cn_notify_req, those for idx first
//      0 ┌──────────────┬──────────────┐
//        │idx_notify_num│val_notify_num│
//      8 │ group        │ len          │ where the notices go, 0 takes back; bytes behind
//     16 ├──────────────┼──────────────┤
//        │ first        │ range        │  … idx_notify_num + val_notify_num times
//        └──────────────┴──────────────┘

import { EINVAL, ENOMEM } from '../uapi/errno'
import { GFP_KERNEL, NETLINK_CONNECTOR } from '../uapi/constants'
import { Kernel, kernel, nextOrdinal } from '../kernel'
import { STATE, copyResults, nil, refOf, sameBytes, setResult } from '../memory'
import { alloc, free } from '../mm/alloc'
import { listAppend, listRemove } from '../mm/list'
import { kernelBroadcast, kernelSkb } from '../netlink/kernelsock'
import { RESULT_LIST } from '../result'
import { CALL_CN, callHost, slotGive } from '../slot'
import { Skb, skbData, skbGet, skbPut } from '../skb/skb'
import { CN_HEADERS, writeHeaders } from './wire'

//   struct NotifyRequest, 32 bytes and the ranges
//      0 ┌──────────────┬──────────────┐
//        │ next         │ prev         │ in the order in which they were asked
//      8 │ ordinal (u64)               │
//     16 │ group        │ idxCount     │
//     24 │ valCount     │ slot         │ slot of the host's function + 1, 0 for none
//     32 ├──────────────┴──────────────┤
//        │ ranges                      │
//        └─────────────────────────────┘
@unmanaged
export class NotifyRequest {
  next: NotifyRequest
  prev: NotifyRequest
  ordinal: u64
  group: u32
  idxCount: u32
  valCount: u32
  slot: u32
}

const HEADER: u32 = 32
const CTL_BYTES: u32 = 16
const RANGE_BYTES: u32 = 8
const MOST_RANGES: u32 = 0x10000

function sizeOf(request: NotifyRequest): u32 {
  return HEADER + (request.idxCount + request.valCount) * RANGE_BYTES
}

/** Where a request's ranges begin. */
export function rangesOf(request: NotifyRequest): usize {
  return changetype<usize>(request) + HEADER
}

/** Takes a request out of a task's message. One whose lengths do not agree is ignored. */
export function handleRequest(skb: Skb): void {
  const data = skbData(skb) + CN_HEADERS
  request(data, load<u16>(skbData(skb), 32), 0)
}

/**
 * A request of `length` bytes at `ctl`; `slot` as in struct NotifyRequest, given up to it. 0, -EINVAL if the lengths do not
 * agree, -ENOMEM.
 */
export function request(ctl: usize, length: u32, slot: u32): i32 {
  if (length < CTL_BYTES) return -EINVAL
  const idxCount = load<u32>(ctl)
  const valCount = load<u32>(ctl, 4)
  if (idxCount > MOST_RANGES || valCount > MOST_RANGES) return -EINVAL
  const bytes = (idxCount + valCount) * RANGE_BYTES
  if (load<u32>(ctl, 12) != bytes || length != CTL_BYTES + bytes) return -EINVAL
  if (load<u32>(ctl, 8) == 0) {
    takeBack(ctl, idxCount, valCount)
    return 0
  }
  return addRequest(ctl, idxCount, valCount, slot)
}

function addRequest(ctl: usize, idxCount: u32, valCount: u32, slot: u32): i32 {
  const bytes = (idxCount + valCount) * RANGE_BYTES
  const made = changetype<NotifyRequest>(alloc(HEADER + bytes, GFP_KERNEL))
  if (nil(made)) return -ENOMEM
  made.ordinal = nextOrdinal()
  made.group = load<u32>(ctl, 8)
  made.idxCount = idxCount
  made.valCount = valCount
  made.slot = slot
  memory.copy(rangesOf(made), ctl + CTL_BYTES, bytes)
  listAppend(STATE + offsetof<Kernel>('firstRequest'), changetype<usize>(made))
  return 0
}

// Every request with the same ranges goes, whoever asked.
function takeBack(ctl: usize, idxCount: u32, valCount: u32): void {
  const bytes = (idxCount + valCount) * RANGE_BYTES
  let one = kernel().firstRequest
  while (!nil(one)) {
    const next = one.next
    // idxCount and valCount
    const same = load<u64>(changetype<usize>(one) + offsetof<NotifyRequest>('idxCount')) == load<u64>(ctl)
    if (same && sameBytes(rangesOf(one), ctl + CTL_BYTES, bytes)) requestFree(one)
    one = next
  }
}

/**
 * The request after another (0: the first), or 0; in the list words: the slot of its function or -1, group, how many ranges of idx, of
 * val, and where they lie.
 */
export function requestNext(before: u32): u32 {
  const one = before ? changetype<NotifyRequest>(before).next : kernel().firstRequest
  if (nil(one)) return 0
  setResult(RESULT_LIST, one.slot - 1)
  // group, idxCount, valCount
  copyResults(RESULT_LIST + 1, changetype<usize>(one) + offsetof<NotifyRequest>('group'), 3)
  setResult(RESULT_LIST + 4, rangesOf(one) as u32)
  return refOf(one)
}

/** Takes a request out of the list and gives it back. */
export function requestFree(one: NotifyRequest): void {
  listRemove(STATE + offsetof<Kernel>('firstRequest'), changetype<usize>(one))
  if (one.slot) slotGive(one.slot - 1)
  free(changetype<usize>(one), sizeOf(one))
}

function within(ranges: usize, count: u32, x: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const first = load<u32>(ranges + i * RANGE_BYTES)
    // No wrap: what lies past the last number is cut off.
    if (x >= first && x - first < load<u32>(ranges + i * RANGE_BYTES, 4)) return true
  }
  return false
}

function matches(one: NotifyRequest, idx: u32, val: u32): bool {
  const ranges = rangesOf(one)
  return within(ranges, one.idxCount, idx) && within(ranges + one.idxCount * RANGE_BYTES, one.valCount, val)
}

// The oldest request after an ordinal: what follows is certain even if functions of the host changed the list.
function after(ordinal: u64): NotifyRequest {
  let one = kernel().firstRequest
  while (!nil(one) && one.ordinal <= ordinal) one = one.next
  return one
}

/** Tells everybody who asked that an id was registered or unregistered. Requests made meanwhile do not hear of it. */
export function announce(idx: u32, val: u32, registered: bool): void {
  const end = kernel().nextOrdinal
  let one = kernel().firstRequest
  while (!nil(one) && one.ordinal < end) {
    if (matches(one, idx, val)) {
      const ordinal = one.ordinal
      notice(one, idx, val, registered ? 0 : 1)
      one = after(ordinal)
    } else {
      one = one.next
    }
  }
}

function notice(one: NotifyRequest, idx: u32, val: u32, ack: u32): void {
  const skb = kernelSkb(CN_HEADERS, one.group, GFP_KERNEL)
  if (nil(skb)) return
  writeHeaders(skbData(skb), idx, val, 0, ack)
  const slot = one.slot
  skbGet(skb)
  kernelBroadcast(NETLINK_CONNECTOR, skb, 0, one.group)
  if (slot) callHost(slot - 1, CALL_CN, refOf(skb), 0)
  skbPut(skb)
}
