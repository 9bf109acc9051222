// One fresh process: runs one rival, prints its samples as JSON. Of the package it has the codecs only, for the message.
//   node bench/rivals/process.mjs FILE '{ "payload": 64, ... }'
import * as uapi from '../../dist/uapi.js'

const [file, params] = process.argv.slice(2)
const { measure } = await import(`./${file}.mjs`)

const samples = await measure({ uapi }, JSON.parse(params))
process.stdout.write(`${JSON.stringify({ samples })}\n`)
