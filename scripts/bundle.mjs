// The package: src bundled with the kernel's bytes and the loader, its declarations, and the licence of what it contains.
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BuildError, runTool } from './progress.mjs'

export const BUNDLE_INPUTS = [
  'src',
  'assembly/uapi',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/bundle.mjs',
  'scripts/progress.mjs',
]

/** Each bundle by its name in dist/. */
const BUNDLES = {
  index: 'src/index.ts',
  uapi: 'src/uapi/index.ts',
  connector: 'src/connector/index.ts',
  capture: 'src/capture/index.ts',
  host: 'src/host/index.ts',
  'cli/kernel-connector': 'src/cli/kernel-connector.ts',
  'cli/conformance': 'src/cli/conformance.ts',
  'cli/host-helper': 'src/cli/replay/host-helper.ts',
  'cli/fuzz': 'src/cli/fuzz.ts',
}
export const BUNDLE_OUTPUTS = [
  ...Object.keys(BUNDLES).map((name) => `dist/${name}.js`),
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
  const { build } = await import('esbuild')
  try {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: Object.entries(BUNDLES).map(([out, file]) => ({ in: file, out })),
      outdir: 'dist',
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      target: 'es2022',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      external: ['node:*', 'koffi', 'fast-check'],
      loader: { '.wasm': 'binary' },
      sourcemap: true,
      legalComments: 'inline',
      logLevel: 'silent',
      write: false,
    })
    return outputFiles
  } catch (error) {
    throw error.errors ? new BuildError(await explain(error.errors)) : error
  }
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
}
