// Slots: small numbers that stand for functions of the host. The host keeps an array of functions, the core hands out places.

import { free } from './mm/alloc'
import { growArray } from './mm/grow'
import { Kernel, kernel } from './kernel'
import { STATE } from './memory'

//   slot table: an array of words. A free slot holds the number of the next free one + 1 (0: none), a used one TAKEN.

/** What the core wants of the host, in the low bits of the import's first argument. */
export const CALL_CN: u32 = 1
/** A kernel socket's input function; a: the message. */
export const CALL_INPUT: u32 = 2
/** A bind hook; a: the group. */
export const CALL_BIND: u32 = 3
/** An unbind hook; a: the group. */
export const CALL_UNBIND: u32 = 4
/** A timer. */
export const CALL_TIMER: u32 = 5
/** The release notifier; a: protocol, b: port. */
export const CALL_RELEASE: u32 = 6
/** A filter of a broadcast; a: the member's port, b: the message. */
export const CALL_FILTER: u32 = 7
/** The hook of a dump; a: the message to fill, b: its room. */
export const CALL_DUMP: u32 = 8
/** The done hook of a dump. */
export const CALL_DUMP_DONE: u32 = 9
/** The tap, which has no slot; a: a message, b: TAP_*. */
export const CALL_TAP: u32 = 10
/** The fault rules, which have no slot; a: a message, b: FAULT_*. What they answer is the verdict. */
export const CALL_FAULT: u32 = 11
const KIND_BITS: u32 = 4
const TAKEN: u32 = 0xffffffff
const FIRST_SLOTS: u32 = 16

/** A free slot, or -1 without memory. */
export function slotTake(): i32 {
  const k = kernel()
  if (!k.freeSlot && !grow()) return -1
  const slot = k.freeSlot - 1
  k.freeSlot = load<u32>(k.slots + (slot << 2))
  store<u32>(k.slots + (slot << 2), TAKEN)
  k.slotsUsed += 1
  return slot
}

function grow(): bool {
  const k = kernel()
  const old = k.slotCapacity
  const capacity = old ? old << 1 : FIRST_SLOTS
  const slots = growArray(k.slots, old << 2, old << 2, capacity << 2)
  if (!slots) return false
  for (let i = old; i < capacity; i++) store<u32>(slots + (i << 2), i + 1 < capacity ? i + 2 : 0)
  k.slots = slots
  k.slotCapacity = capacity
  k.freeSlot = old + 1
  return true
}

/** Gives a slot back. The table goes with the last one. */
export function slotGive(slot: u32): void {
  const k = kernel()
  assert(slot < k.slotCapacity && load<u32>(k.slots + (slot << 2)) == TAKEN, 'slot: given back, but not taken')
  store<u32>(k.slots + (slot << 2), k.freeSlot)
  k.freeSlot = slot + 1
  k.slotsUsed -= 1
  if (k.slotsUsed) return
  free(k.slots, k.slotCapacity << 2)
  // slots, slotCapacity, freeSlot
  memory.fill(STATE + offsetof<Kernel>('slots'), 0, 12)
}

// The same import that abi.ts declares.
// @ts-ignore: decorator
@external("env", "callback")
declare function callback(kindSlot: i32, a: i32, b: i32): i32

/** Calls the host's function of a slot. The core is re-entrant here: nothing that was looked up before is certain after it. */
// @ts-ignore: decorator
@inline
export function callHost(slot: u32, kind: u32, a: u32, b: u32): i32 {
  return callback((slot << KIND_BITS) | kind, a, b)
}
