// One fresh process: imports the package, runs one measurement, prints its samples as JSON.
//   node bench/ours/process.mjs FILE '{ "payload": 64, ... }'
// Everything beside this file runs wherever the package does, so that a page can run it too.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const [file, params] = process.argv.slice(2)
const began = performance.now()
const connector = await import('../../dist/index.js')
const imported = performance.now() - began
const uapi = await import('../../dist/uapi.js')
const { measure } = await import(`./${file}.mjs`)

/** Bytes of the heap of JavaScript that somebody still holds. */
function heapUsed() {
  setFlagsFromString('--expose-gc')
  // What the first collection shortens, the second one no longer counts.
  for (let i = 0; i < 2; i++) runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

const samples = await measure({ ...connector, uapi, began, imported, heapUsed }, JSON.parse(params))
process.stdout.write(`${JSON.stringify({ samples })}\n`)
