// readCapture() and pcapng files: sections, interfaces, kinds of packets, options, and what is wrong with them.
import { describe, expect, test } from 'vitest'
import { readCapture } from '../../src/capture/index.js'
import {
  block,
  cooked,
  enhancedPacket,
  interfaceDescription,
  joined,
  type Option,
  oldPacket,
  sectionHeader,
  simplePacket,
} from './files.js'

const PACKET = cooked(11, [1, 2, 3, 4, 5])
const DATA = Uint8Array.of(1, 2, 3, 4, 5)
const text = (value: string) => new TextEncoder().encode(value)
const resolution = (value: number): Option => [9, [value]]

function flags(little: boolean, value: number): Option {
  return [2, little ? [value, 0, 0, 0] : [0, 0, 0, value]]
}

function offset(little: boolean, seconds: bigint): Option {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigInt64(0, seconds, little)
  return [14, new Uint8Array(view.buffer)]
}

describe.each([
  ['little-endian', true],
  ['big-endian', false],
])('a %s pcapng file', (_, little) => {
  const file = (...blocks: Uint8Array[]) => joined(sectionHeader(little), interfaceDescription(little), ...blocks)
  const timesOf = (options: readonly Option[], time: bigint) =>
    readCapture(
      joined(
        sectionHeader(little),
        interfaceDescription(little, { options }),
        enhancedPacket(little, { packet: PACKET, time }),
      ),
    )[0]?.time

  test('with an enhanced packet, in microseconds where nothing else is said', () => {
    const read = readCapture(file(enhancedPacket(little, { packet: PACKET, time: 5000000001n })))
    expect(read).toEqual([{ time: 5000000001000n, protocol: 11, data: DATA, comments: [] }])
  })

  test('with comments among other options, and both directions', () => {
    const options: Option[] = [
      [1, text('first')],
      [4, [0, 0, 0, 0, 0, 0, 0, 0]],
      [1, text('zweitens: ü')],
      [0x8001, [1, 2, 3]],
      [1, text('cut\0off')],
      [1, []],
      [1, [0xff]],
    ]
    const read = readCapture(
      file(
        enhancedPacket(little, { packet: PACKET, options: [...options, flags(little, 1)] }),
        enhancedPacket(little, { packet: PACKET, options: [flags(little, 0xfe), ...options] }),
        enhancedPacket(little, { packet: PACKET, options: [flags(little, 0)] }),
        enhancedPacket(little, { packet: PACKET, options: [flags(little, 3)] }),
      ),
    )
    expect(read[0]?.comments).toEqual(['first', 'zweitens: ü', 'cut', '', '\ufffd'])
    expect(read[1]?.comments).toEqual(read[0]?.comments)
    expect(read.map(({ direction }) => direction)).toEqual(['in', 'out', undefined, undefined])
  })

  test('with an option list that has no end mark', () => {
    const body = block(little, 6, (build) => {
      build.u32(0).u32(0).u32(0).u32(PACKET.length).u32(PACKET.length).raw(PACKET).pad()
      build.u16(1).u16(4).raw(text('last'))
    })
    expect(readCapture(file(body))[0]?.comments).toEqual(['last'])
  })

  test.each([
    ['seconds', 0, 3n, 3000000000n],
    ['milliseconds', 3, 3n, 3000000n],
    ['nanoseconds', 9, 18446744073709551615n, 18446744073709551615n],
    ['picoseconds, rounded down', 12, 1999n, 1n],
    ['10^-127 seconds', 127, 18446744073709551615n, 0n],
    ['2^-0 seconds', 0x80, 2n, 2000000000n],
    ['2^-10 seconds', 0x8a, 1536n, 1500000000n],
    ['2^-32 seconds', 0xa0, 0x180000000n, 1500000000n],
    ['2^-127 seconds', 0xff, 18446744073709551615n, 0n],
  ])('with times in %s', (_name, tsresol, time, nanoseconds) => {
    expect(timesOf([resolution(tsresol)], time)).toBe(nanoseconds)
  })

  test('with an offset of its times, either way', () => {
    expect(timesOf([resolution(9), offset(little, 2n)], 5n)).toBe(2000000005n)
    expect(timesOf([offset(little, -3n)], 1n)).toBe(-2999999000n)
    expect(timesOf([offset(little, 2n ** 63n - 1n)], 0n)).toBe((2n ** 63n - 1n) * 1000000000n)
  })

  test('with obsolete packets', () => {
    const options: Option[] = [[1, text('old')], flags(little, 2)]
    const read = readCapture(file(oldPacket(little, { packet: PACKET, time: 7n, options })))
    expect(read).toEqual([{ time: 7000n, protocol: 11, data: DATA, comments: ['old'], direction: 'out' }])
  })

  test('with simple packets, which have the time of the packet before them', () => {
    const read = readCapture(
      file(
        simplePacket(little, PACKET),
        enhancedPacket(little, { packet: PACKET, time: 4n }),
        simplePacket(little, PACKET),
      ),
    )
    expect(read.map(({ time }) => time)).toEqual([0n, 4000n, 4000n])
    expect(read.map(({ data }) => data)).toEqual([DATA, DATA, DATA])
  })

  test('with several interfaces, of which packets take their time', () => {
    const other = interfaceDescription(little, { options: [resolution(9)] })
    const ethernet = interfaceDescription(little, { linkType: 1 })
    const read = readCapture(
      file(
        other,
        ethernet,
        enhancedPacket(little, { packet: PACKET, time: 1n, interface: 1 }),
        oldPacket(little, { packet: PACKET, time: 1n, interface: 0 }),
      ),
    )
    expect(read.map(({ time }) => time)).toEqual([1n, 1000n])
  })

  test('with blocks of other types, which are skipped', () => {
    const unknown = [4, 5, 10, 0xbad, 0x80000001].map((type) => block(little, type, (build) => build.raw(PACKET)))
    expect(readCapture(file(...unknown, enhancedPacket(little, { packet: PACKET }), ...unknown))).toHaveLength(1)
  })

  test('with the length of its section', () => {
    const blocks = joined(interfaceDescription(little), enhancedPacket(little, { packet: PACKET }))
    const section = joined(sectionHeader(little, BigInt(blocks.length), [[4, text('test')]]), blocks)
    expect(readCapture(joined(section, section, file()))).toHaveLength(2)
  })

  test('with sections of either byte order, whose interfaces are their own', () => {
    const section = (order: boolean, tsresol: number) =>
      joined(
        sectionHeader(order),
        interfaceDescription(order, { options: [resolution(tsresol)] }),
        enhancedPacket(order, { packet: PACKET, time: 1n }),
      )
    const read = readCapture(joined(section(little, 9), section(!little, 3), section(little, 0)))
    expect(read.map(({ time }) => time)).toEqual([1n, 1000000n, 1000000000n])
    const none = joined(section(little, 9), sectionHeader(!little), enhancedPacket(!little, { packet: PACKET }))
    expect(() => readCapture(none)).toThrow('is of interface 0, which the section does not describe')
  })
})

