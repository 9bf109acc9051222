// Who watches messages: the tap, which is told what became of each, and the fault rules, which are asked. Both are functions of the
// host that do not call back, so what was looked up before them stays true. Neither needs memory of the machine.

import { EAGAIN } from '../uapi/errno'
import { kernel } from '../kernel'
import { nil, refOf, setResult } from '../memory'
import { RESULT_WATCH } from '../result'
import { CALL_FAULT, CALL_TAP, callHost } from '../slot'
import { Skb } from '../skb/skb'
import { SOCK_CONGESTED, Sock } from './sock'

/** Bit of Kernel.watch: there are fault rules. */
export const WATCH_FAULTS: u32 = 1
/** Bit of Kernel.watch: there is a tap. */
export const WATCH_TAP: u32 = 2

/** What the tap is told: a message is on its way; words: key, port, group, reference of the sending socket or 0. */
export const TAP_BEGIN: u32 = 0
/** What became of it at a receiver; words: reference of the socket or 0, VERDICT_*. */
export const TAP_DELIVERY: u32 = 1
/** The message's way has ended; words: the result. */
export const TAP_END: u32 = 2
/** A receive; words: reference of the socket, the result. */
export const TAP_RECEIVE: u32 = 3

/** In the queue. */
export const VERDICT_QUEUED: u32 = 0
/** No room. */
export const VERDICT_NO_ROOM: u32 = 1
/** No memory. */
export const VERDICT_NO_MEMORY: u32 = 2
/** Congested. */
export const VERDICT_CONGESTED: u32 = 3
/** Left out by a filter. */
export const VERDICT_FILTERED: u32 = 4
/** Connected elsewhere. */
export const VERDICT_REFUSED: u32 = 5
/** Taken by the kernel. */
export const VERDICT_HANDLED: u32 = 6
/** Lost by a fault rule. */
export const VERDICT_DROPPED: u32 = 7
/** Delayed by a fault rule. */
export const VERDICT_DELAYED: u32 = 8

/** No receiver has been chosen yet: the whole message is asked about. */
export const FAULT_MESSAGE: u32 = 1
/** The message may be lost at this receiver. */
export const FAULT_LOSABLE: u32 = 2
/** A rule's answer: go on. */
export const FAULT_NONE: u32 = 0
/** A rule's answer: lost, or for the whole message: its allocation failed. Larger ones: delayed by so many ms and FAULT_DELAY. */
export const FAULT_LOST: u32 = 1
/** What is to be taken off an answer to get the milliseconds. */
export const FAULT_DELAY: u32 = 2

function words(a: u32, b: u32, c: u32, d: u32): void {
  setResult(RESULT_WATCH, a)
  setResult(RESULT_WATCH + 1, b)
  setResult(RESULT_WATCH + 2, c)
  setResult(RESULT_WATCH + 3, d)
}

/** Tells the tap that a message is on its way. */
export function tapBegin(key: u32, skb: Skb, portid: u32, group: u32, sender: Sock): void {
  if (!(kernel().watch & WATCH_TAP)) return
  words(key, portid, group, refOf(sender))
  callHost(0, CALL_TAP, refOf(skb), TAP_BEGIN)
}

/** Tells the tap what became of it at a socket, or at the kernel (null). */
export function tapDelivery(sock: Sock, verdict: u32): void {
  if (!(kernel().watch & WATCH_TAP)) return
  words(refOf(sock), verdict, 0, 0)
  callHost(0, CALL_TAP, 0, TAP_DELIVERY)
}

/** Tells the tap that the message's way has ended; returns the result. */
export function tapEnd(result: i32): i32 {
  if (kernel().watch & WATCH_TAP) {
    words(result, 0, 0, 0)
    callHost(0, CALL_TAP, 0, TAP_END)
  }
  return result
}

/** Tells the tap of a receive: of a message, or (null) of an error. */
export function tapReceive(sock: Sock, skb: Skb, result: i32): void {
  words(refOf(sock), result, 0, 0)
  callHost(0, CALL_TAP, refOf(skb), TAP_RECEIVE)
}

/** What take() answered, as a verdict; `flags` are the socket's before. */
export function verdictOf(taken: i32, flags: u32): u32 {
  if (taken == 0) return VERDICT_QUEUED
  if (taken != -EAGAIN) return VERDICT_NO_MEMORY
  return flags & SOCK_CONGESTED ? VERDICT_CONGESTED : VERDICT_NO_ROOM
}

/** Begins a message for whoever watches; false if a fault rule has its allocation fail. */
export function watchBegin(key: u32, skb: Skb, portid: u32, group: u32, sender: Sock): bool {
  tapBegin(key, skb, portid, group, sender)
  return ask(key, skb, group, 0, FAULT_MESSAGE) == FAULT_NONE
}

/** What the fault rules say of a message at a receiver, the kernel being null. */
export function faultAt(key: u32, skb: Skb, group: u32, sock: Sock, losable: bool): u32 {
  return ask(key, skb, group, nil(sock) ? 0 : sock.portid, losable ? FAULT_LOSABLE : 0)
}

function ask(key: u32, skb: Skb, group: u32, to: u32, flags: u32): u32 {
  if (!(kernel().watch & WATCH_FAULTS)) return FAULT_NONE
  words(key, group, to, 0)
  return callHost(0, CALL_FAULT, refOf(skb), flags)
}
