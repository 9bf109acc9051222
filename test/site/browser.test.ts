// The site in Chromium, below a path of a server: it asks nobody else for anything, fits every width, and is for everybody.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { servePlayground } from '../../scripts/playground-serve.mjs'
import { launchChromium, type OpenPage, openPage } from '../page/browser.js'
import { SITE } from './site.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const MAIN = [
  'index.html',
  'test-your-program.html',
  'architecture.html',
  'examples-genetlink-family.mjs.html',
  'api/index.html',
  'api/interfaces/kernel-connector.Task.html',
  'api/classes/kernel-connector_connector.ConnectorClient.html',
  'api/modules/kernel-connector_connector.html',
  'api/modules/kernel-connector_slim.html',
]

let server: Awaited<ReturnType<typeof servePlayground>>
let browser: Browser

beforeAll(async () => {
  server = await servePlayground({ folder: SITE, under: '/some/where/' })
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

interface Look {
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
}

afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

async function open(path: string, { colorScheme = 'light', width = 1280 }: Look = {}): Promise<OpenPage> {
  const opened = await openPage(browser)
  await opened.page.emulateMedia({ colorScheme })
  await opened.page.setViewportSize({ width, height: 800 })
  await opened.page.goto(server.url + path)
  return opened
}

function expectQuiet({ requests, complaints }: OpenPage, home = server.url): void {
  expect(complaints).toEqual([])
  expect(requests.length).toBeGreaterThan(1)
  expect(requests.filter((url) => !url.startsWith(home))).toEqual([])
}

/** What axe finds that is serious or worse, a line each. */
async function faultsOf({ page }: OpenPage): Promise<string[]> {
  await page.evaluate(AXE)
  const violations = await page.evaluate(async () => {
    type Violation = { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    return (await axe.run()).violations
  })
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
  return serious.flatMap(({ id, nodes }) =>
    nodes.slice(0, 5).map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  )
}

describe.each(MAIN)('%s', { timeout: 120_000 }, (path) => {
  test.each(['light', 'dark'] as const)('has no serious fault in %s, and asks no other host', async (colorScheme) => {
    const opened = await open(path, { colorScheme })
    await opened.page.waitForLoadState('networkidle')
    expect(await faultsOf(opened)).toEqual([])
    expectQuiet(opened)
  })

  test('fits a desk, a tablet and a phone', async () => {
    const { page } = await open(path)
    await page.waitForLoadState('networkidle')
    for (const width of [1280, 768, 390]) {
      await page.setViewportSize({ width, height: 800 })
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect({ width, beyond }).toEqual({ width, beyond: 0 })
    }
  })
})

describe('a reader', () => {
  test('goes from page to page, to the API, to the playground, and back', async () => {
    const opened = await open('index.html')
    const { page } = opened
    // Who goes before everything is loaded, the icon too, breaks off what is not.
    const follow = async (link: Locator) => {
      await page.waitForLoadState('networkidle')
      await link.click()
    }
    await follow(
      page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'Find a lost event' }),
    )
    await page.getByRole('heading', { level: 1, name: 'Find a lost event' }).waitFor()
    await follow(page.getByRole('link', { name: /^Next/ }))
    await page.getByRole('heading', { level: 1, name: 'One machine for many pages' }).waitFor()
    await follow(page.getByRole('navigation', { name: 'Site' }).getByRole('link', { name: 'API' }))
    await follow(page.getByRole('link', { name: 'boot()' }))
    await page.getByRole('heading', { level: 1, name: 'Function boot' }).waitFor()
    expectQuiet(opened)
    await page.locator('#tsd-toolbar-links').getByRole('link', { name: 'Playground' }).click()
    await page.getByRole('heading', { level: 1, name: /Kernel Connector/ }).waitFor()
    await page.goBack()
    await page.locator('#tsd-toolbar-links').getByRole('link', { name: 'Guides' }).click()
    await page.getByRole('heading', { level: 1, name: 'kernel-connector' }).waitFor()
    const home = new URL(server.url).origin
    expect(opened.requests.filter((url) => !url.replace(/^blob:/, '').startsWith(home))).toEqual([])
  })

  test('chooses colours once, for the API too', async () => {
    const { page } = await open('index.html', { colorScheme: 'light' })
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await background()
    await page.getByRole('button', { name: 'Use dark colours' }).click()
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.reload()
    expect(await background()).toBe(dark)
    await page.goto(`${server.url}api/index.html`)
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  })

  test('searches, and gets to the place', async () => {
    const opened = await open('kernel-module.html')
    const { page } = opened
    const search = page.getByRole('searchbox', { name: 'Search the guides' })
    await search.fill('survives restore')
    const found = page.locator('#found')
    await found.getByRole('link', { name: /A module that survives a restore/ }).click()
    await page.waitForURL(/kernel-module\.html#a-module-that-survives-a-restore$/)
    await expect.poll(() => found.isHidden()).toBe(true)
    await search.fill('zzzz')
    await expect.poll(() => found.innerText()).toBe('Nothing found.')
    await page.keyboard.press('Escape')
    expect(await found.isHidden()).toBe(true)
    expectQuiet(opened)
  })

  test('opens the menu of a narrow window by the keyboard, and closes it again', async () => {
    const { page } = await open('index.html', { width: 390 })
    const link = page.locator('#navigation a', { hasText: 'Embed a message bus' })
    expect(await link.isVisible()).toBe(false)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the text')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await link.isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await link.isVisible()).toBe(false)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('menu')
  })

  test('needs no script for the text and the navigation', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } })
    const page = await context.newPage()
    await page.goto(`${server.url}index.html`)
    expect(await page.locator('#navigation a', { hasText: 'Embed a message bus' }).isVisible()).toBe(true)
    expect(await page.getByRole('button', { name: 'Menu' }).isVisible()).toBe(false)
  })

  test('may open it from a folder, without a server', async () => {
    const opened = await openPage(browser)
    await opened.page.goto(`file://${SITE}/index.html`)
    await opened.page.getByRole('searchbox').fill('failslab')
    await opened.page.locator('#found').getByRole('link').first().waitFor()
    expectQuiet(opened, `file://${SITE}/`)
  })
})
