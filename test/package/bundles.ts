// What a bundler makes of a program that imports the package.
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { root } from './stranger.js'

/** A program beside the files of dist/, bundled. */
export async function bundleProgram(contents: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(root, 'dist') },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    legalComments: 'none',
    logLevel: 'error',
    write: false,
    ...options,
  })
  return outputFiles?.[0]?.text ?? ''
}

/** Bytes of a minified bundle, as they are and after gzip. */
export async function sizeOf(contents: string, options: BuildOptions = {}): Promise<{ plain: number; gzip: number }> {
  const text = await bundleProgram(contents, { minify: true, ...options })
  return { plain: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length }
}

/** Everything that a file of dist/ imports, itself or by what it imports, that is no file beside it. */
export async function importsOutside(file: string): Promise<string[]> {
  const outside = new Set<string>()
  const watcher: Plugin = {
    name: 'watcher',
    setup: ({ onResolve }) => {
      onResolve({ filter: /./ }, ({ path }) => {
        if (/^\.{1,2}\/.*\.js$/.test(path)) return undefined
        outside.add(path)
        return { path, external: true }
      })
    },
  }
  await bundleProgram(`export * from './${file}'`, { plugins: [watcher] })
  return [...outside].sort()
}
