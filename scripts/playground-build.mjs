// Makes the playground: static files with relative addresses, which work from any folder of any server.
//   node scripts/playground-build.mjs [--out build/playground]
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const from = join(root, 'playground')

/** The scenes in the order of the list; the one for opened captures comes last. */
const SCENES = [
  'documented-example',
  'process-events',
  'slow-listener',
  'request-reply',
  'notifications',
  'taking-turns',
  'ten-thousand',
  'opened-capture',
]

/** What the code of scenes may import, by the names that a program imports it under. */
const MODULES = {
  'kernel-connector': 'src/index.ts',
  'kernel-connector/uapi': 'src/uapi/index.ts',
  'kernel-connector/connector': 'src/connector/index.ts',
  'kernel-connector/capture': 'src/capture/index.ts',
}

const fileOf = (name) => `modules/${name.replace('/', '-')}`

// A scene's first comment is its title, the comments below are what it is about.
function readScene(name) {
  const code = readFileSync(join(from, 'scenes', `${name}.js`), 'utf8')
  const lines = code.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('// '))
  const [title, ...about] = lines.slice(0, end).map((line) => line.slice(3))
  return { name, title, about: about.join(' '), code: lines.slice(end).join('\n').trimStart() }
}

/** The modules that are made from other files: the scenes' texts, and where the modules of the package lie. */
const generated = {
  name: 'generated',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^playground:/ }, ({ path }) => ({ path, namespace: 'generated' }))
    onLoad({ filter: /^playground:scenes$/, namespace: 'generated' }, () => ({
      contents: `export const SCENES = ${JSON.stringify(SCENES.map(readScene))}`,
      watchDirs: [join(from, 'scenes')],
    }))
    onLoad({ filter: /^playground:modules$/, namespace: 'generated' }, () => ({
      contents: `export const MODULES = ${JSON.stringify(modulePaths())}`,
    }))
  },
}

function modulePaths() {
  return Object.fromEntries(Object.keys(MODULES).map((name) => [name, `./${fileOf(name)}.js`]))
}

/** Builds into a folder, which is made anew; gives the sizes of its files. */
export async function buildPlayground(out) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'playground/page/main.ts', out: 'playground' },
      { in: 'playground/worker/main.ts', out: 'worker' },
      { in: 'playground/styles/index.css', out: 'playground-style' },
      ...Object.entries(MODULES).map(([name, file]) => ({ in: file, out: fileOf(name) })),
    ],
    outdir: out,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['browser'],
    mainFields: ['browser', 'module', 'main'],
    loader: { '.wasm': 'binary' },
    legalComments: 'linked',
    plugins: [generated],
    metafile: true,
    write: false,
  })
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  for (const name of readdirSync(join(from, 'static'))) cpSync(join(from, 'static', name), join(out, name))
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
  copyLicences(Object.keys(metafile.inputs), join(out, 'licenses'))
  return outputFiles.map(({ path, contents }) => ({ path: path.slice(out.length + 1), bytes: contents.length }))
}

// Whoever publishes the files publishes what is in them: each package's licence comes along.
function copyLicences(inputs, to) {
  const packages = new Set(inputs.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []))
  for (const name of packages) {
    // The loader's licence stands with AssemblyScript, of which it is a part.
    const folder = join(root, 'node_modules', name === '@assemblyscript/loader' ? 'assemblyscript' : name)
    const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file))
    if (texts.length === 0) throw new Error(`${name} has no licence file`)
    for (const text of texts) cpSync(join(folder, text), join(to, name, text))
  }
}

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'build/playground' } } })
  const files = await buildPlayground(join(root, values.out))
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  process.stdout.write(`${values.out}: ${files.length} files, ${Math.round(total / 1024)} KB\n`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
