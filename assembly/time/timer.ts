// Timers: a wheel of 8 levels of 64 slots, a slot of level n being 64^n ticks wide. A timer waits in the level of the highest
// digit (base 64) in which its time differs from the wheel's; when the wheel comes to its slot there it moves down.
// Timers of the same tick fire in the order in which they were armed.

import { ENOMEM } from '../uapi/errno'
import { GFP_KERNEL } from '../uapi/constants'
import { Kernel, WHEEL_BITS, WHEEL_SLOTS, kernel } from '../kernel'
import { STATE, nil, setResult, refOf } from '../memory'
import { alloc, free } from '../mm/alloc'
import { listAppend, listRemove } from '../mm/list'
import { RESULT_LIST } from '../result'
import { runDelayed } from '../netlink/delay'
import { Sock } from '../netlink/sock'
import { Skb, skbPut } from '../skb/skb'
import { CALL_TIMER, callHost, slotGive, slotTake } from '../slot'

//   struct Timer, 52 bytes
//      0 ┌──────────────┬──────────────┐
//        │ laterArmed   │ earlierArmed │ all timers, in the order in which they were armed
//      8 │ next         │ prev         │ a ring: the timers of the same slot of the wheel
//     16 │ expires (u64)               │ ticks
//     24 │ slot         │ place        │ the host's function; index of the slot of the wheel
//     32 │ due (u64)                   │ when it will fire: expires, but never in the past
//     40 │ skb          │ sock         │ of a delayed message (slot DELAYS): what, and for whom; null is the kernel
//     48 │ key          │              │ of that message: namespace and protocol
//     52 └──────────────┘
@unmanaged
export class Timer {
  laterArmed: Timer
  earlierArmed: Timer
  next: Timer
  prev: Timer
  expires: u64
  slot: u32
  place: u32
  due: u64
  skb: Skb
  sock: Sock
  key: u32
}

const TIMER_SIZE: u32 = 52
/** In place of a slot: the timer is the kernel's own, and delivers a delayed message. */
export const DELAYS: u32 = 0xfffffffe
const LEVELS: u32 = 8
const LAST_TICK: u64 = 0xffffffffffff
/** Nanoseconds of a tick: HZ is 1000. */
export const TICK: u64 = 1000000

// Where the wheel stands: behind the bitmaps.
const WHEEL_AT: u32 = 66368

// @ts-ignore: decorator
@inline
function wheelNow(): u64 {
  return load<u64>(WHEEL_AT)
}

function bits(level: u32): u64 {
  return load<u64>(WHEEL_BITS + (level << 3))
}

function setBits(level: u32, value: u64): void {
  store<u64>(WHEEL_BITS + (level << 3), value)
}

function headOf(place: u32): usize {
  return WHEEL_SLOTS + (place << 2)
}

function insert(timer: Timer): void {
  const differs = (wheelNow() ^ timer.due) | 63
  const level = ((63 - clz(differs)) as u32) / 6
  const slot = ((timer.due >>> (level * 6)) & 63) as u32
  const place = (level << 6) | slot
  const first = changetype<Timer>(load<usize>(headOf(place)))
  timer.place = place
  if (nil(first)) {
    timer.next = timer
    timer.prev = timer
    store<usize>(headOf(place), changetype<usize>(timer))
    setBits(level, bits(level) | (<u64>1 << slot))
    return
  }
  timer.next = first
  timer.prev = first.prev
  first.prev.next = timer
  first.prev = timer
}

function remove(timer: Timer): void {
  const head = headOf(timer.place)
  if (changetype<usize>(timer.next) == changetype<usize>(timer)) {
    store<usize>(head, 0)
    const level = timer.place >>> 6
    setBits(level, bits(level) & ~(<u64>1 << (timer.place & 63)))
    return
  }
  timer.prev.next = timer.next
  timer.next.prev = timer.prev
  if (load<usize>(head) == changetype<usize>(timer)) store<usize>(head, changetype<usize>(timer.next))
}

