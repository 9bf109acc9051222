// The result words: what a call answers beside its return value. Each call says which it writes.

import { setResult } from './memory'

/** Not 0 while the ready list is not empty, or something is to be pushed. */
export const RESULT_READY: u32 = 0
/** The id of the socket whose queue was the reason for the last -EAGAIN. */
export const RESULT_BLOCKED: u32 = 1
/** That socket's reference, to be armed at once. */
export const RESULT_BLOCKED_SOCK: u32 = 13
/** What it is to be armed for. */
export const RESULT_BLOCKED_FOR: u32 = 14
/** The id, while listeners make calls of their own: the host puts it back. 0 if the socket is gone. */
export const RESULT_BLOCKED_BEFORE: u32 = 15
/** Received: MSG_* of the output. */
export const RESULT_FLAGS: u32 = 2
/** Received: how many bytes were copied. */
export const RESULT_COPIED: u32 = 3
/** Received: the sender's port; this and the next four words are in the order of struct Skb. */
export const RESULT_PORTID: u32 = 4
/** Received: the group that was named. */
export const RESULT_GROUP: u32 = 5
/** Received: the sender's process. */
export const RESULT_PID: u32 = 6
/** Received: the sender's user. */
export const RESULT_UID: u32 = 7
/** Received: the sender's group id. */
export const RESULT_GID: u32 = 8
/** Received: where the bytes lie. */
export const RESULT_DATA: u32 = 9
/** Received: the socket's SOCK_* flags. */
export const RESULT_SOCK_FLAGS: u32 = 10
/** An address: port. */
export const RESULT_ADDR_PID: u32 = 11
/** An address: groups. */
export const RESULT_ADDR_GROUPS: u32 = 12
/** First of the four words that say what the tap and the fault rules are called for. */
export const RESULT_WATCH: u32 = 120
/** First of the words that listings and queries fill. */
export const RESULT_LIST: u32 = 16

/** Writes 64 bits into list word `index` and the one behind it. */
export function setLong(index: u32, value: u64): void {
  setResult(RESULT_LIST + index, value as u32)
  setResult(RESULT_LIST + index + 1, (value >>> 32) as u32)
}
