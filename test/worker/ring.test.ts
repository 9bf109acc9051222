// A ring alone: what is written is read, in order and whole, whatever its size and wherever the ring ends; and garbage is noticed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CONTROL_BYTES,
  ERROR_LENGTH,
  LEAST_RING_BYTES,
  mostRecordBytes,
  RECORD_HEADER,
  RECORD_LENGTH,
  RingMemory,
  recordBytes,
  TRANSMIT,
  WRAP,
} from '../../src/worker/ring-memory.js'
import { RingReader } from '../../src/worker/ring-reader.js'
import { RingWriter } from '../../src/worker/ring-writer.js'
import { Violation } from '../../src/worker/violation.js'

const MOST = mostRecordBytes(LEAST_RING_BYTES)

/** @param begin how many bytes went through it before, modulo 2^32 */
function makeRing(begin = 0) {
  const memory = RingMemory.make(LEAST_RING_BYTES)
  for (const word of [TRANSMIT.head, TRANSMIT.tail]) memory.control[word] = begin
  const ring = memory.ring(TRANSMIT)
  const [writer, reader] = [new RingWriter(ring), new RingReader(memory.ring(TRANSMIT), MOST)]
  const write = (data: Uint8Array): boolean => {
    const at = writer.place(data.length)
    if (at < 0) return false
    ring.numbers[at / 4 + RECORD_LENGTH] = data.length
    ring.bytes.set(data, at + RECORD_HEADER)
    writer.commit()
    return true
  }
  const read = (): number[] | undefined => {
    const length = reader.next()
    if (length < 0) return undefined
    const data = [...ring.bytes.slice(reader.data, reader.data + length)]
    reader.take()
    return data
  }
  return { memory, ring, writer, reader, write, read }
}

const length = fc.oneof({ weight: 5, arbitrary: fc.nat(200) }, { weight: 1, arbitrary: fc.nat(MOST) })
const act = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), length }),
  fc.constant({ kind: 'read' as const }),
  fc.constantFrom({ kind: 'publish' as const }, { kind: 'free' as const }),
)

describe('a ring', () => {
  // 2^31 and 2^32 bytes would take too long: some begin a little before.
  const begin = fc.constantFrom(0, 2 ** 31 - 2048, -2048)

  test('is a queue, with as much room as it has bytes', () => {
    fc.assert(
      fc.property(begin, fc.array(act, { maxLength: 200 }), (from, acts) => {
        const { writer, reader, write, read } = makeRing(from)
        const written: number[][] = []
        const published: number[][] = []
        let kept = 0
        for (const [index, one] of acts.entries()) {
          if (one.kind === 'write') {
            const data = new Uint8Array(one.length).fill(index)
            if (write(data)) {
              written.push([...data])
              kept++
            } else expect(kept).toBeGreaterThan(0)
          } else if (one.kind === 'publish') {
            expect(writer.publish()).toBe(written.length > 0)
            published.push(...written.splice(0))
          } else if (one.kind === 'read') expect(read()).toEqual(published.shift())
          else if (reader.publish()) kept = written.length + published.length
        }
        writer.publish()
        for (const data of [...published, ...written]) expect(read()).toEqual(data)
        expect(read()).toBeUndefined()
        reader.publish()
        // Empty, it holds the longest one wherever it begins.
        expect(write(new Uint8Array(MOST))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('is full to the last byte', () => {
    const { writer, reader, write, read } = makeRing()
    const size = recordBytes(48)
    expect(size).toBe(64)
    for (let count = 0; count < LEAST_RING_BYTES / size; count++) expect(write(new Uint8Array(48))).toBe(true)
    expect(write(new Uint8Array(0))).toBe(false)
    writer.publish()
    expect(read()).toHaveLength(48)
    expect(write(new Uint8Array(48))).toBe(false)
    reader.publish()
    expect(write(new Uint8Array(48))).toBe(true)
    expect(write(new Uint8Array(0))).toBe(false)
  })

  test('of another size than a power of two is none', () => {
    for (const bytes of [0, 64, LEAST_RING_BYTES - 8, 3 * LEAST_RING_BYTES, 2 ** 27]) {
      expect(() => new RingMemory(new SharedArrayBuffer(CONTROL_BYTES + 2 * bytes))).toThrow(Violation)
    }
  })
})

describe('a reader', () => {
  const words = fc.oneof(fc.nat(100), fc.constantFrom(WRAP, ERROR_LENGTH, MOST, MOST + 1, 2 ** 31), fc.nat(2 ** 32 - 1))

  test('of anything never reads what is not in the ring, and never without end', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 64 }), fc.integer(), (garbage, tail) => {
        const { memory, ring, reader } = makeRing()
        ring.numbers.forEach((_, index) => {
          ring.numbers[index] = garbage[index % garbage.length] as number
        })
        memory.control[TRANSMIT.tail] = tail
        let records = 0
        try {
          for (let one = reader.next(); one >= 0; one = reader.next()) {
            const bytes = one === ERROR_LENGTH ? 0 : one
            expect(bytes).toBeLessThanOrEqual(MOST)
            expect(reader.data % 8).toBe(0)
            expect(reader.data + bytes).toBeLessThanOrEqual(LEAST_RING_BYTES)
            reader.take()
            records++
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Violation)
        }
        expect(records).toBeLessThanOrEqual(LEAST_RING_BYTES / RECORD_HEADER)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['behind what was read', -8],
    ['further than the ring', LEAST_RING_BYTES + 8],
    ['not where a record can begin', 12],
  ])('notices a tail %s', (_, tail) => {
    const { memory, reader } = makeRing()
    memory.control[TRANSMIT.tail] = tail
    expect(() => reader.next()).toThrow(Violation)
  })
})

describe('a writer', () => {
  test.each([
    ['further than what was written', 8192],
    ['behind the ring', -8],
    ['not where a record can begin', 12],
  ])('notices a head %s', (_, head) => {
    const { memory, writer, write } = makeRing()
    while (write(new Uint8Array(48)));
    writer.publish()
    memory.control[TRANSMIT.head] = head
    expect(() => write(new Uint8Array(48))).toThrow(Violation)
  })
})