function setDue(timer: Timer, expires: u64): void {
  const k = kernel()
  // While timers run, one for now or before is for the next tick: a timer that arms itself does not hold time up.
  const earliest = k.now / TICK + (k.running ? 1 : 0)
  timer.expires = expires
  timer.due = min(max(expires, earliest), LAST_TICK)
}

function armLast(timer: Timer): void {
  listAppend(STATE + offsetof<Kernel>('firstTimer'), changetype<usize>(timer))
}

function disarm(timer: Timer): void {
  listRemove(STATE + offsetof<Kernel>('firstTimer'), changetype<usize>(timer))
}

/** Arms a new timer: its reference, its slot in the first list word; -ENOMEM. */
export function timerAdd(expires: u64): i32 {
  if (kernel().timers >= kernel().maxTimers) return -ENOMEM
  const slot = slotTake()
  if (slot < 0) return -ENOMEM
  const timer = timerCreate(slot, expires)
  if (nil(timer)) {
    slotGive(slot)
    return -ENOMEM
  }
  setResult(RESULT_LIST, slot)
  return refOf(timer)
}

/** A new timer that is armed; null at the limit or without memory. */
export function timerCreate(slot: u32, expires: u64): Timer {
  const k = kernel()
  if (k.timers >= k.maxTimers) return changetype<Timer>(0)
  const timer = changetype<Timer>(alloc(TIMER_SIZE, GFP_KERNEL))
  if (nil(timer)) return timer
  k.timers += 1
  timer.slot = slot
  setDue(timer, expires)
  insert(timer)
  armLast(timer)
  return timer
}

/** Arms a pending timer for another time. */
export function timerMove(timer: Timer, expires: u64): void {
  remove(timer)
  disarm(timer)
  setDue(timer, expires)
  insert(timer)
  armLast(timer)
}

/** Takes a pending timer back. */
export function timerDelete(timer: Timer): void {
  const k = kernel()
  remove(timer)
  disarm(timer)
  if (timer.slot == DELAYS) {
    skbPut(timer.skb)
    k.delayed -= 1
  } else {
    slotGive(timer.slot)
  }
  free(changetype<usize>(timer), TIMER_SIZE)
  k.timers -= 1
}

/** The first tick at which something of the wheel is to be done, u64.MAX_VALUE for none. */
export function wheelNext(): u64 {
  const now = wheelNow()
  for (let level: u32 = 0; level < LEVELS; level++) {
    if (bits(level)) {
      const shift = level * 6
      const slot = ctz(bits(level))
      return (((now >>> (shift + 6)) << 6) | slot) << shift
    }
  }
  return u64.MAX_VALUE
}

// Moves the timers of the slot that the wheel comes to into the levels below, in their order.
function cascade(level: u32, slot: u32): void {
  const head = headOf((level << 6) | slot)
  const first = changetype<Timer>(load<usize>(head))
  store<usize>(head, 0)
  setBits(level, bits(level) & ~(<u64>1 << slot))
  let timer = first
  do {
    const next = timer.next
    insert(timer)
    timer = next
  } while (changetype<usize>(timer) != changetype<usize>(first))
}

/** Fires the next timer that is due at `tick` or before; false if there is none. */
export function wheelRun(tick: u64): bool {
  while (true) {
    const next = wheelNext()
    if (next > tick) {
      store<u64>(WHEEL_AT, tick)
      return false
    }
    store<u64>(WHEEL_AT, max(next, wheelNow()))
    if (!bits(0)) {
      let level: u32 = 1
      while (!bits(level)) level++
      cascade(level, ctz(bits(level)) as u32)
      continue
    }
    const timer = changetype<Timer>(load<usize>(headOf(ctz(bits(0)) as u32)))
    if (timer.slot == DELAYS) {
      runDelayed(timer)
      return true
    }
    const slot = timer.slot
    timerDelete(timer)
    callHost(slot, CALL_TIMER, 0, 0)
    return true
  }
}
