// Damaged captures: every byte changed in turn, every truncation, and random bytes. A list, or a RangeError of our own.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PcapngWriter, readCapture } from '../../src/capture/index.js'
import {
  block,
  cooked,
  enhancedPacket,
  interfaceDescription,
  joined,
  oldPacket,
  pcap,
  sectionHeader,
  simplePacket,
} from './files.js'

const PACKET = cooked(11, [1, 2, 3, 4, 5])
const TEXT = new TextEncoder().encode('a comment')

/** Every kind of block that the reader knows, one that it does not know, two sections. */
function everything(little: boolean): Uint8Array {
  const options = [
    [1, TEXT],
    [2, little ? [1, 0, 0, 0] : [0, 0, 0, 1]],
  ] as const
  const blocks = joined(
    interfaceDescription(little, {
      snaplen: 64,
      options: [
        [9, [0x8a]],
        [14, [0, 0, 0, 0, 0, 0, 0, 1]],
      ],
    }),
    enhancedPacket(little, { packet: PACKET, options }),
    block(little, 5, (build) => build.raw(PACKET)),
    oldPacket(little, { packet: PACKET, options }),
    simplePacket(little, PACKET),
  )
  return joined(sectionHeader(little, BigInt(blocks.length), [[4, TEXT]]), blocks, sectionHeader(!little))
}

function written(): Uint8Array {
  const writer = new PcapngWriter()
  writer.packet({ time: 1n, protocol: 11, data: Uint8Array.of(1, 2, 3), comments: ['one', 'two'], direction: 'out' })
  writer.packet({ time: 2n, protocol: 16, data: new Uint8Array(0) })
  return writer.bytes()
}

const RECORDS = [1, 2].map((seconds) => ({ seconds, fraction: 5, packet: PACKET }))
const FILES: [string, Uint8Array][] = [
  ['a written pcapng', written()],
  ['a little-endian pcapng', everything(true)],
  ['a big-endian pcapng', everything(false)],
  ['a little-endian pcap', pcap(true, 0xa1b2c3d4, RECORDS)],
  ['a big-endian pcap', pcap(false, 0xa1b23c4d, RECORDS)],
]

/** The errors of the reader name a place; those of the language, for reads outside, do not. */
const OURS = /\bat byte \d+/

/** How many packets are read, or -1 for a refusal; anything else fails. No packet may be longer than the file. */
function outcome(file: Uint8Array): number {
  try {
    const packets = readCapture(file)
    const bytes = packets.reduce((sum, { data, comments }) => sum + data.length + comments.join('').length, 0)
    expect(bytes).toBeLessThanOrEqual(file.length)
    return packets.length
  } catch (error) {
    if (!(error instanceof RangeError) || !OURS.test(error.message)) throw error
    return -1
  }
}

describe.each(FILES)('%s', (_, file) => {
  test('as it is, is read', () => {
    expect(outcome(file)).toBeGreaterThan(1)
  })

  test('with any byte changed', () => {
    let refused = 0
    const changed = new Uint8Array(file)
    for (let at = 0; at < file.length; at++) {
      const byte = file[at] ?? 0
      for (const value of [0, 1, 0x7f, 0x80, 0xff, byte ^ 1, byte ^ 0x80, byte + 1, byte - 1, byte + 4, byte - 4]) {
        changed[at] = value
        if (outcome(changed) < 0) refused++
      }
      changed[at] = byte
    }
    expect(refused).toBeGreaterThan(file.length)
  })

  test('cut at any place', () => {
    const lengths = Array.from({ length: file.length }, (_, length) => length)
    const refused = lengths.filter((length) => outcome(file.subarray(0, length)) < 0)
    // What is left may be a whole file only where a block or a record ends.
    expect(lengths.length - refused.length).toBeLessThan(5)
    expect(refused).toContain(file.length - 1)
  })

  test('seen through a window, does not look outside', () => {
    const room = joined(Uint8Array.of(1, 2, 3), file, Uint8Array.of(4, 5, 6))
    const count = outcome(file)
    expect(outcome(room.subarray(3, 3 + file.length))).toBe(count)
    expect(outcome(room.subarray(3, 3 + file.length - 1))).toBe(-1)
  })
})

test('random words behind a good start', () => {
  const word = fc.oneof(
    fc.constantFrom(0, 1, 2, 3, 4, 6, 12, 16, 20, 28, 32, 36, 40, 253, 0x0a0d0d0a, 0x1a2b3c4d, 0xffffffff, 0x38030000),
    fc.integer({ min: 0, max: 0xffffffff }),
  )
  const starts = [
    joined(sectionHeader(true), interfaceDescription(true)),
    pcap(true, 0xa1b2c3d4, []),
    new Uint8Array(0),
  ]
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.array(word, { maxLength: 40 }), (start, words) => {
      outcome(joined(start, new Uint8Array(Uint32Array.from(words).buffer)))
    }),
    { numRuns: 2000 },
  )
})
