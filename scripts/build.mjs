// Builds what is out of date: the kernel into build/, the package into dist/. Silent when nothing is.
//   node scripts/build.mjs [--only wasm] [--force]
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BuildError, step } from './progress.mjs'
import { hashFiles, listFiles, readStamp, withLock, writeStamp } from './stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

// The compilers are loaded only by the part that runs.
const PARTS = {
  wasm: async () => {
    const { WASM_INPUTS, WASM_OUTPUTS, buildWasm } = await import('./wasm.mjs')
    return { title: 'compiling the kernel', inputs: WASM_INPUTS, outputs: WASM_OUTPUTS, build: buildWasm }
  },
  package: async () => {
    const { BUNDLE_INPUTS, BUNDLE_OUTPUTS, buildPackage } = await import('./bundle.mjs')
    const inputs = [...BUNDLE_INPUTS, 'build/release.wasm', 'build/debug.wasm']
    return { title: 'bundling the package', inputs, outputs: BUNDLE_OUTPUTS, build: buildPackage }
  },
}

async function bringUpToDate(name, force) {
  const { title, inputs, outputs, build } = await PARTS[name]()
  const hash = () => hashFiles(root, listFiles(root, inputs))
  const isCurrent = () => readStamp(root)[name] === hash() && outputs.every((file) => existsSync(join(root, file)))
  if (!force && isCurrent()) return
  await withLock(root, async () => {
    if (!force && isCurrent()) return
    const made = hash()
    await step(title, () => build(root))
    writeStamp(root, name, made)
  })
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' }, force: { type: 'boolean', default: false } } })
  const names = values.only === undefined ? Object.keys(PARTS) : [values.only]
  for (const name of names) {
    if (!Object.hasOwn(PARTS, name))
      throw new BuildError(`--only takes ${Object.keys(PARTS).join(' or ')}, not ${name}`)
    await bringUpToDate(name, values.force)
  }
}

function explain(error) {
  if (error instanceof BuildError) return error.message
  return error.code === 'ERR_MODULE_NOT_FOUND'
    ? `${error.message}\nHave the tools been installed (npm ci)?`
    : error.stack
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}
