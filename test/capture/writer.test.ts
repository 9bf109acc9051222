// PcapngWriter: every byte of a small file, taking it piece by piece, and what is refused.
import { describe, expect, test } from 'vitest'
import { type PacketInit, PcapngWriter } from '../../src/capture/index.js'
import { cooked, enhancedPacket, interfaceDescription, joined, type Option, sectionHeader } from './files.js'

const text = (value: string) => new TextEncoder().encode(value)
const PACKET: PacketInit = { time: 0x123456789an, protocol: 11, data: Uint8Array.of(1, 2, 3) }

const HEADER = joined(
  sectionHeader(true, -1n, [[4, text('kernel-connector')]]),
  interfaceDescription(true, {
    options: [
      [2, text('netlink')],
      [9, [9]],
    ],
  }),
)

/** The block of a packet, built by hand. */
function expected({ time, protocol, data }: PacketInit, options: readonly Option[] = []): Uint8Array {
  return enhancedPacket(true, { time, packet: cooked(protocol, [...data]), options })
}

describe('a file', () => {
  test('starts with its section and its interface', () => {
    expect(new PcapngWriter().bytes()).toEqual(HEADER)
  })

  test('has a block for each packet, with its options', () => {
    const writer = new PcapngWriter()
    writer.packet(PACKET)
    writer.packet({ ...PACKET, comments: ['one', 'zwei ü'], direction: 'out' })
    writer.packet({ ...PACKET, comments: [''], direction: 'in', protocol: 0xffff, time: 2n ** 64n - 1n })
    const comments: Option[] = [
      [1, text('one')],
      [1, text('zwei ü')],
      [2, [2, 0, 0, 0]],
    ]
    const last = { ...PACKET, protocol: 0xffff, time: 2n ** 64n - 1n }
    const rest: Option[] = [
      [1, []],
      [2, [1, 0, 0, 0]],
    ]
    expect(writer.bytes()).toEqual(joined(HEADER, expected(PACKET), expected(PACKET, comments), expected(last, rest)))
  })

  test('may have long packets and long comments', () => {
    const writer = new PcapngWriter()
    const packet = { ...PACKET, data: new Uint8Array(5001).fill(7) }
    const comment = 'x'.repeat(65535)
    writer.packet({ ...packet, comments: [comment] })
    expect(writer.bytes()).toEqual(joined(HEADER, expected(packet, [[1, text(comment)]])))
  })
})

describe('take()', () => {
  test('gives what came since, and bytes() all of it', () => {
    const writer = new PcapngWriter()
    const pieces = [writer.take(), writer.take()]
    for (const protocol of [1, 2, 3]) {
      writer.packet({ ...PACKET, protocol })
      pieces.push(writer.take())
    }
    expect(pieces.map(({ length }) => length)).toEqual([HEADER.length, 0, 52, 52, 52])
    expect(joined(...pieces)).toEqual(writer.bytes())
  })

  test('takes it away from a writer that does not keep', () => {
    const writer = new PcapngWriter({ keep: false })
    expect(writer.bytes()).toEqual(HEADER)
    writer.packet(PACKET)
    expect(writer.take()).toEqual(joined(HEADER, expected(PACKET)))
    expect(writer.bytes()).toEqual(new Uint8Array(0))
    writer.packet(PACKET)
    expect(writer.bytes()).toEqual(expected(PACKET))
    expect(writer.take()).toEqual(expected(PACKET))
  })

  test('gives copies', () => {
    const writer = new PcapngWriter()
    writer.bytes().fill(0)
    writer.take().fill(0)
    expect(writer.bytes()).toEqual(HEADER)
  })
})

describe('refused is', () => {
  test.each<[string, object, Error]>([
    ['a time that is no bigint', { time: 1 }, new TypeError('time must be a bigint, in nanoseconds')],
    ['a time before 0', { time: -1n }, new RangeError('time must be from 0 to 2^64 - 1 nanoseconds, not -1')],
    [
      'a time too late',
      { time: 2n ** 64n },
      new RangeError(`time must be from 0 to 2^64 - 1 nanoseconds, not ${2n ** 64n}`),
    ],
    [
      'a protocol that is too great',
      { protocol: 65536 },
      new RangeError('protocol must be an integer from 0 to 65535, not 65536'),
    ],
    ['data that are no bytes', { data: [1] }, new TypeError('data must be a Uint8Array')],
    ['a comment alone', { comments: 'text' }, new TypeError('comments must be an array of strings')],
    ['a comment that is no string', { comments: ['', 1] }, new TypeError('comments[1] must be a string')],
    [
      'a comment with a NUL',
      { comments: ['a\0'] },
      new RangeError('comments[0] must not contain a NUL, which would end it'),
    ],
    [
      'a comment that is too long',
      { comments: ['ü'.repeat(32768)] },
      new RangeError('comments[0] must have at most 65535 bytes, not 65536'),
    ],
    ['another direction', { direction: 'up' }, new RangeError('direction must be "in" or "out", not "up"')],
    ['a direction that is no string', { direction: 1 }, new TypeError('direction must be a string')],
  ])('%s, and the file stays as it was', (_, fields, error) => {
    const writer = new PcapngWriter()
    expect(() => writer.packet({ ...PACKET, ...fields } as PacketInit)).toThrow(error)
    expect(writer.bytes()).toEqual(HEADER)
  })

  test('options that are none', () => {
    expect(() => new PcapngWriter({ keep: 1 } as never)).toThrow(new TypeError('keep must be a boolean'))
    expect(() => new PcapngWriter().packet(null as never)).toThrow(new TypeError('packet must be an object'))
  })
})
