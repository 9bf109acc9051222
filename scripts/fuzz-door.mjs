// npm run fuzz:door: the fuzzer of test/fuzz, bundled with a build of the kernel, a million inputs for each parser.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build as bundle } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const BUILDS = { release: ['release'], debug: ['debug'], both: ['release', 'debug'] }

/** The build that --build asks for; the rest of the arguments is the program's. */
function buildsOf(args) {
  const at = args.findIndex((arg) => arg === '--build' || arg.startsWith('--build='))
  const asked = at < 0 ? 'release' : (args[at].split('=')[1] ?? args[at + 1])
  if (!Object.hasOwn(BUILDS, asked))
    throw new RangeError(`--build takes ${Object.keys(BUILDS).join(', ')}, not ${asked}`)
  return BUILDS[asked]
}

/** Imports of the kernel's bytes become those of this build. */
const kernel = (build) => ({
  name: 'kernel',
  setup(plugins) {
    plugins.onResolve({ filter: /\/build\/release\.wasm$/ }, () => ({ path: join(root, `build/${build}.wasm`) }))
  },
})

async function load(build) {
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: ['test/fuzz/main.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'node',
    loader: { '.wasm': 'binary' },
    sourcemap: 'inline',
    plugins: [kernel(build)],
    write: false,
  })
  const folder = join(root, 'build/fuzz')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `door-${build}-${process.pid}.mjs`)
  writeFileSync(file, outputFiles[0].contents)
  return import(pathToFileURL(file).href)
}

try {
  const args = process.argv.slice(2)
  for (const build of buildsOf(args)) {
    const { main } = await load(build)
    if (main(args, build, root) !== 0) process.exitCode = 1
    if (args.includes('--help')) break
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
