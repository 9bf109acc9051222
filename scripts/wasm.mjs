// The kernel: assembly/abi.ts compiled twice, and src/machine/abi.generated.ts made from it and the result.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { opcodeName, parseAbi, renderAbi } from './abi.mjs'
import { exportDirectly } from './direct-exports.mjs'
import { orderFunctions, ownFunctions } from './function-order.mjs'
import { nameLocals } from './local-names.mjs'
import { BuildError, runTool } from './progress.mjs'
import { hashFiles, listFiles } from './stamp.mjs'

export const WASM_INPUTS = [
  'assembly',
  'asconfig.json',
  'package-lock.json',
  'scripts/abi.mjs',
  'scripts/direct-exports.mjs',
  'scripts/function-order.mjs',
  'scripts/local-names.mjs',
  'scripts/module-bytes.mjs',
  'scripts/progress.mjs',
  'scripts/stamp.mjs',
  'scripts/wasm.mjs',
]
export const WASM_OUTPUTS = ['build/release.wasm', 'build/debug.wasm', 'src/machine/abi.generated.ts']

const asc = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))
/** 32 bits are enough to tell one kernel from the next. */
const DIGEST_DIGITS = 8
const OPTIMIZE_LEVEL = 2
const SHRINK_LEVEL = 2
/** Functions up to this size (in nodes) go into their callers: with more of them the code grows. */
const ALWAYS_INLINE_SIZE = 9
/** What the kernel uses of WebAssembly beyond its first version. */
const FEATURES = ['BulkMemory', 'BulkMemoryOpt', 'SIMD128', 'SignExt', 'MutableGlobals', 'NontrappingFPToInt']
// New files come here first and move in together, so that a failed build leaves the last good one.
const FRESH = 'build/fresh'

/** Compiles both builds and generates the TypeScript side of the door. */
export async function buildWasm(root) {
  mkdirSync(join(root, FRESH), { recursive: true })
  await Promise.all([compile(root, 'release'), compile(root, 'debug')])
  const abi = parseAbi(readFileSync(join(root, 'assembly/abi.ts'), 'utf8'))
  const layout = agreedLayout(root, abi)
  await finishRelease(root, abi)
  const sources = hashFiles(root, listFiles(root, ['assembly', 'asconfig.json']))
  const generated = renderAbi(abi, layout, sources.slice(0, DIGEST_DIGITS))
  for (const file of ['release.wasm', 'debug.wasm', 'debug.wasm.map']) {
    renameSync(join(root, FRESH, file), join(root, 'build', file))
  }
  mkdirSync(join(root, 'src/machine'), { recursive: true })
  writeFileSync(join(root, 'src/machine/abi.generated.ts'), generated)
}

// asc starts a second Node unless this flag is already there.
async function compile(root, target) {
  const args = ['--config', 'asconfig.json', '--target', target, '--outFile', `${FRESH}/${target}.wasm`]
  const warnings = await runTool(asc, args, { cwd: root, nodeArgs: ['--enable-source-maps'] })
  if (warnings.trim()) process.stderr.write(`\n${warnings}`)
}

// The host has the constants from the generated file: in the release build they would only be carried about.
async function finishRelease(root, abi) {
  const file = join(root, FRESH, 'release.wasm')
  const { default: binaryen } = await import(createRequire(asc).resolve('binaryen'))
  const module = binaryen.readBinary(new Uint8Array(readFileSync(file)))
  for (const { name } of abi.constants) module.removeExport(name)
  module.setFeatures(FEATURES.reduce((all, name) => all | binaryen.Features[name], 0))
  exportDirectly(binaryen, module, (name) => opcodeName(abi.functions.findIndex((one) => one.name === name)))
  optimizeWhole(binaryen, module)
  orderFunctions(binaryen, module)
  module.runPasses(['coalesce-locals', 'reorder-locals'])
  // The last step works on what is written, and leaves out more stores to locals.
  binaryen.setGenerateStackIR(true)
  binaryen.setOptimizeStackIR(true)
  const bytes = module.emitBinary()
  nameLocals(
    bytes,
    ownFunctions(binaryen, module).map(({ parameters }) => parameters),
  )
  writeFileSync(file, bytes)
}

// What asc leaves gets smaller still when it is optimized as a whole, and nothing is gained by a third time.
function optimizeWhole(binaryen, module) {
  binaryen.setOptimizeLevel(OPTIMIZE_LEVEL)
  binaryen.setShrinkLevel(SHRINK_LEVEL)
  // asc leaves the conditions of the assertions, whose loads could trap: only a bug would have them do it.
  binaryen.setTrapsNeverHappen(true)
  // Nothing lies below 1024 (assembly/memory.ts): an address and a small offset may be added by the load itself.
  binaryen.setLowMemoryUnused(true)
  binaryen.setAlwaysInlineMaxSize(ALWAYS_INLINE_SIZE)
  module.optimize()
  module.optimize()
  // Engines make nothing of the alignment that a load or a store claims: if none does, all have the same byte there.
  module.runPasses(['dealign'])
}

function agreedLayout(root, abi) {
  const release = readLayout(root, 'release', abi)
  const debug = readLayout(root, 'debug', abi)
  for (const { name } of abi.constants) {
    if (release[name] !== debug[name]) {
      throw new BuildError(`assembly/abi.ts: ${name} is ${release[name]} in release, ${debug[name]} in debug`)
    }
  }
  return release
}

function readLayout(root, target, abi) {
  const module = new WebAssembly.Module(readFileSync(join(root, FRESH, `${target}.wasm`)))
  const { exports } = new WebAssembly.Instance(module, stubImports(module, target))
  return Object.fromEntries(abi.constants.map(({ name }) => [name, constantValue(exports, name, target)]))
}

function constantValue(exports, name, target) {
  const value = exports[name]?.value
  if (!Number.isInteger(value))
    throw new BuildError(`assembly/abi.ts: ${name} is no i32 constant of the ${target} build`)
  return value
}

// Enough of a host for the start function, which only checks sizes and offsets.
function stubImports(module, target) {
  const imports = {}
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {}
    imports[from][name] = kind === 'memory' ? new WebAssembly.Memory({ initial: 64 }) : () => 0
  }
  if (imports.env?.abort) {
    imports.env.abort = (_message, _file, line) => {
      throw new BuildError(`the start function of the ${target} build fails an assertion, at line ${line}`)
    }
  }
  return imports
}
