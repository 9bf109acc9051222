// Parts of the sources as programs that plain Node runs: helpers and workers are processes and threads of their own.

import { mkdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Bundle {
  /** The built file, in the project's folder, so that koffi is found from it. */
  readonly file: string
  readonly folder: string
  remove(): void
}

/** @param source a file of this repository, such as `src/host/index.ts` */
export async function bundle(source: string): Promise<Bundle> {
  const folder = `${root}build/host-test-${process.pid}-${basename(source, '.ts')}`
  const file = `${folder}/main.mjs`
  mkdirSync(folder, { recursive: true })
  await build({
    entryPoints: [`${root}${source}`],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    external: ['koffi'],
    logLevel: 'silent',
  })
  return { file, folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
