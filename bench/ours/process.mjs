// One fresh process: imports the package, runs one measurement, prints its samples as JSON.
//   node bench/ours/process.mjs FILE '{ "payload": 64, ... }'
// Everything beside this file runs wherever the package does, so that a page can run it too.

const [file, params] = process.argv.slice(2)
const began = performance.now()
const connector = await import('../../dist/index.js')
const imported = performance.now() - began
const uapi = await import('../../dist/uapi.js')
const { measure } = await import(`./${file}.mjs`)

const samples = await measure({ ...connector, uapi, began, imported }, JSON.parse(params))
process.stdout.write(`${JSON.stringify({ samples })}\n`)
