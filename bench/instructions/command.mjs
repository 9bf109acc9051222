// npm run bench:instructions: main.ts, bundled. docs/performance.md says what is counted.
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))
const outfile = join(root, 'build/instructions/main.mjs')

try {
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/instructions/main.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    sourcemap: 'inline',
  })
  const { main } = await import(pathToFileURL(outfile).href)
  process.exitCode = main(process.argv.slice(2), root)
} catch (error) {
  process.stderr.write(`bench:instructions: ${error.message}\n`)
  process.exitCode = 2
}
