// Where the suite runs: a worker of Node, and a page of Chromium. Both are given the same script.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Browser } from 'playwright-core'
import { readText } from '../support/files.js'
import { openPage } from './browser.js'
import type { Behind, Given, Halfway, Recorded, Report } from './suite/suite.js'
import type { Tell } from './suite/tell.js'

/** What a host can be asked for. */
export interface SuiteHost {
  runSuite(given: Given): Promise<Report>
  recordMillion(): Promise<Recorded>
  workHalfway(): Promise<Halfway>
  workBehind(snapshot: Uint8Array): Promise<Behind>
}

export type WorkerRequest = {
  readonly [K in keyof SuiteHost]: readonly [K, ...Parameters<SuiteHost[K]>]
}[keyof SuiteHost]
export type WorkerAnswer = { readonly told: string } | { readonly result: unknown } | { readonly error: unknown }

/** A script run by Node, in a thread of its own for each request. @param file a file that only this function reads */
export function nodeHost(file: string, tell: Tell): SuiteHost {
  const ask = <T>(...request: WorkerRequest): Promise<T> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./suite-worker.mjs', import.meta.url), { workerData: { file, request } })
      worker.on('message', (answer: WorkerAnswer) => {
        if ('told' in answer) tell(answer.told)
        else if ('error' in answer) reject(answer.error)
        else resolve(answer.result as T)
      })
      worker.on('error', reject)
      worker.on('exit', (status) => reject(new Error(`the worker ended with ${status} and no answer`)))
    })
  return {
    runSuite: (given) => ask('runSuite', given),
    recordMillion: () => ask('recordMillion'),
    workHalfway: () => ask('workHalfway'),
    workBehind: (snapshot) => ask('workBehind', snapshot),
  }
}

const PAGE =
  '<!doctype html><title>suite</title><link rel="icon" href="data:," /><script type="module" src="/page.js"></script>'

/** What Chromium said about its page. */
export interface PageRun {
  readonly report: Report
  readonly complaints: readonly string[]
  /** The addresses that it asked for, without the server's. */
  readonly requests: readonly string[]
}

/** A script run by a fresh page of Chromium, in a context of its own. */
export async function runInPage(browser: Browser, script: string, given: Given, tell: Tell): Promise<PageRun> {
  const served = await serve({
    '/': ['text/html', PAGE],
    '/page.js': ['text/javascript', readText('test/page/suite-page.mjs')],
    '/suite.js': ['text/javascript', script],
    '/files.json': ['application/json', JSON.stringify(given.files)],
    '/journal': ['application/octet-stream', given.journal],
    '/snapshot': ['application/octet-stream', given.snapshot],
  })
  try {
    const open = await openPage(browser)
    await open.page.exposeFunction('tell', tell)
    await open.page.goto(served.url)
    const report = await open.page.evaluate(() => (globalThis as unknown as { report: Promise<Report> }).report)
    await open.page.context().close()
    return { report, complaints: open.complaints, requests: open.requests.map((url) => url.replace(served.url, '/')) }
  } finally {
    await served.close()
  }
}

type Served = Readonly<Record<string, readonly [type: string, body: string | Uint8Array]>>

/** A server on the loopback interface with these files and nothing else; `url` ends with a slash. */
async function serve(files: Served): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(({ url = '' }, response) => {
    const [type, body] = (Object.hasOwn(files, url) && files[url]) || []
    if (type === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close }
}
