// The package in Node: dist/ as it is installed elsewhere.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runProcess } from './process.mjs'

export const title = 'Node'

const entry = new URL('../../dist/index.js', import.meta.url)
const program = fileURLToPath(new URL('../ours/process.mjs', import.meta.url))

export async function prepare() {
  return existsSync(entry) ? undefined : { failed: 'dist/index.js is missing; node scripts/build.mjs makes it' }
}

/** `flags` are Node's own. */
export function run({ file, params, flags = [] }) {
  return runProcess(process.execPath, [...flags, program, file, JSON.stringify(params)])
}
