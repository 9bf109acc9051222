// The package as its users have it: each project is made anew, builds with its own tool, and its page talks to a kernel in Chromium,
// under a policy that allows WebAssembly and nothing else that is unsafe.
import { existsSync, rmSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, openPage } from '../../page/browser.js'
import { readText } from '../../support/files.js'
import { ANSWER } from '../programs.js'
import { makeStranger, root, type Stranger } from '../stranger.js'
import { makeProject, PROJECTS } from './projects.js'
import { serveFolder } from './static-server.js'

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:"

let browser: Browser
let stranger: Stranger

beforeAll(async () => {
  if (!existsSync(`${root}dist/index.js`)) throw new Error('dist/ is missing: node scripts/build.mjs makes it')
  browser = await launchChromium()
  stranger = await makeStranger()
})

afterAll(async () => {
  await browser?.close()
  if (stranger) rmSync(stranger.folder, { recursive: true, force: true })
})

describe.each(PROJECTS)('$name', (project) => {
  test('sends a message through the connector, without a word of complaint and to no other host', async () => {
    const folder = await makeProject(stranger, project)
    const server = await serveFolder(folder, { 'content-security-policy': POLICY })
    const { page: tab, requests, complaints } = await openPage(browser)
    try {
      await tab.goto(server.url)
      const shown = () => tab.locator('pre').textContent()
      await expect.poll(async () => (await shown()) || complaints.join()).not.toBe('')
      expect(complaints).toEqual([])
      expect(JSON.parse((await shown()) ?? '')).toEqual({
        embedded: ANSWER,
        slim: ANSWER,
        debug: ANSWER,
        connector: 'function',
      })
      expect(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([])
    } finally {
      await tab.close()
      await server.close()
    }
  })

  test('is built as docs/bundlers.md says', () => {
    expect(readText('docs/bundlers.md')).toContain(`\n${project.kernelCode}\n`)
  })
})
