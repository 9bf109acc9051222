// Debian's Chromium, and an open page that remembers what it asked for and complained about.
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

// Without these it looks for updates and accounts on the network.
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export async function launchChromium(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) throw new Error(`${EXECUTABLE} is missing: apt-get install chromium (.ci/run does)`)
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: ARGS })
}

export interface OpenPage {
  readonly page: Page
  /** The URL of every request, in order. */
  readonly requests: string[]
  /** Uncaught exceptions, and what the console got as an error or a warning. */
  readonly complaints: string[]
}

/** A page of its own, not yet at any address. */
export async function openPage(browser: Browser): Promise<OpenPage> {
  const page = await (await browser.newContext()).newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  return { page, requests, complaints }
}
