// Reading a journal: everything is checked before any of it is used.

import { plainBytes } from '../../uapi/typed-arrays.js'
import { KERNEL_DIGEST, LAYOUT } from '../abi.generated.js'
import { checksum } from '../checksum.js'
import type { MachineConfig } from '../machine.js'
import { DOOR_DIGEST } from './calls.js'
import { JournalError } from './error.js'
import { BEFORE, BEHIND, BLOCK, END, FIRST, FORMAT_VERSION, HEAD, hashText, IMAGE, MAGIC, RECORDS } from './format.js'
import { type Index, indexRecords } from './record-index.js'
import { wordsOf } from './records.js'

/** Words of the head before the profile and limits. */
const HEAD_WORDS = 8
/** More words of profile and limits no kernel has. */
const MOST_SETTINGS = 64
const LEAST_MEMORY = 131072
const MOST_MEMORY = 2 ** 31 - 65536
const PAGE = 65536

/** A journal that has been read. */
export interface JournalData {
  /** The version of the package that made it. */
  readonly version: string
  readonly config: MachineConfig
  /** Where it begins, if not as booted. */
  readonly image: Uint8Array | null
  /** The records, and where each call lies in them. */
  readonly words: Uint32Array
  readonly index: Index
  /** The state's digest at the end, 16 hexadecimal digits. */
  readonly stateHash: string
  /** The byte of the journal at which a word of the records lies. */
  byteOf(word: number): number
}

interface Section {
  readonly kind: number
  /** The index of its first word. */
  readonly at: number
  readonly count: number
}

/**
 * The journal that bytes are.
 * @throws TypeError for anything but a Uint8Array, JournalError with the place for a journal that is damaged, cut short, of another
 * kernel, or none
 */
export function readJournal(given: Uint8Array): JournalData {
  const bytes = plainBytes(given)
  if (bytes === undefined) throw new TypeError('journal must be a Uint8Array')
  const file = wordsOfFile(bytes)
  const sections = sectionsOf(file)
  const head = sections[0] as Section
  const { config, version, imageBytes } = readHead(file, head)
  const withImage = sections[1]?.kind === IMAGE
  if (withImage !== imageBytes > 0 || (withImage && sections[1]?.count !== wordsOf(imageBytes))) {
    throw new JournalError('the image that the head tells of is not there', (sections[1] as Section).at * 4)
  }
  const imageAt = (sections[1] as Section).at * 4
  const image = withImage ? new Uint8Array(file.buffer, imageAt, imageBytes) : null
  if (image !== null) checkImage(file, head, config, image, imageAt)
  const blocks = sections.slice(withImage ? 2 : 1, -1)
  const end = sections.at(-1) as Section
  const [calls, length, low, high] = file.subarray(end.at, end.at + end.count) as unknown as [
    number,
    number,
    number,
    number,
  ]
  const firstBlock = (blocks[0] ?? end).at
  const byteOf = (word: number) => (firstBlock + word + Math.floor(word / BLOCK) * (BEFORE + BEHIND)) * 4
  const words = joined(file, blocks, length, end.at * 4)
  const index = indexRecords(words, calls, byteOf)
  if (index.hasImages) requireKernel(file, head)
  return { version, config, image, words, index, stateHash: hashText(low, high), byteOf }
}

function wordsOfFile(bytes: Uint8Array): Uint32Array {
  const whole = bytes.length & ~3
  const copy = bytes.slice(0, whole)
  const file = new Uint32Array(copy.buffer, 0, whole >>> 2)
  if (file[0] !== MAGIC) throw new JournalError('these bytes are no journal, which begins with "KCJ1"', 0)
  if (file.length < FIRST) throw new JournalError('the journal is cut short', file.length * 4)
  if (file[1] !== FORMAT_VERSION) {
    throw new JournalError(`the journal has version ${file[1]} of its format, and this is version ${FORMAT_VERSION}`, 4)
  }
  if (whole !== bytes.length) throw new JournalError('the journal is cut short, or has more behind it', whole)
  return file
}

/** The kinds of sections that may follow a kind. */
const FOLLOWS: Readonly<Record<number, readonly number[]>> = {
  [HEAD]: [IMAGE, RECORDS, END],
  [IMAGE]: [RECORDS, END],
  [RECORDS]: [RECORDS, END],
}

