// The package: src bundled with the kernel's bytes and the loader, its declarations, and the licence of what it contains.

import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { doorMembers, shortCallNames } from './door-members.mjs'
import { INNER_NAMES } from './inner-names.mjs'
import { CHANGES, smallLoader } from './loader.mjs'
import { pack } from './packed.mjs'
import { BuildError, runTool } from './progress.mjs'

export const BUNDLE_INPUTS = [
  'src',
  'assembly/uapi',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/abi.mjs',
  'scripts/bundle.mjs',
  'scripts/door-members.mjs',
  'scripts/inner-names.mjs',
  'scripts/loader.mjs',
  'scripts/module-bytes.mjs',
  'scripts/packed.mjs',
  'scripts/progress.mjs',
]

/** Each entry of the package by its name in dist/. They are bundled together: what two of them need is there once. */
const ENTRIES = {
  index: 'src/index.ts',
  debug: 'src/debug.ts',
  // No entries of the package, but files of their own in dist/ too: what stands in a file that is not used falls away whole.
  embedded: 'src/embedded.ts',
  'embedded-debug': 'src/embedded-debug.ts',
  genetlink: 'src/kernel/genetlink/index.ts',
  slim: 'src/slim.ts',
  workerd: 'src/workerd.ts',
  'edge-light': 'src/edge-light.ts',
  uapi: 'src/uapi/index.ts',
  connector: 'src/connector/index.ts',
  capture: 'src/capture/index.ts',
  worker: 'src/worker/index.ts',
  host: 'src/host/index.ts',
}
/** The programs, apart from the entries: those would fall to pieces in files of what the two have in common. */
const PROGRAMS = {
  'cli/kernel-connector': 'src/cli/kernel-connector.ts',
  'cli/conformance': 'src/cli/conformance.ts',
  'cli/host-helper': 'src/cli/replay/host-helper.ts',
  'cli/fuzz': 'src/cli/fuzz.ts',
}
export const BUNDLE_OUTPUTS = [
  ...Object.keys({ ...ENTRIES, ...PROGRAMS }).map((name) => `dist/${name}.js`),
  'dist/kernel.wasm',
  'dist/types',
]

const packageFolder = (name) => dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))

/** Makes dist/ anew; a failure leaves the old one. */
export async function buildPackage(root) {
  const [files] = await Promise.all([bundle(root), declarations(root)])
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  for (const { path, contents } of files) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
  cpSync(join(root, 'build/types'), join(root, 'dist/types'), { recursive: true })
  copyFileSync(join(root, 'build/release.wasm'), join(root, 'dist/kernel.wasm'))
  copyLicences(root)
}

async function bundle(root) {
  const mangleCache = shortCallNames(root)
  const mangleProps = new RegExp(`^(${[...INNER_NAMES, ...Object.keys(mangleCache)].join('|')})$`)
  // Names and lines stay: whoever meets an error sees where it was thrown, and bundlers take them away.
  const entries = { ...SETTINGS, chunkNames: 'chunks/[name]-[hash]', minifySyntax: true, mangleProps, mangleCache }
  const programs = { ...SETTINGS, chunkNames: 'chunks/cli/[name]-[hash]' }
  const made = await Promise.all([
    bundleInto(root, ENTRIES, entries, [doorMembers(root)]),
    bundleInto(root, PROGRAMS, programs, []),
  ])
  return made.flat()
}

const SETTINGS = {
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  loader: { '.wasm': 'binary' },
  external: ['node:*', 'koffi', 'fast-check'],
  sourcemap: true,
  legalComments: 'inline',
  logLevel: 'silent',
  write: false,
}

async function bundleInto(root, files, settings, morePlugins) {
  const { build } = await import('esbuild')
  const entryPoints = Object.entries(files).map(([out, file]) => ({ in: file, out }))
  const plugins = [embeddedKernel(root), importedKernel, smallLoader, ...morePlugins]
  try {
    return (await build({ absWorkingDir: root, entryPoints, plugins, ...settings })).outputFiles
  } catch (error) {
    throw error.errors ? new BuildError(await explain(error.errors)) : error
  }
}

/** The kernel that is embedded: its bytes as packed texts, which falls out of a bundle that does not boot. */
function embeddedKernel(root) {
  const setup = ({ onLoad }) => {
    onLoad({ filter: /[\\/]build[\\/]release\.wasm$/ }, async ({ path }) => {
      const bytes = await readFile(path)
      const { texts, order } = pack(bytes)
      const unpacked = `/* @__PURE__ */ unpack(${JSON.stringify(texts)}, [${order}], ${bytes.length})`
      return {
        contents: `import { unpack } from './packed.mjs'\nexport default ${unpacked}`,
        resolveDir: join(root, 'scripts'),
      }
    })
  }
  return { name: 'embedded-kernel', setup }
}

/** The kernel that a runtime imports: that import stays as it stands in the source. */
const importedKernel = {
  name: 'imported-kernel',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/kernel\.wasm(\?module)?$/ }, ({ path }) => ({ path, external: true }))
  },
}

async function explain(errors) {
  const { formatMessages } = await import('esbuild')
  return (await formatMessages(errors, { kind: 'error', color: process.stderr.isTTY })).join('').trim()
}

// tsc says what it found on stdout; runTool brings it along with the failure.
async function declarations(root) {
  rmSync(join(root, 'build/types'), { recursive: true, force: true })
  await runTool(join(packageFolder('typescript'), 'bin/tsc'), ['--project', 'tsconfig.build.json'], { cwd: root })
}

// The loader is part of AssemblyScript and has its licence; only AssemblyScript's own package ships the text.
function copyLicences(root) {
  const from = dirname(dirname(fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))))
  const to = join(root, 'dist/licenses/assemblyscript-loader')
  mkdirSync(to, { recursive: true })
  for (const file of ['LICENSE', 'NOTICE']) copyFileSync(join(from, file), join(to, file))
  writeFileSync(join(to, 'CHANGES'), CHANGES)
}
