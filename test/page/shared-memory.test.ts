// Shared sockets in Chromium: with a kernel in a dedicated worker of a page that is cross-origin isolated, and the errors elsewhere.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium, openPage } from './browser.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A worker with a kernel that echoes: dedicated or shared, it serves every port. */
const KERNEL = `
import { boot, GFP_KERNEL } from './src/index.ts'
import { serve } from './src/worker/index.ts'
const kernel = boot()
kernel.cn_add_callback({ idx: 5, val: 1 }, 'echo', (msg, { portid }) => {
  kernel.cn_netlink_send({ id: msg.id, seq: msg.seq, ack: 7 }, portid, 0, GFP_KERNEL)
})
const take = ({ ports: [port] }) => serve(kernel, port).ended.then((reason) => {
  if (globalThis.postMessage) postMessage([reason, kernel.stats().sockets])
})
self.onmessage = take
self.onconnect = take
`

/** A worker with a shared socket, which blocks until a message comes, says so, and blocks for ever. */
const PROGRAM = `
import { connect } from './src/worker/index.ts'
self.onmessage = async ({ ports: [port] }) => {
  const socket = await (await connect(port)).socket(16, 2, 2)
  await socket.bind({ nl_pid: 80 })
  const shared = await socket.share()
  const buffer = new Uint8Array(8)
  postMessage('ready')
  for (;;) {
    shared.recvWait(buffer)
    postMessage(buffer[0])
  }
}
`

/** A worker that does nothing but block as soon as it is connected. */
const STUCK = `
import { connect } from './src/worker/index.ts'
self.onmessage = async ({ ports: [port] }) => {
  await connect(port)
  postMessage('connected')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
`

/** What the page does, by name. */
const PAGE = `
import { connect } from './src/worker/index.ts'
import { decodeConnectorMessage, encodeConnectorMessage } from './src/uapi/index.ts'
const id = { idx: 5, val: 1 }
const said = (worker) => new Promise((resolve) => worker.addEventListener('message', ({ data }) => resolve(data), { once: true }))

async function enter(worker) {
  const { port1, port2 } = new MessageChannel()
  worker.postMessage(null, [port1])
  return connect(port2)
}

async function refusal(kernel) {
  const socket = await kernel.socket(16, 2, 11)
  await socket.bind({})
  const told = await socket.share().then(() => 'shared', (error) => error.message)
  await socket.send(encodeConnectorMessage({ id, seq: 3 }))
  const [{ data }] = await socket.receive()
  return [told, decodeConnectorMessage(data).msg.seq]
}

window.acts = {
  async talk() {
    const kernel = await enter(new Worker('kernel.js', { type: 'module' }))
    const socket = await kernel.socket(16, 2, 11)
    await socket.bind({})
    const shared = await socket.share()
    const seqs = []
    const buffer = new Uint8Array(36)
    for (let seq = 0; seq < 1000; seq++) {
      const data = encodeConnectorMessage({ id, seq })
      while (shared.trySend(data) < 0) await shared.writable(36)
    }
    while (seqs.length < 1000) {
      await shared.readable()
      while (shared.tryRecv(buffer) > 0) seqs.push(decodeConnectorMessage(buffer).msg.seq)
    }
    let blocked
    try {
      shared.recvWait(buffer)
    } catch (error) {
      blocked = String(error)
    }
    const waiting = shared.readable()
    kernel.close()
    await waiting
    return [seqs.every((seq, index) => seq === index), shared.failures, blocked, shared.tryRecv(buffer)]
  },
  async block() {
    const worker = new Worker('kernel.js', { type: 'module' })
    const kernel = await enter(worker)
    const shared = await (await kernel.socket(16, 2, 2)).share()
    const program = new Worker('program.js', { type: 'module' })
    const { port1, port2 } = new MessageChannel()
    worker.postMessage(null, [port1])
    program.postMessage(null, [port2])
    const heard = [await said(program)]
    for (const byte of [5, 6, 7]) {
      const next = said(program)
      shared.send(Uint8Array.of(byte), { nl_pid: 80 })
      heard.push(await next)
    }
    const ended = said(worker)
    program.terminate()
    return [heard, await ended]
  },
  async stuck() {
    const worker = new Worker('kernel.js', { type: 'module' })
    const program = new Worker('stuck.js', { type: 'module' })
    const { port1, port2 } = new MessageChannel()
    worker.postMessage(null, [port1])
    program.postMessage(null, [port2])
    await said(program)
    const ended = said(worker)
    program.terminate()
    return ended
  },
  alone: async () => refusal(await enter(new Worker('kernel.js', { type: 'module' }))),
  across: async () => refusal(await connect(new SharedWorker('kernel.js', { type: 'module' }).port)),
}
`

let browser: Browser
let server: Server
let origin: string

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    loader: { '.wasm': 'binary' },
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]!.text
}

beforeAll(async () => {
  const [kernel, program, stuck, page] = await Promise.all([KERNEL, PROGRAM, STUCK, PAGE].map(bundle))
  const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>'
  const files = new Map([
    ['/', html],
    ['/kernel.js', kernel!],
    ['/program.js', program!],
    ['/stuck.js', stuck!],
    ['/page.js', page!],
  ])
  // Below /open/ the same without the headers of isolation.
  server = createServer((request, response) => {
    const isolated = !request.url?.startsWith('/open/')
    const path = isolated ? request.url : request.url?.slice('/open'.length)
    const text = files.get(path ?? '')
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': path === '/' ? 'text/html' : 'text/javascript',
      ...(isolated && {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      }),
    })
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

async function act(path: string, name: string): Promise<unknown> {
  const { page, complaints } = await openPage(browser)
  onTestFinished(() => page.context().close())
  await page.goto(origin + path)
  await page.waitForFunction('window.acts')
  const outcome = await page.evaluate(`acts.${name}()`)
  expect(complaints).toEqual([])
  return outcome
}

const ADVICE = /Cross-Origin-Opener-Policy: same-origin.*Cross-Origin-Embedder-Policy: require-corp.*dedicated worker/

describe('in an isolated page', () => {
  test('a shared socket talks with the kernel’s worker, in order, and may not block the page', async () => {
    const blocked = 'TypeError: this thread may not block: that is for workers; a page awaits readable() or writable()'
    expect(await act('/', 'talk')).toEqual([true, 0, blocked, -104])
  })

  test('a worker blocks until a message comes, and leaves nothing behind when it is terminated', async () => {
    expect(await act('/', 'block')).toEqual([
      ['ready', 5, 6, 7],
      ['gone', 1],
    ])
  })

  test('a worker that blocks as soon as it is connected is missed when it is terminated', async () => {
    expect(await act('/', 'stuck')).toEqual(['gone', 0])
  })

  test('a shared worker is another process’s: share() says so, and the port goes on', async () => {
    expect(await act('/', 'across')).toEqual([expect.stringMatching(ADVICE), 3])
  })
})

describe('in a page that is not isolated', () => {
  test('share() says what is missing, and the port goes on', async () => {
    expect(await act('/open/', 'alone')).toEqual([expect.stringMatching(ADVICE), 3])
  })
})
