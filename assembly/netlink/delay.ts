// Messages that a fault rule delays: each hangs on a timer until it is delivered, or its receiver is gone.

import { kernel } from '../kernel'
import { nil } from '../memory'
import { Skb, skbGet, skbPut } from '../skb/skb'
import { DELAYS, TICK, Timer, timerCreate, timerDelete } from '../time/timer'
import { FROM_KERNEL_ATOMIC } from './deliver'
import { inputTold, unicastTold } from './deliver-watched'
import { SOCK_DELAYED, Sock } from './sock'
import { tapBegin, tapEnd } from './watch'

/**
 * Has a message come to a socket, or to the kernel (null), `ms` later. False if it cannot wait (no timer, no memory): then it is
 * to be delivered at once.
 */
export function delay(key: u32, sock: Sock, skb: Skb, ms: u32): bool {
  const k = kernel()
  const timer = timerCreate(DELAYS, (k.now + <u64>ms * TICK + TICK - 1) / TICK)
  if (nil(timer)) return false
  k.delayed += 1
  skbGet(skb)
  timer.skb = skb
  timer.sock = sock
  timer.key = key
  if (!nil(sock)) sock.flags |= SOCK_DELAYED
  return true
}

/** A message's time has come. At a socket that has no room it is lost: its sender was told long ago that it was taken. */
export function runDelayed(timer: Timer): void {
  const key = timer.key
  const sock = timer.sock
  const skb = timer.skb
  skbGet(skb)
  timerDelete(timer)
  const watched = kernel().watch
  if (watched) tapBegin(key, skb, nil(sock) ? 0 : sock.portid, skb.group, changetype<Sock>(0))
  const result = nil(sock) ? inputTold(key, skb) : unicastTold(sock, skb, FROM_KERNEL_ATOMIC)
  if (watched) tapEnd(result)
  skbPut(skb)
}

/** A socket is being closed: nothing comes to it any more. */
export function forgetDelayed(sock: Sock): void {
  let timer = kernel().firstTimer
  while (!nil(timer)) {
    const later = timer.laterArmed
    if (timer.slot == DELAYS && changetype<usize>(timer.sock) == changetype<usize>(sock)) timerDelete(timer)
    timer = later
  }
}
