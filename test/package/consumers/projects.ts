// Small projects that use the installed package: what is in them, how they are built, and where the built page lies. None has any
// configuration that the package would need.
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { TALK } from '../programs.js'
import { root, run, type Stranger, write } from '../stranger.js'

export interface Project {
  readonly name: string
  /** The source, by name below the project's folder. */
  readonly files: Readonly<Record<string, string>>
  /** Packages of tools that the project has beside ours. */
  readonly tools: readonly string[]
  /** The arguments of node that build it; none for a page that needs no build. */
  readonly build?: readonly string[]
  /** How it comes by the kernel for the slim entry: docs/bundlers.md says the same. */
  readonly kernelCode: string
  /** Where the page lies below the project's folder. */
  readonly page: string
}

const html = (script: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>project</title><link rel="icon" href="data:,"></head>
<body><pre></pre><script type="module" src="${script}"></script></body>
</html>
`

/** A page's program: talks to a kernel of each entry, and shows what came of it. */
const program = (packageAt: (entry: string) => string, kernelCode: string) => `
import { boot } from '${packageAt('index')}'
import { connect } from '${packageAt('connector')}'
import * as slim from '${packageAt('slim')}'
import * as uapi from '${packageAt('uapi')}'
${kernelCode}
${TALK}
async function main() {
  const module = await slim.compile(kernelCode)
  const debug = await import('${packageAt('debug')}')
  const kernels = { embedded: boot(), slim: slim.boot({ module }), debug: debug.boot() }
  const told = Object.entries(kernels).map(([name, kernel]) => [name, talk(kernel)])
  return { ...Object.fromEntries(told), connector: typeof connect }
}
main().then(
  (told) => (document.querySelector('pre').textContent = JSON.stringify(told)),
  (error) => (document.querySelector('pre').textContent = String(error)),
)
`

const byName = (entry: string) => (entry === 'index' ? 'kernel-connector' : `kernel-connector/${entry}`)
const byFile = (entry: string) => `./node_modules/kernel-connector/dist/${entry}.js`

const KERNEL_CODE = {
  plain: `const kernelCode = './node_modules/kernel-connector/dist/kernel.wasm'`,
  esbuild: `const kernelCode = fetch(new URL('kernel.wasm', import.meta.url))`,
  vite: `import kernelCode from 'kernel-connector/kernel.wasm?url'`,
  webpack: `const kernelCode = new URL('kernel-connector/kernel.wasm', import.meta.url)`,
}

export const PROJECTS: readonly Project[] = [
  {
    name: 'plain',
    kernelCode: KERNEL_CODE.plain,
    files: {
      'index.html': html('./main.js'),
      'main.js': program(byFile, KERNEL_CODE.plain),
    },
    tools: [],
    page: '',
  },
  {
    name: 'esbuild',
    kernelCode: KERNEL_CODE.esbuild,
    files: {
      'dist/index.html': html('./main.js'),
      'main.js': program(byName, KERNEL_CODE.esbuild),
      'build.mjs': `
import { copyFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
await build({ entryPoints: ['main.js'], bundle: true, format: 'esm', outdir: 'dist' })
await copyFile(fileURLToPath(import.meta.resolve('kernel-connector/kernel.wasm')), 'dist/kernel.wasm')
`,
    },
    tools: ['esbuild'],
    build: ['build.mjs'],
    page: 'dist',
  },
  {
    name: 'Vite',
    kernelCode: KERNEL_CODE.vite,
    files: {
      'index.html': html('/main.js'),
      'main.js': program(byName, KERNEL_CODE.vite),
    },
    tools: ['vite'],
    build: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
    page: 'dist',
  },
  {
    name: 'webpack',
    kernelCode: KERNEL_CODE.webpack,
    files: {
      'dist/index.html': html('./main.js'),
      'src/index.js': program(byName, KERNEL_CODE.webpack),
      'build.mjs': `
import webpack from 'webpack'
webpack({ mode: 'production' }, (error, stats) => {
  if (error) throw error
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString())
})
`,
    },
    tools: ['webpack'],
    build: ['build.mjs'],
    page: 'dist',
  },
]

/** Makes a project in a folder of its own, with the package as the stranger has installed it. @returns the folder of the page */
export async function makeProject(stranger: Stranger, project: Project): Promise<string> {
  const { name, files, tools, build, page } = project
  const folder = join(stranger.folder, name)
  write(folder, 'package.json', '{ "private": true, "type": "module" }\n')
  for (const [file, text] of Object.entries(files)) write(folder, file, text)
  cpSync(stranger.installed, join(folder, 'node_modules/kernel-connector'), { recursive: true })
  for (const tool of tools) symlinkSync(join(root, 'node_modules', tool), join(folder, 'node_modules', tool))
  if (build !== undefined) await run(folder, ...build)
  return join(folder, page)
}