function sectionsOf(file: Uint32Array): Section[] {
  const sections: Section[] = []
  let allowed: readonly number[] = [HEAD]
  let at = FIRST
  for (let kind = 0; kind !== END; ) {
    const from = at
    const count = file[from + 2]
    const behind = from + BEFORE + (count ?? 0)
    if (count === undefined || behind + BEHIND > file.length)
      throw new JournalError('the journal is cut short', from * 4)
    const [low, high] = checksum(file, from, behind)
    kind = file[from] as number
    if (file[behind] !== low || file[behind + 1] !== high || file[from + 1] !== sections.length) {
      throw new JournalError(
        `the journal is damaged: section ${sections.length} does not agree with its checksum`,
        from * 4,
      )
    }
    if (!allowed.includes(kind)) throw new JournalError(`a section of kind ${kind} does not belong here`, from * 4)
    if (kind === RECORDS && sections.at(-1)?.kind === RECORDS && sections.at(-1)?.count !== BLOCK) {
      throw new JournalError('the section of records before this one is not full', from * 4)
    }
    allowed = FOLLOWS[kind] ?? []
    sections.push({ kind, at: from + BEFORE, count })
    at = behind + BEHIND
  }
  if (sections.at(-1)?.count !== 4) throw new JournalError('the last section has another length', at * 4)
  if (at !== file.length) throw new JournalError('the journal has more behind its end', at * 4)
  return sections
}

function readHead(
  file: Uint32Array,
  { at, count }: Section,
): { config: MachineConfig; version: string; imageBytes: number } {
  const head = file.subarray(at, at + count)
  const settings = head[7] ?? 0
  if (count < HEAD_WORDS + 1 || settings > MOST_SETTINGS || count !== HEAD_WORDS + settings + 1) {
    throw new JournalError('the head of the journal has another length', at * 4)
  }
  const version = head.subarray(0, 3).join('.')
  if (head[3] !== DOOR_DIGEST) {
    throw new JournalError(
      `the journal, of version ${version}, has calls that this kernel does not have, or has others`,
      (at + 3) * 4,
    )
  }
  const memory = head[5] as number
  if (memory < LEAST_MEMORY || memory > MOST_MEMORY) {
    throw new JournalError(`the journal is of a machine with ${memory} bytes of memory`, (at + 5) * 4)
  }
  const config = { memory, seed: head[6] as number, words: [...head.subarray(HEAD_WORDS, HEAD_WORDS + settings)] }
  return { config, version, imageBytes: head[HEAD_WORDS + settings] as number }
}

// What lies in memory means something to the kernel that put it there only.
function requireKernel(file: Uint32Array, { at }: Section): void {
  if (file[at + 4] === KERNEL_DIGEST) return
  throw new JournalError('the journal has an image of the memory of another version of the kernel', (at + 4) * 4)
}

function checkImage(file: Uint32Array, head: Section, config: MachineConfig, image: Uint8Array, at: number): void {
  requireKernel(file, head)
  if (!isImageSize(image.length, config)) {
    throw new JournalError(`the image of ${image.length} bytes is none of a machine with ${config.memory}`, at)
  }
}

/** Whether an image of a machine with this configuration can have so many bytes. */
export function isImageSize(bytes: number, { memory }: MachineConfig): boolean {
  const room = Math.ceil(memory / PAGE) * PAGE - LAYOUT.STATE_AT
  return bytes >= LAYOUT.PAGE_MAP - LAYOUT.STATE_AT && bytes <= room
}

function joined(file: Uint32Array, blocks: readonly Section[], length: number, endAt: number): Uint32Array {
  const total = blocks.reduce((sum, block) => sum + block.count, 0)
  if (total !== length || blocks.some(({ count }) => count > BLOCK)) {
    throw new JournalError(`the journal should have ${length} words of records, and has ${total}`, endAt)
  }
  const words = new Uint32Array(length)
  let to = 0
  for (const { at, count } of blocks) {
    words.set(file.subarray(at, at + count), to)
    to += count
  }
  return words
}
