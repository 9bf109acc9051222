// Programs of this project's sources in workers of node:worker_threads, which end with their test.
import { fileURLToPath } from 'node:url'
import { type TransferListItem, Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { afterEach } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const workers: Worker[] = []

/** A program of this folder's sources in one text, with the kernel of this project of the tests. */
export async function bundle(contents: string): Promise<string> {
  const withHost = `import { provideDebugHost } from './src/machine/debug.ts'\nprovideDebugHost()\n${contents}`
  const { outputFiles } = await build({
    stdin: { contents: withHost, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'node',
    loader: { '.wasm': 'binary' },
    plugins: [
      {
        name: 'kernel-of-this-project',
        setup({ onResolve }) {
          onResolve({ filter: /build\/release\.wasm$/ }, () => ({
            path: `${root}build/${process.env.KERNEL_BUILD}.wasm`,
          }))
        },
      },
    ],
    write: false,
  })
  return outputFiles[0]!.text
}

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate()
})

export function startWorker(text: string, workerData?: unknown, transferList: TransferListItem[] = []): Worker {
  const url = new URL(`data:text/javascript,${encodeURIComponent(text)}`)
  const worker = new Worker(url, { workerData, transferList })
  workers.push(worker)
  return worker
}
