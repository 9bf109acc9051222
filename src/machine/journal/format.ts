// A journal as bytes: little-endian words. docs/journal.md tells the same.
//
//   word  0  magic, "KCJ1"
//         1  version of this format
//         2  sections, one behind another: its kind, its number (from 0), how many words it has, the words, a checksum of all
//            that (two words)
//
//   HEAD     version of the package (three words), digest of the door, digest of the kernel, bytes of memory, seed, how many
//            words of profile and limits, and these; bytes of the image that it begins with, 0 for a machine as booted
//   IMAGE    the image, free pages and padding as zeros; only where the head says so
//   RECORDS  64 KiB of records each but for the last; a record may go on in the next one (records.ts)
//   END      calls, words of records, the state's digest at the end (low, high)

import { KERNEL_DIGEST } from '../abi.generated.js'
import { checksum } from '../checksum.js'
import { copyImage } from '../copy-image.js'
import type { MachineConfig } from '../machine.js'
import { DOOR_DIGEST } from './calls.js'
import { wordsOf } from './records.js'
import { PACKAGE_VERSION } from './version.js'

export const MAGIC = 0x314a434b
export const FORMAT_VERSION = 1
export const HEAD = 1
export const IMAGE = 2
export const RECORDS = 3
export const END = 4
/** Words of records in one section. */
export const BLOCK = 16384
/** Words of a section before and behind what it holds. */
export const BEFORE = 3
export const BEHIND = 2
/** Words of the file before the first section. */
export const FIRST = 2

/** The 64 bits of a state's digest, as text: 16 hexadecimal digits. */
export function hashText(low: number, high: number): string {
  const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')
  return hex(high) + hex(low)
}

export interface JournalParts {
  readonly config: MachineConfig
  /** Where it begins, if not as booted. */
  readonly image: Uint8Array | null
  /** How many words of records there are, and how to get them. */
  readonly length: number
  copyTo(into: Uint32Array, at: number): void
  readonly calls: number
  /** The state's digest at the end. */
  readonly hash: readonly [low: number, high: number]
}

/** The bytes of a journal. */
export function encodeJournal({ config, image, length, copyTo, calls, hash }: JournalParts): Uint8Array {
  const { memory, seed, words: settings } = config
  const imageBytes = image === null ? 0 : image.length
  const head = [...PACKAGE_VERSION, DOOR_DIGEST, KERNEL_DIGEST, memory, seed, settings.length, ...settings, imageBytes]
  const blocks = Math.ceil(length / BLOCK)
  const sections = (image === null ? 2 : 3) + blocks
  const total = FIRST + sections * (BEFORE + BEHIND) + head.length + wordsOf(imageBytes) + length + 4
  // The records are copied to the end of the file and move to their places, which lie before them, block by block.
  const out = new Uint32Array(total)
  const recordsAt = total - length
  const writer = new SectionWriter(out)
  writer.section(HEAD, head.length, (at) => out.set(head, at))
  if (image !== null) {
    const bytes = new Uint8Array(out.buffer)
    writer.section(IMAGE, wordsOf(imageBytes), (at) => copyImage(image, bytes, at * 4))
  }
  copyTo(out, recordsAt)
  for (let from = 0; from < length; from += BLOCK) {
    const count = Math.min(BLOCK, length - from)
    writer.section(RECORDS, count, (at) => out.copyWithin(at, recordsAt + from, recordsAt + from + count))
  }
  writer.section(END, 4, (at) => out.set([calls, length, ...hash], at))
  return new Uint8Array(out.buffer)
}

class SectionWriter {
  readonly #out: Uint32Array
  #at = FIRST
  #number = 0

  constructor(out: Uint32Array) {
    this.#out = out
    out.set([MAGIC, FORMAT_VERSION])
  }

  section(kind: number, count: number, fill: (at: number) => void): void {
    const out = this.#out
    const at = this.#at
    fill(at + BEFORE)
    out.set([kind, this.#number, count], at)
    out.set(checksum(out, at, at + BEFORE + count), at + BEFORE + count)
    this.#number++
    this.#at = at + BEFORE + count + BEHIND
  }
}
