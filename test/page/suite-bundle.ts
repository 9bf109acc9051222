// The suite as one script that needs nothing of its host: once with each build of the kernel in it.
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

export const BUILDS = ['release', 'debug'] as const
export type Build = (typeof BUILDS)[number]

const root = fileURLToPath(new URL('../../', import.meta.url))
const suite = fileURLToPath(new URL('./suite/', import.meta.url))

/** Imports of build/release.wasm get the build that is meant, as the projects of vitest do. */
const kernelOf = (name: Build): Plugin => ({
  name: 'kernel-of',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/build\/release\.wasm$/ }, () => ({ path: `${root}build/${name}.wasm` })),
})

/**
 * The text of the script, an ES module that exports what suite/suite.ts does. Anything that needs Node is an error of the build: there are
 * stand-ins for what the tests' own parts need, nothing else.
 */
export async function bundleSuite(name: Build): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${suite}suite.ts`],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    alias: { vitest: `${suite}stand-ins/vitest.ts`, 'node:util': `${suite}stand-ins/equal.ts` },
    inject: [`${suite}stand-ins/buffer.ts`],
    loader: { '.wasm': 'binary' },
    plugins: [kernelOf(name)],
    logLevel: 'silent',
    write: false,
  })
  const [script] = outputFiles
  if (script === undefined) throw new Error('esbuild gave no script')
  return script.text
}
