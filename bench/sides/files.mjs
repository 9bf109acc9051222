// What is measured on the files of the package, without running them.
import { existsSync, readFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'

export const title = 'the package’s files'

const kernel = new URL('../../dist/kernel.wasm', import.meta.url)

export async function prepare() {
  return existsSync(kernel) ? undefined : { failed: 'dist/kernel.wasm is missing; node scripts/build.mjs makes it' }
}

const KB = 1000

export async function run() {
  const bytes = readFileSync(kernel)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return { samples: { raw: [bytes.length / KB], brotli: [brotliCompressSync(bytes, { params }).length / KB] } }
}
