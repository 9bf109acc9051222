// readCapture() and pcap files: both byte orders, both resolutions, and what is wrong with them.
import { describe, expect, test } from 'vitest'
import { readCapture } from '../../src/capture/index.js'
import { cooked, joined, type PcapRecord, pcap } from './files.js'

const MICRO = 0xa1b2c3d4
const NANO = 0xa1b23c4d
const RECORD: PcapRecord = { seconds: 7, fraction: 123456, packet: cooked(11, [1, 2, 3]) }

describe.each([
  ['little-endian', true],
  ['big-endian', false],
])('a %s pcap file', (_, little) => {
  test('with microseconds', () => {
    const read = readCapture(pcap(little, MICRO, [RECORD]))
    expect(read).toEqual([{ time: 7123456000n, protocol: 11, data: Uint8Array.of(1, 2, 3), comments: [] }])
  })

  test('with nanoseconds, several packets, and the greatest time', () => {
    const last = { seconds: 0xffffffff, fraction: 999999999, packet: cooked(0xfffe, []) }
    const read = readCapture(pcap(little, NANO, [RECORD, last]))
    expect(read.map(({ time }) => time)).toEqual([7000123456n, 4294967295999999999n])
    expect(read.map(({ protocol }) => protocol)).toEqual([11, 0xfffe])
  })

  test('without packets', () => {
    expect(readCapture(pcap(little, MICRO, []))).toEqual([])
  })
})

test('the unused bytes of the cooked header may hold anything, as those of nlmon captures do', () => {
  const packet = cooked(16, [9], 4)
  packet.fill(0xee, 4, 14)
  const read = readCapture(pcap(true, MICRO, [{ ...RECORD, packet }]))
  expect(read).toEqual([{ time: 7123456000n, protocol: 16, data: Uint8Array.of(9), comments: [] }])
})

test('the bits above the link type tell of checksums and do not matter', () => {
  expect(readCapture(pcap(true, MICRO, [RECORD], 0xf4000000 + 253))).toHaveLength(1)
})

test('the data are a copy', () => {
  const file = Buffer.from(pcap(true, MICRO, [RECORD]))
  const [packet] = readCapture(file)
  file.fill(0)
  expect(packet?.data).toEqual(Uint8Array.of(1, 2, 3))
})

describe('refused is', () => {
  const refusal = (file: Uint8Array) => () => readCapture(file)

  test('what is no Uint8Array', () => {
    expect(() => readCapture('text' as unknown as Uint8Array)).toThrow(new TypeError('bytes must be a Uint8Array'))
  })

  test.each([
    ['nothing', Uint8Array.of(), 'the capture ends inside the magic number at byte 0'],
    [
      'another format',
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      'the bytes 1f 8b 08 00 at byte 0 begin neither a pcap nor a pcapng file',
    ],
    ['a header that ends', pcap(true, MICRO, []).subarray(0, 23), 'the capture ends inside the file header at byte 0'],
    [
      'a packet header that ends',
      joined(pcap(true, MICRO, [RECORD]), Uint8Array.of(1)),
      'the capture ends inside the packet header at byte 59',
    ],
    [
      'a packet that ends',
      pcap(true, MICRO, [RECORD]).subarray(0, 58),
      'the capture ends inside the packet at byte 24',
    ],
    [
      'another link type',
      pcap(true, MICRO, [RECORD], 1),
      'the packet at byte 24 has link type 1, that of netlink is 253',
    ],
    [
      'a snapped packet',
      pcap(true, MICRO, [{ ...RECORD, original: 76 }]),
      'the packet at byte 24 was snapped: 19 of its 76 bytes were captured',
    ],
    [
      'more than there was',
      pcap(true, MICRO, [{ ...RECORD, original: 18 }]),
      'the packet at byte 24 has 19 bytes captured, but had only 18 of them',
    ],
    [
      'a packet without room for the header',
      pcap(true, MICRO, [{ ...RECORD, packet: [0, 0, 3, 56] }]),
      'the packet at byte 24 has 4 bytes, 16 are the least',
    ],
    [
      'another hardware type',
      pcap(true, MICRO, [{ ...RECORD, packet: Array(16).fill(0) }]),
      'the packet at byte 24 has hardware type 0, that of netlink is 824',
    ],
    [
      'a million microseconds',
      pcap(true, MICRO, [{ ...RECORD, fraction: 1000000 }]),
      'the packet at byte 24 has a time whose fraction is a second or more',
    ],
    [
      'a milliard nanoseconds',
      pcap(false, NANO, [{ ...RECORD, fraction: 1e9 }]),
      'the packet at byte 24 has a time whose fraction is a second or more',
    ],
  ])('%s', (_, file, message) => {
    expect(refusal(file)).toThrow(new RangeError(message))
  })

  test('another version', () => {
    const file = pcap(true, MICRO, [])
    file[6] = 3
    expect(refusal(file)).toThrow(new RangeError('pcap version 2.3 at byte 4 is not 2.4'))
  })
})
