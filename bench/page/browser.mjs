// A Chromium with a profile that was never used, which is gone when it is closed.

/** Where it is: $CHROMIUM, else where Debian has it. */
export const executable = process.env.CHROMIUM ?? '/usr/bin/chromium'

// Without the last ones it looks for updates and accounts on the network.
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** A started browser: `page` is its first page, `version` what it is. */
export async function openBrowser() {
  const { chromium } = await import('playwright-core')
  const context = await chromium.launchPersistentContext('', { executablePath: executable, headless: true, args: ARGS })
  return { page: context.pages()[0], version: context.browser().version(), close: () => context.close() }
}
