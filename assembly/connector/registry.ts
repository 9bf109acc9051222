// The registry of connector callbacks: found by a hash of (idx, val), listed in the order of their registration.

import { EINVAL, ENOMEM } from '../uapi/errno'
import { CN_CBQ_NAMELEN, CN_IDX_PROC, CN_VAL_PROC, GFP_KERNEL } from '../uapi/constants'
import { Kernel, kernel } from '../kernel'
import { STATE, nil } from '../memory'
import { allocZero, free } from '../mm/alloc'
import { listAppend, listRemove } from '../mm/list'
import { tableAdd, tableFind, tableLook, tableRemove, tableReserve } from '../mm/table'
import { slotGive, slotTake } from '../slot'
import { Work, cancelWork } from './work'

//   struct CnCallback, 64 bytes
//      0 ┌──────────────┬──────────────┐
//        │ next         │ prev         │ in the order of registration
//      8 │ idx          │ val          │
//     16 │ slot         │ kind         │ the host's function; who handles the messages
//     24 │ nameLength   │ newestWork   │ of its work in the queue
//     32 ├──────────────┴──────────────┤
//        │ name, at most 31 bytes      │
//     64 └─────────────────────────────┘
@unmanaged
export class CnCallback {
  next: CnCallback
  prev: CnCallback
  idx: u32
  val: u32
  slot: u32
  kind: u32
  nameLength: u32
  newestWork: Work
}

const CALLBACK_SIZE: u32 = 64
/** Where the name begins. */
export const CALLBACK_NAME: u32 = 32

/** A function of the host. */
export const KIND_HOST: u32 = 0
/** The connector itself: notification requests. */
export const KIND_SELF: u32 = 1
/** cn_proc, which holds its id from the start. */
export const KIND_PROC: u32 = 2

/** The callback of an id, or null. */
// @ts-ignore: decorator
@inline
export function callbackFind(idx: u32, val: u32): CnCallback {
  const table = STATE + offsetof<Kernel>('callbackSlots')
  return changetype<CnCallback>(tableFind(table, idx, val, offsetof<CnCallback>('idx'), offsetof<CnCallback>('val')))
}

/** callbackFind() for ways that are not hot. */
export function callbackLook(idx: u32, val: u32): CnCallback {
  const table = STATE + offsetof<Kernel>('callbackSlots')
  return changetype<CnCallback>(tableLook(table, idx, val, offsetof<CnCallback>('idx'), offsetof<CnCallback>('val')))
}

function insert(idx: u32, val: u32, kind: u32, slot: u32, name: usize, length: u32): CnCallback {
  const k = kernel()
  const table = STATE + offsetof<Kernel>('callbackSlots')
  if (!tableReserve(table, offsetof<CnCallback>('idx'), offsetof<CnCallback>('val'))) return changetype<CnCallback>(0)
  const callback = changetype<CnCallback>(allocZero(CALLBACK_SIZE, GFP_KERNEL))
  if (nil(callback)) return callback
  callback.idx = idx
  callback.val = val
  callback.kind = kind
  callback.slot = slot
  callback.nameLength = min(length, CN_CBQ_NAMELEN - 1)
  memory.copy(changetype<usize>(callback) + CALLBACK_NAME, name, callback.nameLength)
  listAppend(STATE + offsetof<Kernel>('firstCallback'), changetype<usize>(callback))
  tableAdd(table, changetype<usize>(callback), offsetof<CnCallback>('idx'), offsetof<CnCallback>('val'))
  k.callbacks += 1
  return callback
}

/** Registers what is there from the start: the connector, if it takes notification requests, and cn_proc. False without memory. */
export function initRegistry(scratch: usize): bool {
  if (kernel().notifications) {
    // "connector", "cn_proc": little-endian text, as there are no strings here.
    store<u64>(scratch, 0x6f7463656e6e6f63)
    store<u8>(scratch, 0x72, 8)
    if (nil(insert(-1, -1, KIND_SELF, 0, scratch, 9))) return false
  }
  store<u64>(scratch, 0x00636f72705f6e63)
  return !nil(insert(CN_IDX_PROC, CN_VAL_PROC, KIND_PROC, 0, scratch, 7))
}

/** cn_add_callback(): the slot for the host's function; -EINVAL for an id that is taken, -ENOMEM. */
export function callbackAdd(idx: u32, val: u32, name: usize, length: u32): i32 {
  if (!nil(callbackLook(idx, val))) return -EINVAL
  if (kernel().callbacks >= kernel().maxCallbacks) return -ENOMEM
  const slot = slotTake()
  if (slot < 0) return -ENOMEM
  if (nil(insert(idx, val, KIND_HOST, slot, name, length))) {
    slotGive(slot)
    return -ENOMEM
  }
  return slot
}

/** The slot of an id's function, or -1 if the host has none there. */
export function callbackSlot(idx: u32, val: u32): i32 {
  const callback = callbackLook(idx, val)
  return nil(callback) || callback.kind != KIND_HOST ? -1 : callback.slot
}

/** cn_del_callback(): the slot that is free now, or -1 if the id was not registered, or not by the host. */
export function callbackDelete(idx: u32, val: u32): i32 {
  const callback = callbackLook(idx, val)
  if (nil(callback) || callback.kind != KIND_HOST) return -1
  const slot = callback.slot
  callbackRemove(callback)
  return slot
}

/** Takes a callback out of everything and gives it back. */
export function callbackRemove(callback: CnCallback): void {
  const k = kernel()
  const table = STATE + offsetof<Kernel>('callbackSlots')
  tableRemove(table, changetype<usize>(callback), offsetof<CnCallback>('idx'), offsetof<CnCallback>('val'))
  listRemove(STATE + offsetof<Kernel>('firstCallback'), changetype<usize>(callback))
  cancelWork(callback)
  if (callback.kind == KIND_HOST) slotGive(callback.slot)
  free(changetype<usize>(callback), CALLBACK_SIZE)
  k.callbacks -= 1
}
