// Bytes as text, as the built files have the kernel: what comes out is what went in, and the text needs no care wherever it stands.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pack, unpack } from '../../scripts/packed.mjs'
import { readBytes } from '../support/files.js'

function roundTrip(bytes: Uint8Array): Uint8Array {
  const { text, order } = pack(bytes)
  return unpack(text, order, bytes.length)
}

test('any bytes come back', () => {
  const check = (bytes: Uint8Array) => void expect(roundTrip(bytes)).toEqual(bytes)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), check))
})

test('so do all 256 together, of any frequency', () => {
  const bytes = Uint8Array.from({ length: 256 * 8 }, (_, index) => (index * index) & 255)
  const all = new Uint8Array([...bytes, ...Array(256).keys()])
  expect(roundTrip(all)).toEqual(all)
})

test('the text can stand in any string literal, and in a page', () => {
  const { text } = pack(Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) >> 3))
  expect(text).toMatch(/^[ -~]+$/)
  expect(text).not.toMatch(/["'`\\$<]/)
})

test('the kernel takes no more room than its bytes do, after gzip, but for the order of the letters', () => {
  const bytes = readBytes('build/release.wasm')
  const { text, order } = pack(bytes)
  expect(unpack(text, order, bytes.length)).toEqual(new Uint8Array(bytes))
  expect(gzipSync(text + order).length).toBeLessThan(gzipSync(bytes).length + 600)
})
