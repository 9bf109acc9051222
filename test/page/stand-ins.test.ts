// The stand-ins of the bundled suite decide as what they stand for: with a comparison that is always content the suite would be too.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Buffer as HexBuffer } from './suite/stand-ins/buffer.js'
import { isDeepStrictEqual as standIn } from './suite/stand-ins/equal.js'
import { expect as standInExpect } from './suite/stand-ins/vitest.js'

const data = fc.anything({ withBigInt: true, withTypedArray: true, withNullPrototype: true, withSparseArray: true })
/** Two values that are often nearly the same. */
const pairs = fc.oneof(
  fc.tuple(data, data),
  data.chain((one) => fc.tuple(fc.constant(one), fc.constant(structuredClone(one)))),
  fc.tuple(fc.dictionary(fc.constantFrom('a', 'b'), data), fc.dictionary(fc.constantFrom('a', 'b'), data)),
)

const holds = (check: () => void): boolean => {
  try {
    check()
    return true
  } catch {
    return false
  }
}

describe('isDeepStrictEqual()', () => {
  test('says what that of node:util says', () => {
    fc.assert(fc.property(pairs, ([a, b]) => standIn(a, b) === isDeepStrictEqual(a, b)))
  })

  test.each([
    [0, -0],
    [Number.NaN, Number.NaN],
    [{ a: undefined }, {}],
    [new Array(1), [undefined]],
    [{ 0: 1 }, [1]],
    [new Uint8Array(2), new Int8Array(2)],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
    [{ a: [{ b: 1n }] }, { a: [{ b: 1n }] }],
    [null, {}],
  ])('%o and %o', (a, b) => expect(standIn(a, b)).toBe(isDeepStrictEqual(a, b)))

  test.each([new Map(), new Set([1]), new Date(0), /x/])('refuses what it cannot compare: %o', (one) => {
    expect(() => standIn(one, {})).toThrow(TypeError)
    expect(() => standIn([{ one }], [{ one: structuredClone(one) }])).toThrow(TypeError)
  })
})

describe('expect()', () => {
  test('toEqual() holds where that of vitest holds', () => {
    const plain = fc.oneof(
      fc.tuple(fc.jsonValue(), fc.jsonValue()),
      fc.jsonValue().map((one) => [one, structuredClone(one)] as const),
      fc.tuple(
        fc.record({ a: fc.option(fc.nat(1), { nil: undefined }) }),
        fc.record({ a: fc.nat(1) }, { requiredKeys: [] }),
      ),
    )
    fc.assert(
      fc.property(plain, ([a, b]) => {
        return holds(() => standInExpect(a).toEqual(b)) === holds(() => expect(a).toEqual(b))
      }),
    )
  })

  test('toBe() and toEqual() say what they wanted', () => {
    expect(() => standInExpect({ a: 1n }, 'a label').toEqual({ a: 2 })).toThrow(
      'a label: expected {"a":2}, got {"a":"1n"}',
    )
    expect(() => standInExpect({}).toBe({})).toThrow('a value: expected {}, got {}')
    standInExpect(1).toBe(1)
  })
})

test('Buffer knows hexadecimal digits, and says so of anything else', () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      (bytes) => HexBuffer.from(bytes).toString('hex') === Buffer.from(bytes).toString('hex'),
    ),
  )
  expect(() => HexBuffer.from(Uint8Array.of(1)).toString('base64')).toThrow(TypeError)
})
