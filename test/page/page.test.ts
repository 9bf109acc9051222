// The example page in Chromium: as it is served, a plain module script on the built package, and as an application
// would ship it, bundled with the package into one script. A message goes through the connector there, and back.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servePage } from '../../scripts/serve-page.mjs'
import { launchChromium, type OpenPage, openPage } from './browser.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
let server: Awaited<ReturnType<typeof servePage>>
let browser: Browser

beforeAll(async () => {
  if (!existsSync(`${root}dist/index.js`)) throw new Error('dist/ is missing: node scripts/build.mjs makes it')
  server = await servePage(0)
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function bundledPage(): Promise<string> {
  const entryPoints = [`${root}examples/page/page.mjs`]
  const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', target: 'es2022', write: false })
  return outputFiles[0]!.text
}

/** Sends a text by the form and tells the newest entries of both lists. */
async function send({ page }: OpenPage, text: string) {
  await page.getByLabel('Message to the kernel').fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
  const newest = (list: string) => page.getByRole('list', { name: list }).getByRole('listitem').first().innerText()
  return { kernel: await newest('What the callback received'), task: await newest('What the task received') }
}

/** The value of a field of the last answer. */
function field({ page }: OpenPage, part: string, name: string) {
  const section = page.locator('#wire section').filter({ has: page.getByRole('heading', { name: part }) })
  const cell = section.locator('dl div').filter({ has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) })
  return cell.locator('dd').first().innerText()
}

async function expectConversation(open: OpenPage) {
  const status = open.page.getByRole('status')
  await expect.poll(() => status.innerText()).toMatch(/^The kernel booted in [\d.]+ ms/)

  const text = 'Grüße, kernel ✓'
  const bytes = new TextEncoder().encode(text).length
  const shown = await send(open, text)
  const [, ack] = /seq 2, ack (\d+)/.exec(shown.kernel) ?? []
  expect(shown.kernel).toMatch(new RegExp(`^${text}\\s+seq 2, ack ${ack}, from port 1000, uid 1000$`))
  expect(shown.task).toMatch(
    new RegExp(`^Got ${bytes} bytes: ${text}\\s+seq 2, ack ${Number(ack) + 1}, from the kernel$`),
  )
  expect(await status.innerText()).toBe(`Message 2: the kernel received “${text}”; its answer arrived.`)

  const answered = `Got ${bytes} bytes: ${text}`
  const length = new TextEncoder().encode(answered).length
  expect(await field(open, 'struct nlmsghdr', 'nlmsg_len')).toBe(String(36 + length))
  expect(await field(open, 'struct cn_msg', 'ack')).toBe(String(Number(ack) + 1))
  expect(await field(open, 'its data', 'text')).toBe(answered)
  expect(await open.page.locator('#proc').innerText()).toContain('291:837')
}

function expectQuiet({ requests, complaints }: OpenPage) {
  expect(complaints).toEqual([])
  expect(requests.length).toBeGreaterThan(1)
  expect(requests.filter((url) => !url.startsWith(server.url))).toEqual([])
}

describe('the example page', () => {
  test('talks to its kernel as a plain module script, and to no other host', async () => {
    const open = await openPage(browser)
    await open.page.goto(server.url)
    await expectConversation(open)
    expectQuiet(open)
    expect(open.requests).toContain(`${server.url}dist/index.js`)
  })

  test('does the same bundled into one script', async () => {
    const open = await openPage(browser)
    const body = await bundledPage()
    await open.page.route('**/page.mjs', (route) => route.fulfill({ contentType: 'text/javascript', body }))
    await open.page.goto(server.url)
    await expectConversation(open)
    expectQuiet(open)
    expect(open.requests.filter((url) => url.includes('/dist/'))).toEqual([])
  })

  test('sends by the keyboard, again and again, and keeps the newest five', async () => {
    const open = await openPage(browser)
    await open.page.goto(server.url)
    const input = open.page.getByLabel('Message to the kernel')
    for (let i = 2; i <= 8; i++) {
      await input.fill(`number ${i}`)
      await input.press('Enter')
      await expect.poll(() => open.page.getByRole('status').innerText()).toContain(`Message ${i}:`)
    }
    const items = open.page.getByRole('list', { name: 'What the callback received' }).getByRole('listitem')
    expect(await items.locator('strong').allInnerTexts()).toEqual([8, 7, 6, 5, 4].map((i) => `number ${i}`))
    expectQuiet(open)
  })
})
