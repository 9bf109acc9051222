// What the writer writes the reader reads: random packets, and random files of the reader's own kinds.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CapturedPacket, PcapngWriter, readCapture } from '../../src/capture/index.js'
import { cooked, enhancedPacket, interfaceDescription, joined, pcap, sectionHeader } from './files.js'

const comment = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ufeffmark', 'line\nline'))
  .map((text) => text.replaceAll('\0', ''))
const data = fc.uint8Array({ maxLength: 80 })
const protocol = fc.integer({ min: 0, max: 0xffff })
const packet: fc.Arbitrary<CapturedPacket> = fc.record(
  {
    time: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    protocol,
    data,
    comments: fc.array(comment, { maxLength: 4 }),
    direction: fc.constantFrom('in', 'out'),
  },
  { requiredKeys: ['time', 'protocol', 'data', 'comments'] },
)
const packets = fc.array(packet, { maxLength: 12 })

test('packets that were written are read as they were', () => {
  fc.assert(
    fc.property(packets, (written) => {
      const writer = new PcapngWriter()
      for (const one of written) writer.packet(one)
      expect(readCapture(writer.bytes())).toEqual(written)
    }),
  )
})

test('a stream that was taken in pieces is the same file', () => {
  fc.assert(
    fc.property(packets, fc.infiniteStream(fc.boolean()), (written, takes) => {
      const writer = new PcapngWriter({ keep: false })
      const pieces: Uint8Array[] = []
      for (const one of written) {
        writer.packet(one)
        if (takes.next().value) pieces.push(writer.take())
      }
      pieces.push(writer.take())
      expect(readCapture(joined(...pieces))).toEqual(written)
    }),
  )
})

test('what was read can be written again, and two files one behind the other are one', () => {
  fc.assert(
    fc.property(packets, packets, (first, second) => {
      const file = joined(
        ...[first, second].map((list) => {
          const writer = new PcapngWriter()
          for (const one of list) writer.packet(one)
          return writer.bytes()
        }),
      )
      expect(readCapture(file)).toEqual([...first, ...second])
    }),
  )
})

test('files in either byte order, pcap and pcapng, tell the same', () => {
  const plain = fc.array(fc.record({ time: fc.bigInt({ min: 0n, max: 2n ** 32n * 1000000000n - 1n }), protocol, data }))
  fc.assert(
    fc.property(plain, fc.boolean(), (list, little) => {
      const records = list.map(({ time, ...message }) => ({
        seconds: Number(time / 1000000000n),
        fraction: Number(time % 1000000000n),
        packet: cooked(message.protocol, [...message.data]),
      }))
      const blocks = list.map(({ time, ...message }) =>
        enhancedPacket(little, { time, packet: cooked(message.protocol, [...message.data]) }),
      )
      const ng = joined(sectionHeader(little), interfaceDescription(little, { options: [[9, [9]]] }), ...blocks)
      const expected = list.map((one) => ({ ...one, comments: [] }))
      expect(readCapture(pcap(little, 0xa1b23c4d, records))).toEqual(expected)
      expect(readCapture(ng)).toEqual(expected)
    }),
  )
})
