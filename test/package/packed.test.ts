// The kernel as text, as the built files have it: what comes out is what went in, and the text needs no care wherever it stands.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pack, unpack } from '../../scripts/packed.mjs'
import { readBytes } from '../support/files.js'

function roundTrip(module: Uint8Array): Uint8Array {
  const { texts, order } = pack(module)
  return unpack(texts, order, module.length)
}

function leb128(value: number): number[] {
  return value > 127 ? [(value & 127) | 128, ...leb128(value >>> 7)] : [value]
}

const END = 0x0b

/** A module of functions with these operators, and of a section that says nothing. */
function moduleOf(...functions: number[][]): Uint8Array {
  const bodies = functions.map((operators) => [1, 2, 0x7f, ...operators, END])
  const code = [...leb128(bodies.length), ...bodies.flatMap((body) => [...leb128(body.length), ...body])]
  const said = [1, 0x78, 200, 0, 255]
  const sections = [
    0,
    said.length,
    ...said,
    ...exportsOf(['a', 'do_it_2', 'Z'.repeat(200)]),
    10,
    ...leb128(code.length),
    ...code,
  ]
  return Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...sections])
}

function exportsOf(names: string[]): number[] {
  const entries = names.flatMap((name, index) => [
    ...leb128(name.length),
    ...Buffer.from(name),
    0,
    ...leb128(index * 100),
  ])
  return [7, ...leb128(entries.length + 1), names.length, ...entries]
}

const CONST = 0x41
const LOAD = 0x28
const OPERATIONS: Readonly<Record<string, readonly number[]>> = {
  blocks: [0x02, 0x40, 0x03, 0x7f, 0x04, 0x40, 0x05, END, END, END],
  branches: [0x0c, 0, 0x0d, 200, 1, 0x0e, 3, 0, 1, 200, 1, 0, 0x0f],
  calls: [0x10, 5, 0x10, 200, 1],
  variables: [0x20, 0, 0x21, 200, 1, 0x22, 1, 0x23, 0, 0x24, 0],
  constants: [CONST, 0x7f, CONST, 255, 255, 255, 255, 7, 0x42, 128, 1],
  accesses: [LOAD, 0, 0, 0x29, 0, 200, 1, 0x2d, 0, 1, 0x36, 0, 8, 0x3b, 0, 2],
  bulk: [0xfc, 10, 0, 0, 0xfc, 11, 0],
  vectors: [0xfd, 0, 3, 16, 0xfd, 11, 4, 200, 1, 0xfd, 12, ...Array.from({ length: 16 }, (_, n) => n * 16), 0xfd, 81],
  arithmetic: [0x6a, 0x6b, 0x45, 0x1a, 0x1b, 0x00],
}

test('a module without an operator comes back, and one with all that are alone', () => {
  const alone = Array.from({ length: 0x7c }, (_, n) => 0x45 + n)
  for (const module of [moduleOf(), moduleOf(alone, [])]) expect(roundTrip(module)).toEqual(module)
})

test('any functions come back', () => {
  const operations = fc.array(fc.constantFrom(...Object.values(OPERATIONS)), { maxLength: 40 })
  const check = (bodies: (readonly number[])[][]) => {
    const module = moduleOf(...bodies.map((body) => body.flat()))
    expect(roundTrip(module)).toEqual(module)
  }
  fc.assert(fc.property(fc.array(operations, { maxLength: 20 }), check))
})

test.each([0, 1, 120, 121, 122, 123, 124, 8000, 17000])('a function of %i operators comes back', (length) => {
  const module = moduleOf(Array(length).fill(0x6a), [])
  expect(roundTrip(module)).toEqual(module)
})

test('the release build comes back', () => {
  const bytes = new Uint8Array(readBytes('build/release.wasm'))
  expect(roundTrip(bytes)).toEqual(bytes)
})

test.each([
  ['an alignment that is claimed', moduleOf([LOAD, 2, 0]), 'of the module must be 0'],
  ['a constant that is none to it', moduleOf([0x44, END, END, END, END, END, END, END, END]), 'not known'],
  [
    'a name that has other letters',
    Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, ...exportsOf(['a.b'])),
    'a name of other than',
  ],
  ['a function that does not end', moduleOf([0x02, 0x40]), 'not known'],
  [
    'a size that is longer than it must be',
    Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 10, 5, 1, 130, 0, 0, END),
    'not known',
  ],
])('%s is refused', (_, module, message) => {
  expect(() => pack(module)).toThrow(message)
})

test('the texts can stand in any string literal, and in a page', () => {
  const text = pack(readBytes('build/release.wasm')).texts.join('')
  expect(text).toMatch(/^[ -~]+$/)
  expect(text).not.toMatch(/["'`\\$<]/)
})

test('the kernel takes less room than its bytes do, after gzip', () => {
  const bytes = readBytes('build/release.wasm')
  const { texts, order } = pack(bytes)
  expect(gzipSync(`${texts} ${order}`).length).toBeLessThan(gzipSync(bytes).length - 600)
})
