// The shared memory of one socket: words that one side writes and the other reads, and two rings of records behind them.
//
//        0 ┌ control: each line of words has one writer, but WANTED, where one side asks and the other answers
//     1152 ├ transmit ring, from the socket's program to the kernel
//          ├ receive ring, from the kernel to the program
//          └
//
// A record begins at a multiple of 8: the bytes that follow, what else there is to say, and who sent or who gets it (u32 each), then the
// bytes. It lies in one piece. Where there is no room for one up to the ring's end stands WRAP, and it lies at the ring's beginning.

import { Violation } from './violation.js'

/** Bytes that may not lie in one line of a cache, or in two that are fetched together. */
const LINE_BYTES = 128
const LINE = LINE_BYTES / 4
const LINES = 9
export const CONTROL_BYTES = LINES * LINE_BYTES

/** Where the words of a ring stand: bytes that were ever written, and ever read, both modulo 2^32. */
export interface RingWords {
  readonly tail: number
  readonly head: number
}
export const TRANSMIT: RingWords = { tail: 0, head: LINE }
export const RECEIVE: RingWords = { tail: 2 * LINE, head: 3 * LINE }
/** The kernel sleeps, in which ways, and whether it has something for a ring that is full. Whoever gives it work takes that away. */
export const KERNEL_WANTED = 4 * LINE
/** A word that changes whenever the kernel is to look at this socket. */
export const KERNEL_SIGNAL = KERNEL_WANTED + 1
/** The program wants to know of room in the transmit ring, of records in the receive ring. */
export const ROOM_WANTED = 5 * LINE
export const DATA_WANTED = ROOM_WANTED + 1
/** A word that changes whenever the program is to look again. */
export const PROGRAM_SIGNAL = 6 * LINE
/** How many sends the kernel refused, the errno of the last one, and the errno that is the end of it all. */
export const FAILURES = 7 * LINE
export const FAILURE = FAILURES + 1
export const ENDED = FAILURES + 2
/** A word that counts as long as the kernel's worker lives. */
export const KERNEL_BEAT = 8 * LINE

export const KERNEL_ASYNC = 1
export const KERNEL_BLOCKED = 2
export const KERNEL_FULL = 4

/** The doorbell of a kernel: a word that changes when a kernel that blocks is to look. All programs write it, so nobody reads anything from it. */
export const BELL_SIGNAL = 0
export const BELL_BYTES = LINE_BYTES

/** Words of a record's beginning. */
export const RECORD_LENGTH = 0
/** Transmit: ADDRESSED or 0. Receive: bytes of the whole datagram, or the errno of a record without bytes. */
export const RECORD_EXTRA = 1
export const RECORD_PORTID = 2
export const RECORD_GROUPS = 3
export const RECORD_HEADER = 16

export const ADDRESSED = 1
/** A length of a received record: it has no bytes, but an errno. */
export const ERROR_LENGTH = 0xfffffffe
/** In the place of a length: the record is at the ring's beginning. */
export const WRAP = 0xffffffff

export const LEAST_RING_BYTES = 4096
export const MOST_RING_BYTES = 2 ** 26

/** The bytes that a record of `length` bytes takes. */
export const recordBytes = (length: number): number => (length + RECORD_HEADER + 7) & ~7

/** The most bytes that one record may carry, so that it fits into an empty ring wherever that begins. */
export const mostRecordBytes = (ringBytes: number): number => ringBytes / 2 - RECORD_HEADER

export class RingMemory {
  readonly memory: SharedArrayBuffer
  readonly control: Int32Array<SharedArrayBuffer>
  readonly ringBytes: number

  /** @throws Violation for memory that is none of ours */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.ringBytes = (memory.byteLength - CONTROL_BYTES) / 2
    if (!isRingSize(this.ringBytes)) throw new Violation('memory that holds no rings')
    this.control = new Int32Array(memory, 0, CONTROL_BYTES / 4)
  }

  /** Memory for two empty rings of so many bytes each. */
  static make(ringBytes: number): RingMemory {
    return new RingMemory(new SharedArrayBuffer(CONTROL_BYTES + 2 * ringBytes))
  }

  ring(words: RingWords): Ring {
    const at = CONTROL_BYTES + (words === TRANSMIT ? 0 : this.ringBytes)
    return { control: this.control, words, ...viewsOf(this.memory, at, this.ringBytes) }
  }
}

/** One ring, in all the sizes in which it is read and written. */
export interface Ring {
  readonly control: Int32Array<SharedArrayBuffer>
  readonly words: RingWords
  readonly bytes: Uint8Array<SharedArrayBuffer>
  readonly numbers: Uint32Array<SharedArrayBuffer>
  readonly longs: BigUint64Array<SharedArrayBuffer>
}

function viewsOf(memory: SharedArrayBuffer, at: number, length: number) {
  return {
    bytes: new Uint8Array(memory, at, length),
    numbers: new Uint32Array(memory, at, length / 4),
    longs: new BigUint64Array(memory, at, length / 8),
  }
}

/** Whether a ring may have so many bytes: a power of two. */
export function isRingSize(bytes: number): boolean {
  return bytes >= LEAST_RING_BYTES && bytes <= MOST_RING_BYTES && Number.isInteger(Math.log2(bytes))
}
