// The kernel log: a ring of records, the oldest of which go when it is full.
//
//   a record, at multiples of 4, wrapping at the end of the ring
//      0 ┌──────────────┬──────────────┬──────────────┐
//        │ length       │ time (u64 ns, low, high)    │
//     12 ├──────────────┴──────────────┴──────────────┤
//        │ text (UTF-8)                               │
//        └────────────────────────────────────────────┘

import { GFP_KERNEL } from '../uapi/constants'
import { Kernel, kernel } from '../kernel'
import { RECEIVE_AT, STATE, setResult } from '../memory'
import { alloc, free } from '../mm/alloc'
import { RESULT_LIST } from '../result'

/** Bytes of the ring. */
export const LOG_SIZE: u32 = 32768
const HEADER: u32 = 12
/** Bytes of a line that are kept. */
export const MAX_LINE: u32 = 1024

function bytesOf(length: u32): u32 {
  return (HEADER + length + 3) & ~3
}

function word(at: u32): u32 {
  return load<u32>(kernel().log + (at & (LOG_SIZE - 1)))
}

function setWord(at: u32, value: u32): void {
  store<u32>(kernel().log + (at & (LOG_SIZE - 1)), value)
}

/** Appends a line; without memory it is lost. */
export function logWrite(text: usize, length: u32): void {
  const k = kernel()
  if (!k.log) {
    k.log = alloc(LOG_SIZE, GFP_KERNEL)
    if (!k.log) return
  }
  length = min(length, MAX_LINE)
  while (k.logTail + bytesOf(length) - k.logHead > LOG_SIZE) k.logHead += bytesOf(word(k.logHead))
  setWord(k.logTail, length)
  setWord(k.logTail + 4, k.now as u32)
  setWord(k.logTail + 8, (k.now >>> 32) as u32)
  for (let i: u32 = 0; i < length; i += 4) setWord(k.logTail + HEADER + i, load<u32>(text + i))
  k.logTail += bytesOf(length)
}

/**
 * Copies the record at `position` (0: the oldest) into the receive window, its time into the list words; the length, or -1
 * behind the last. The position of the next one stands in the third list word.
 */
export function logRead(position: u32): i32 {
  const k = kernel()
  const at = position == 0 ? k.logHead : position
  if (at == k.logTail) return -1
  const length = word(at)
  setResult(RESULT_LIST, word(at + 4))
  setResult(RESULT_LIST + 1, word(at + 8))
  for (let i: u32 = 0; i < length; i += 4) store<u32>(RECEIVE_AT + i, word(at + HEADER + i))
  setResult(RESULT_LIST + 2, at + bytesOf(length))
  return length
}

/** Gives the ring back. */
export function logFree(): void {
  const k = kernel()
  if (k.log) free(k.log, LOG_SIZE)
  // log, logHead, logTail
  memory.fill(STATE + offsetof<Kernel>('log'), 0, 12)
}