describe('refused is', () => {
  const start = joined(sectionHeader(true), interfaceDescription(true))
  const at = start.length
  const behind = (...blocks: Uint8Array[]) => joined(start, ...blocks)
  const packet = (fields: object) => enhancedPacket(true, { packet: PACKET, ...fields })

  test.each([
    ['a block header that ends', behind(Uint8Array.of(6, 0, 0, 0)), `the capture ends inside the block at byte ${at}`],
    ['a block that ends', behind(packet({}).subarray(0, 40)), `the capture ends inside the block at byte ${at}`],
    [
      'a block of an odd length',
      behind(Uint8Array.of(9, 0, 0, 0, 14, 0, 0, 0, 0, 0, 14, 0, 0, 0)),
      `the block at byte ${at} has length 14, which no block can have`,
    ],
    [
      'a block of length 0',
      behind(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
      `the block at byte ${at} has length 0, which no block can have`,
    ],
    [
      'a block whose lengths differ',
      behind(Uint8Array.of(9, 0, 0, 0, 12, 0, 0, 0, 16, 0, 0, 0)),
      `the block at byte ${at} has length 12 in front, and 16 behind`,
    ],
    [
      'a packet block that is too short',
      behind(block(true, 6, (build) => build.u32(0))),
      `the block at byte ${at} has length 16, 32 is the least`,
    ],
    [
      'an old one',
      behind(block(true, 2, (build) => build.u32(0))),
      `the block at byte ${at} has length 16, 32 is the least`,
    ],
    ['a simple one', behind(block(true, 3, () => {})), `the block at byte ${at} has length 12, 16 is the least`],
    [
      'an interface that is too short',
      behind(block(true, 1, (build) => build.u32(253))),
      `the block at byte ${at} has length 16, 20 is the least`,
    ],
    [
      'a section header that is too short',
      block(true, 0x0a0d0d0a, (build) => build.u32(0x1a2b3c4d)),
      'the block at byte 0 has length 16, 28 is the least',
    ],
    [
      'a section without a byte order',
      block(true, 0x0a0d0d0a, (build) => build.u32(0).u32(0).i64(0n)),
      'the section at byte 0 tells no byte order',
    ],
    [
      'another version',
      block(true, 0x0a0d0d0a, (build) => build.u32(0x1a2b3c4d).u16(2).u16(1).i64(0n)),
      'the section at byte 0 has version 2.1, which is not 1.0',
    ],
    [
      'a section that is shorter than it says',
      joined(sectionHeader(true, 4n)),
      'the section at byte 0 says that it ends at 32, not at 28',
    ],
    [
      'one that is longer',
      joined(sectionHeader(true, 0n), interfaceDescription(true)),
      'the section at byte 0 says that it ends at 28, not at 48',
    ],
    [
      'an unknown interface',
      behind(packet({ interface: 1 })),
      `the packet at byte ${at} is of interface 1, which the section does not describe`,
    ],
    [
      'another link type',
      joined(start, interfaceDescription(true, { linkType: 113 }), packet({ interface: 1 })),
      `the packet at byte ${at + 20} has link type 113, that of netlink is 253`,
    ],
    [
      'a snapped packet',
      behind(packet({ original: 100 })),
      `the packet at byte ${at} was snapped: 21 of its 100 bytes were captured`,
    ],
    [
      'a snapped simple packet',
      joined(
        sectionHeader(true),
        interfaceDescription(true, { snaplen: 20 }),
        simplePacket(true, PACKET.slice(0, 20), 21),
      ),
      'the packet at byte 48 was snapped: 20 of its 21 bytes were captured',
    ],
    [
      'more than the block has',
      behind(packet({ captured: 25, original: 25 })),
      `the packet at byte ${at} has 25 bytes, there is room for 24`,
    ],
    [
      'nearly endless lengths',
      behind(packet({ captured: 0xffffffff, original: 0xffffffff })),
      `the packet at byte ${at} has 4294967295 bytes, there is room for 24`,
    ],
    [
      'a simple packet that is longer than its block',
      behind(simplePacket(true, PACKET, 25)),
      `the packet at byte ${at} has 25 bytes, there is room for 24`,
    ],
    [
      'flags of another length',
      behind(packet({ options: [[2, [1]]] })),
      `option 2 at byte ${at + 52} has 1 bytes, it must have 4`,
    ],
    [
      'a resolution of another length',
      behind(interfaceDescription(true, { options: [[9, [1, 2]]] })),
      `option 9 at byte ${at + 16} has 2 bytes, it must have 1`,
    ],
    [
      'an offset of another length',
      behind(interfaceDescription(true, { options: [[14, [1, 2]]] })),
      `option 14 at byte ${at + 16} has 2 bytes, it must have 8`,
    ],
    [
      'an option that leaves the block',
      behind(block(true, 1, (build) => build.u32(253).u32(0).u16(2).u16(1))),
      `the option at byte ${at + 16} is longer than its block`,
    ],
    [
      'an end mark with a value',
      behind(block(true, 1, (build) => build.u32(253).u32(0).u16(0).u16(4).u32(0))),
      `option 0 at byte ${at + 16} has 4 bytes, it must have 0`,
    ],
  ])('%s', (_, file, message) => {
    expect(() => readCapture(file)).toThrow(new RangeError(message))
  })
})
