// The example of a shared worker in Chromium: tabs and workers share one kernel, exchange connector messages, and leave nothing behind.
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from './browser.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' }
/** How long a page may take. */
const PATIENCE = { timeout: 20_000 }
let browser: Browser
let server: Server
let url: string

/** The entries that the example imports, as dist/ has them. */
async function bundle(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { index: 'src/index.ts', uapi: 'src/uapi/index.ts', worker: 'src/worker/index.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    loader: { '.wasm': 'binary' },
    write: false,
    logLevel: 'silent',
  })
  return new Map(outputFiles.map(({ path, text }) => [path.slice(path.indexOf('/dist/')), text]))
}

beforeAll(async () => {
  const files = await bundle()
  server = createServer(async (request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '')
    const text =
      files.get(path) ?? (await readFile(`${root}examples/shared-worker${path}`, 'utf8').catch(() => undefined))
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain',
    })
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

const eventually = (look: () => unknown) => expect.poll(look, PATIENCE)

/** A browser with a shared worker of its own. */
async function makeContext() {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const complaints: string[] = []
  return { context, complaints }
}

async function openTab(context: BrowserContext, complaints: string[]): Promise<{ page: Page; port: string }> {
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.goto(url)
  const status = page.getByRole('status')
  await eventually(() => status.innerText()).toMatch(/^This tab is process \d+/)
  const port = /port (\d+)/.exec(await status.innerText())?.[1] ?? ''
  return { page, port }
}

const heard = (page: Page) => page.getByRole('list', { name: 'Heard' }).getByRole('listitem').allInnerTexts()

/** The ports of the connector's sockets, as the newest /proc/net/netlink has them. */
async function portsIn(page: Page): Promise<string[]> {
  const lines = (await page.locator('#table').innerText()).split('\n').slice(1)
  return lines
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, protocol, port]) => (protocol === '11' && port !== '0' ? [port ?? ''] : []))
}

async function say(page: Page, text: string) {
  await page.getByLabel('Message').fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

describe('two tabs', () => {
  test('hear each other, and the one that is closed leaves nothing behind', async () => {
    const { context, complaints } = await makeContext()
    const one = await openTab(context, complaints)
    const two = await openTab(context, complaints)
    expect(one.port).not.toBe(two.port)
    await say(one.page, 'from the first')
    await say(two.page, 'from the second')
    for (const { page } of [one, two]) {
      await eventually(async () => (await heard(page)).sort()).toEqual(
        [`port ${one.port}: from the first`, `port ${two.port}: from the second`].sort(),
      )
    }
    await eventually(async () => (await portsIn(one.page)).sort()).toEqual([one.port, two.port].sort())
    await two.page.close()
    await eventually(() => heard(one.page)).toContain(`port ${two.port} has left`)
    await eventually(() => portsIn(one.page)).toEqual([one.port])
    expect(complaints).toEqual([])
  })

  test('the one that goes to another page leaves nothing behind, and may come back', async () => {
    const { context, complaints } = await makeContext()
    const one = await openTab(context, complaints)
    const two = await openTab(context, complaints)
    await two.page.goto('about:blank')
    await eventually(() => heard(one.page)).toContain(`port ${two.port} has left`)
    await two.page.goBack()
    await expect
      .poll(() => two.page.getByRole('status').innerText())
      .toMatch(/^(This tab is process|The connection has ended: closed)/)
    await say(one.page, 'still here')
    await eventually(() => heard(one.page)).toContain(`port ${one.port}: still here`)
    expect(complaints).toEqual([])
  })
})

describe('a tab that is killed', () => {
  test('leaves nothing behind', async () => {
    const { context, complaints } = await makeContext()
    const one = await openTab(context, complaints)
    const two = await openTab(context, complaints)
    await say(two.page, 'last words')
    await eventually(() => heard(one.page)).toContain(`port ${two.port}: last words`)
    const crashed = new Promise((resolve) => two.page.once('crash', resolve))
    void two.page.goto('chrome://crash').catch(() => undefined)
    await crashed
    await eventually(() => heard(one.page)).toContain(`port ${two.port} has left`)
    await eventually(() => portsIn(one.page)).toEqual([one.port])
  })
})

describe('a worker of a tab', () => {
  test('has a kernel module whose callback runs there, and leaves nothing behind when it is terminated', async () => {
    const { context, complaints } = await makeContext()
    const one = await openTab(context, complaints)
    const code = `
      import { connect } from '${url}dist/worker.js'
      import { AF_NETLINK, encodeConnectorMessage, NETLINK_CONNECTOR, SOCK_DGRAM } from '${url}dist/uapi.js'
      self.onmessage = async ({ ports: [port] }) => {
        const kernel = await connect(port)
        const socket = await kernel.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
        await socket.bind({})
        await socket.send(encodeConnectorMessage({ id: { idx: 5, val: 1 }, data: new TextEncoder().encode('from a worker') }))
        self.postMessage((await socket.getsockname()).nl_pid)
        await socket.readable()
      }`
    const port = await one.page.evaluate(async (source) => {
      const blob = new Blob([source], { type: 'text/javascript' })
      const worker = new Worker(URL.createObjectURL(blob), { type: 'module' })
      const shared = new SharedWorker('kernel.mjs', { type: 'module' })
      worker.postMessage(null, [shared.port])
      Object.assign(globalThis, { worker })
      return await new Promise<number>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data)
      })
    }, code)
    await eventually(() => heard(one.page)).toContain(`port ${port}: from a worker`)
    await eventually(async () => (await portsIn(one.page)).sort()).toEqual([one.port, String(port)].sort())
    await one.page.evaluate(() => (globalThis as unknown as { worker: Worker }).worker.terminate())
    await eventually(() => heard(one.page)).toContain(`port ${port} has left`)
    await eventually(() => portsIn(one.page)).toEqual([one.port])
    expect(complaints).toEqual([])
  })
})

describe('the worker with the kernel', () => {
  test('is missed when it is terminated', async () => {
    const { context, complaints } = await makeContext()
    const one = await openTab(context, complaints)
    const code = `
      import { boot } from '${url}dist/index.js'
      import { serve } from '${url}dist/worker.js'
      const kernel = boot()
      self.onmessage = ({ ports: [port] }) => serve(kernel, port)`
    // Four ends wait for the locks of four others: two of the tab's own connection, two of this one. As text: its import is the page's.
    const program = `(async () => {
      const { connect } = await import('${url}dist/worker.js')
      const blob = new Blob([${JSON.stringify(code)}], { type: 'text/javascript' })
      const worker = new Worker(URL.createObjectURL(blob), { type: 'module' })
      const { port1, port2 } = new MessageChannel()
      worker.postMessage(null, [port1])
      const kernel = await connect(port2)
      const socket = await kernel.socket(16, 2, 2)
      const waiting = socket.receive().catch((error) => error.code)
      while ((await navigator.locks.query()).pending.length < 4) await socket.poll(1)
      worker.terminate()
      return [await kernel.ended, await waiting]
    })()`
    const outcome = await one.page.evaluate(program)
    expect(outcome).toEqual(['gone', 'ECONNRESET'])
    expect(complaints).toEqual([])
  })
})
