// The map of linear memory: what lies below STATE is scratch, what lies from STATE on is the machine.
//
//        0 ┌──────────────────────────────┐
//          │ nothing: a null reference    │
//     1024 ├──────────────────────────────┤
//          │ result words                 │ 128 words, written by the core, read by the host
//     1536 ├──────────────────────────────┤
//          │ transmit window              │ a datagram on its way in: 512 bytes over the connector's largest
//    18432 ├──────────────────────────────┤
//          │ receive window               │ a datagram on its way out; option values and names both ways
//    34816 ├──────────────────────────────┤
//          │ reserve window               │ a datagram that is built in place; zeros while there is none
//    51712 ├──────────────────────────────┤
//          │ static data of the compiler  │ must end below DRAIN_AT
//    60672 ├──────────────────────────────┤
//          │ drain window                 │ messages that receivers have taken
//    61440 ├──────────────────────────────┤
//          │ push window                  │ whose listeners the next message is for
//    65536 ├──────────────────────────────┤
//          │ struct Kernel, protocols,    │ one page: the roots of everything
//          │ timer wheel                  │
//    69632 ├──────────────────────────────┤
//          │ page map, then pages         │ up to the end of memory (limits.memory)
//          └──────────────────────────────┘
//
// References are offsets in this one memory, the same in every build and in every run.

/** Where the result words lie. */
export const RESULT_AT: u32 = 1024
/** Words among the result words that nobody reads there: M[] of a filter while it runs, a value that is copied from. */
export const SCRATCH_AT: u32 = 1280
/** Where the host writes a datagram for the core. */
export const TRANSMIT_AT: u32 = 1536
/** Bytes of the transmit window. */
export const TRANSMIT_SIZE: u32 = 16896
/** Where the core writes a datagram for the host. */
export const RECEIVE_AT: u32 = 18432
/** Bytes of the receive window. */
export const RECEIVE_SIZE: u32 = 16384
/** Where the host builds a datagram in place, of at most TRANSMIT_SIZE bytes. */
export const RESERVE_AT: u32 = 34816
/**
 * Where the messages stand that receivers have taken, a word for each: DRAIN_WORDS of who drains, then one of each who does so within that,
 * and zeros.
 */
export const DRAIN_AT: u32 = 60672
/** Where a message stands in that window that was received and is too long for the receive window. */
export const LONG_AT: u32 = 61192
/** So many messages are taken at once. */
export const DRAIN_WORDS: u32 = 64
/** Where the listeners of a message stand, a word for each. */
export const PUSH_AT: u32 = 61440
/** Words of the push window. */
export const PUSH_WORDS: u32 = 1024
/** Where the machine's state begins. */
export const STATE: u32 = 65536
/** Where the allocator's page map begins; the roots lie in the page before it. */
export const PAGE_MAP_AT: u32 = 69632

/** Writes result word `index`. */
// @ts-ignore: decorator
@inline
export function setResult(index: u32, value: u32): void {
  store<u32>(RESULT_AT + (index << 2), value)
}

/** Writes `words` result words from `index` on as they lie at an address. */
// @ts-ignore: decorator
@inline
export function copyResults(index: u32, from: usize, words: u32): void {
  memory.copy(RESULT_AT + (index << 2), from, words << 2)
}

/** Whether a reference is null. */
// @ts-ignore: decorator
@inline
export function nil<T>(reference: T): bool {
  return changetype<usize>(reference) == 0
}

/** A reference as a number for the host. */
// @ts-ignore: decorator
@inline
export function refOf<T>(reference: T): i32 {
  return changetype<usize>(reference) as i32
}

// @ts-ignore: decorator
@inline
function copyPiece(to: usize, from: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
  v128.store(to, v128.load(from, 32), 32)
  v128.store(to, v128.load(from, 48), 48)
}

// @ts-ignore: decorator
@inline
function clearPiece(at: usize): void {
  const none = i32x4.splat(0)
  v128.store(at, none)
  v128.store(at, none, 16)
  v128.store(at, none, 32)
  v128.store(at, none, 48)
}

/**
 * Copies between windows and messages. Short lengths move as whole pieces of 64 bytes in the release build: both sides have the room,
 * as messages begin and end at multiples of 64 bytes.
 */
// @ts-ignore: decorator
@inline
export function copyBytes(to: usize, from: usize, length: u32): void {
  if (ASC_NO_ASSERT && length <= 512) {
    let at: u32 = 0
    do {
      copyPiece(to + at, from + at)
      at += 64
    } while (at < length)
  } else {
    memory.copy(to, from, length)
  }
}

/** As copyBytes(), and leaves zeros where the bytes lay. */
// @ts-ignore: decorator
@inline
export function moveBytes(to: usize, from: usize, length: u32): void {
  if (ASC_NO_ASSERT && length <= 512) {
    let at: u32 = 0
    do {
      copyPiece(to + at, from + at)
      clearPiece(from + at)
      at += 64
    } while (at < length)
  } else {
    memory.copy(to, from, length)
    memory.fill(from, 0, length)
  }
}

/** Whether the same bytes lie at two places. */
export function sameBytes(a: usize, b: usize, length: u32): bool {
  for (let at: u32 = 0; at < length; at++) {
    if (load<u8>(a + at) != load<u8>(b + at)) return false
  }
  return true
}

/** copyBytes() for ways that are not the hottest: not inlined. */
export function copyPieces(to: usize, from: usize, length: u32): void {
  copyBytes(to, from, length)
}
