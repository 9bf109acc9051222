// The whole kernel stays small enough to be embedded: the limits of PERFORMANCE.md, "must".
import { brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readBytes } from '../support/files.js'

const wasm = readBytes('build/release.wasm')

test('the release build has at most 48 KB', () => {
  expect(wasm.length).toBeLessThanOrEqual(48 * 1024)
})

// docs/performance.md says this figure too.
test('the release build has at most 16,000 bytes as brotli', () => {
  expect(brotliCompressSync(wasm).length).toBeLessThanOrEqual(16_000)
})
