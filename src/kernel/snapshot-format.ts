// A snapshot as bytes: little-endian words.
//
//   word  0  magic, "KCS1"
//         1  digest of the kernel that made it: memory means something to that kernel only
//         2  checksum of all words from word 4 on, two words
//         4  bytes of memory, seed, how many words of profile and limits
//         7  virtual time, two words
//         9  bytes of the text of timers, bytes of the image
//        11  profile and limits, then the text (JSON) and the image, each padded with zeros to whole words;
//            free pages of the image are zeros

import { checksum, copyImage, KERNEL_DIGEST, LAYOUT, type MachineConfig } from '../machine/index.js'
import type { SavedTimer } from './armed-timers.js'
import type { SnapshotParts } from './snapshot.js'

const MAGIC = 0x3153434b
const CHECKED_FROM = 4
const HEADER_WORDS = 11
/** More words of configuration no kernel has. */
const MOST_WORDS = 64
const PAGE = 65536
const HIGH = 2n ** 32n

const wordsOf = (bytes: number) => Math.ceil(bytes / 4)

/** The bytes of a snapshot. */
export function encodeSnapshot({ config, image, time, timers }: SnapshotParts): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(timers))
  const { memory, seed, words } = config
  const textAt = HEADER_WORDS + words.length
  const imageAt = textAt + wordsOf(text.length)
  const out = new Uint32Array(imageAt + wordsOf(image.length))
  const header = [memory, seed, words.length, Number(time % HIGH), Number(time / HIGH), text.length, image.length]
  out.set([MAGIC, KERNEL_DIGEST])
  out.set([...header, ...words], CHECKED_FROM)
  const bytes = new Uint8Array(out.buffer)
  bytes.set(text, textAt * 4)
  copyImage(image, bytes, imageAt * 4)
  out.set(checksum(out, CHECKED_FROM), 2)
  return bytes
}

/**
 * What an exported snapshot holds.
 * @throws RangeError for bytes that are none, are of another version of the kernel, or are damaged
 */
export function decodeSnapshot(given: Uint8Array): SnapshotParts {
  const bytes = given.slice()
  if (bytes.length % 4 !== 0 || bytes.length < HEADER_WORDS * 4) throw new RangeError(cutShort(bytes.length))
  const words = new Uint32Array(bytes.buffer)
  if (words[0] !== MAGIC) throw new RangeError('these bytes are no snapshot: it begins with "KCS1"')
  if (words[1] !== KERNEL_DIGEST) throw new RangeError('this snapshot was made by another version of the kernel')
  const [low, high] = checksum(words, CHECKED_FROM)
  if (words[2] !== low || words[3] !== high)
    throw new RangeError('this snapshot is damaged: its checksum does not agree')
  const [memory, seed, count, timeLow, timeHigh, textBytes, imageBytes] = words.subarray(
    CHECKED_FROM,
  ) as unknown as Header
  const textAt = HEADER_WORDS + count
  const imageAt = textAt + wordsOf(textBytes)
  if (count > MOST_WORDS || imageAt + wordsOf(imageBytes) !== words.length) throw new RangeError(cutShort(bytes.length))
  const room = Math.ceil(memory / PAGE) * PAGE - LAYOUT.STATE_AT
  if (imageBytes < LAYOUT.PAGE_MAP - LAYOUT.STATE_AT || imageBytes > room) {
    throw new RangeError(`this snapshot has an image of ${imageBytes} bytes for a machine of ${memory}`)
  }
  const config: MachineConfig = { memory, seed, words: [...words.subarray(HEADER_WORDS, textAt)] }
  return {
    config,
    image: bytes.subarray(imageAt * 4, imageAt * 4 + imageBytes),
    time: BigInt(timeHigh) * HIGH + BigInt(timeLow),
    timers: decodeTimers(bytes.subarray(textAt * 4, textAt * 4 + textBytes)),
  }
}

type Header = [number, number, number, number, number, number, number]

const cutShort = (length: number) => `this snapshot is cut short, or has more behind it: ${length} bytes`

function decodeTimers(text: Uint8Array): SavedTimer[] {
  const isTimer = (one: SavedTimer) =>
    typeof one?.module === 'string' &&
    typeof one.name === 'string' &&
    [one.timer, one.slot, one.expires].every((number) => Number.isInteger(number) && number >= 0)
  try {
    const timers = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
    if (Array.isArray(timers) && timers.every(isTimer)) return timers
  } catch {
    // Told below.
  }
  throw new RangeError('this snapshot is damaged: its list of timers cannot be read')
}
