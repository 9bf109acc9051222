// The work queue: where callbacks run that do not run inside send(), one by one, in the order of the messages.

import { GFP_ATOMIC } from '../uapi/constants'
import { Kernel, kernel } from '../kernel'
import { STATE, nil } from '../memory'
import { alloc, free } from '../mm/alloc'
import { chainAdd, chainRemove, listAppend, listRemove } from '../mm/list'
import { Skb, skbGet, skbPut } from '../skb/skb'
import { runCallback } from './dispatch'
import { CnCallback } from './registry'

//   struct Work, 24 bytes
//      0 ┌──────────────┬──────────────┬──────────────┐
//        │ next         │ prev         │ callback     │ in the order of the messages
//     12 │ skb          │ older        │ newer        │ work of the same callback
//     24 └──────────────┴──────────────┴──────────────┘
@unmanaged
export class Work {
  next: Work
  prev: Work
  callback: CnCallback
  skb: Skb
  older: Work
  newer: Work
}

const WORK_SIZE: u32 = 24

// The chain of a callback's work.
function workOf(callback: CnCallback): usize {
  return changetype<usize>(callback) + offsetof<CnCallback>('newestWork')
}

/** Queues a message for a callback. Without memory it is lost, as the sender has its answer already. */
export function queueWork(callback: CnCallback, skb: Skb): void {
  const work = changetype<Work>(alloc(WORK_SIZE, GFP_ATOMIC))
  if (nil(work)) return
  skbGet(skb)
  work.callback = callback
  work.skb = skb
  listAppend(STATE + offsetof<Kernel>('firstWork'), changetype<usize>(work))
  chainAdd(workOf(callback), changetype<usize>(work), offsetof<Work>('older'))
}

function unlink(work: Work): void {
  listRemove(STATE + offsetof<Kernel>('firstWork'), changetype<usize>(work))
  chainRemove(workOf(work.callback), changetype<usize>(work), offsetof<Work>('older'))
}

function dropWork(work: Work): void {
  skbPut(work.skb)
  free(changetype<usize>(work), WORK_SIZE)
}

/** Runs the oldest queued work; false if there was none. */
export function runWork(): bool {
  const work = kernel().firstWork
  if (nil(work)) return false
  unlink(work)
  runCallback(work.callback, work.skb)
  dropWork(work)
  return true
}

/** Takes back all queued work of a callback that is going. */
export function cancelWork(callback: CnCallback): void {
  while (!nil(callback.newestWork)) {
    const work = callback.newestWork
    unlink(work)
    dropWork(work)
  }
}
