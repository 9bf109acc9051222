// The work queue: where callbacks run that do not run inside send(), one by one, in the order of the messages.

import { GFP_ATOMIC } from '../uapi/constants'
import { kernel } from '../kernel'
import { nil } from '../memory'
import { alloc, free } from '../mm/alloc'
import { Skb, skbGet, skbPut } from '../skb/skb'
import { runCallback } from './dispatch'
import { CnCallback } from './registry'

//   struct Work, 12 bytes
//      0 ┌──────────────┬──────────────┬──────────────┐
//        │ next         │ callback     │ skb          │
//     12 └──────────────┴──────────────┴──────────────┘
@unmanaged
export class Work {
  next: Work
  callback: CnCallback
  skb: Skb
}

const WORK_SIZE: u32 = 12

/** Queues a message for a callback. Without memory it is lost, as the sender has its answer already. */
export function queueWork(callback: CnCallback, skb: Skb): void {
  const k = kernel()
  const work = changetype<Work>(alloc(WORK_SIZE, GFP_ATOMIC))
  if (nil(work)) return
  skbGet(skb)
  work.next = changetype<Work>(0)
  work.callback = callback
  work.skb = skb
  if (nil(k.lastWork)) k.firstWork = work
  else k.lastWork.next = work
  k.lastWork = work
}

function dropWork(work: Work): void {
  skbPut(work.skb)
  free(changetype<usize>(work), WORK_SIZE)
}

/** Runs the oldest queued work; false if there was none. */
export function runWork(): bool {
  const k = kernel()
  const work = k.firstWork
  if (nil(work)) return false
  k.firstWork = work.next
  if (nil(k.firstWork)) k.lastWork = k.firstWork
  runCallback(work.callback, work.skb)
  dropWork(work)
  return true
}

/** Takes back all queued work of a callback that is going. */
export function cancelWork(callback: CnCallback): void {
  const k = kernel()
  let before = changetype<Work>(0)
  let work = k.firstWork
  while (!nil(work)) {
    const next = work.next
    if (changetype<usize>(work.callback) == changetype<usize>(callback)) {
      if (nil(before)) k.firstWork = next
      else before.next = next
      if (nil(next)) k.lastWork = before
      dropWork(work)
    } else {
      before = work
    }
    work = next
  }
}
