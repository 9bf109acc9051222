// WebAssembly under a Content-Security-Policy: with 'wasm-unsafe-eval' it boots, without it the error says that this is missing. And
// what compile() takes in a page: addresses, answers of servers that know Wasm and of those that do not.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, openPage } from '../../page/browser.js'
import { readText } from '../../support/files.js'
import { root, write } from '../stranger.js'
import { serveFolder } from './static-server.js'

const ALLOWED = "script-src 'self' 'wasm-unsafe-eval'"
const FORBIDDEN = "script-src 'self'"
const REFUSAL =
  "CompileError: this page's Content-Security-Policy forbids WebAssembly: its script-src directive must have 'wasm-unsafe-eval'"

/** What a page does with the package: the source of an async function of `whole` and `slim`. */
type Attempt = string

let browser: Browser
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'))
  const contents = `export * as whole from './dist/index.js'; export * as slim from './dist/slim.js'`
  await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: 'esm',
    outfile: join(folder, 'both.js'),
    logLevel: 'error',
  })
  copyFileSync(join(root, 'dist/kernel.wasm'), join(folder, 'kernel.wasm'))
  copyFileSync(join(root, 'dist/kernel.wasm'), join(folder, 'kernel.unknown'))
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** What the attempt gives, or its error as text, in a page under a policy. */
async function inPage(policy: string, attempt: Attempt): Promise<string> {
  const lines = [
    `import { slim, whole } from './both.js'`,
    `const attempt = ${attempt}`,
    `attempt().then(String, String).then((told) => (document.title = told))`,
  ]
  write(folder, 'main.js', lines.join('\n'))
  write(folder, 'index.html', '<!doctype html><title></title><script type="module" src="main.js"></script>')
  const server = await serveFolder(folder, { 'content-security-policy': policy })
  const { page } = await openPage(browser)
  try {
    await page.goto(server.url)
    await expect.poll(() => page.title()).not.toBe('')
    return await page.title()
  } finally {
    await page.close()
    await server.close()
  }
}

const BOOT = `async () => whole.boot().stateHash()`
const COMPILE = `async () => whole.boot({ module: await whole.compile() }).stateHash()`
const slimFrom = (source: string) => `async () => slim.boot({ module: await slim.compile(${source}) }).stateHash()`
const HASH = /^[0-9a-f]{16}$/

const WAYS: Readonly<Record<string, Attempt>> = {
  'boot()': BOOT,
  'compile()': COMPILE,
  'compile(URL)': slimFrom(`new URL('kernel.wasm', import.meta.url)`),
  'compile(address)': slimFrom(`'kernel.wasm'`),
  'compile(promise of a Response)': slimFrom(`fetch('kernel.wasm')`),
  'compile(Response of a server that does not know Wasm)': slimFrom(`await fetch('kernel.unknown')`),
  'compile(bytes)': slimFrom(`await (await fetch('kernel.wasm')).arrayBuffer()`),
}

describe.each(Object.entries(WAYS))('%s', (_name, attempt) => {
  test("works where the policy has 'wasm-unsafe-eval'", async () => {
    expect(await inPage(ALLOWED, attempt)).toMatch(HASH)
  })

  test('says what is missing where it has not', async () => {
    expect(await inPage(FORBIDDEN, attempt)).toBe(REFUSAL)
  })
})

test('docs/bundlers.md has these words', () => {
  expect(readText('docs/bundlers.md')).toContain(`\n${REFUSAL}\n`)
  expect(readText('docs/bundlers.md')).toContain(ALLOWED)
})

test('other failures keep their own words', async () => {
  expect(await inPage(ALLOWED, slimFrom(`'missing.wasm'`))).toMatch(
    /^Error: the kernel could not be fetched: .*\/missing\.wasm answered 404$/,
  )
  expect(await inPage(ALLOWED, slimFrom(`new Uint8Array(8)`))).toMatch(/^CompileError: .*magic/)
  expect(await inPage(`${ALLOWED}; connect-src 'none'`, slimFrom(`'kernel.wasm'`))).toMatch(/^TypeError: .*fetch/)
})
