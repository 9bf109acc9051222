// The playground as a person has it: built into a folder, served from a path of its own, open in Chromium.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { buildPlayground } from '../../scripts/playground-build.mjs'
import { servePlayground } from '../../scripts/playground-serve.mjs'
import { launchChromium } from '../page/browser.js'

/** Not the top of the server: everything has to work from any path. */
const UNDER = '/some/where/'
/** Milliseconds: a machine that is busy with other things is slow, not wrong. */
const PATIENCE = { timeout: 60_000, interval: 20 }
const TEST_TIMEOUT = 180_000

export interface Opened {
  readonly page: Page
  readonly pane: Pane
  /** What went wrong: exceptions, and what the console got as an error or a warning. */
  readonly complaints: string[]
  /** The addresses of everything that was asked for. */
  readonly requests: string[]
}

let folder: string
let server: Awaited<ReturnType<typeof servePlayground>>
let browser: Browser
const open: Opened[] = []

/** Like expect.poll(), for as long as it may take. */
export const soon = <T>(read: () => T) => expect.poll(read, PATIENCE)

/** To be called once by a file of tests: they get a server and a browser, and nothing may go wrong in any page. */
export function usePlayground(): void {
  vi.setConfig({ testTimeout: TEST_TIMEOUT })
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'playground-'))
    await buildPlayground(folder)
    server = await servePlayground({ folder, under: UNDER })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    const pages = open.splice(0)
    for (const { page } of pages) await page.context().close()
    expect(pages.flatMap(({ complaints }) => complaints)).toEqual([])
    const others = pages.flatMap(({ requests }) => requests).filter((url) => !url.startsWith(server.url))
    expect(others.filter((url) => !url.startsWith('blob:'))).toEqual([])
  })
}

/** Where the playground is. */
export const address = (): string => server.url

/** A new page with the playground, as a link opens it. */
export async function openPlayground(hash = '', options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.goto(server.url + hash)
  const opened = { page, pane: new Pane(page), complaints, requests }
  open.push(opened)
  return opened
}

/** What a person reads and presses. */
export class Pane {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  button(name: string) {
    return this.#page.getByRole('button', { name, exact: true })
  }

  async press(name: string): Promise<void> {
    await this.button(name).click()
  }

  text(id: string): Promise<string> {
    return this.#page.locator(`#${id}`).innerText()
  }

  /** The number of the step that is shown. */
  async step(): Promise<number> {
    return Number(/^Step (\d+)/.exec(await this.text('step'))?.[1])
  }

  /** Waits until a step is shown, with the machine as it is there. */
  async expectStep(step: number): Promise<void> {
    await soon(() => this.step()).toBe(step)
    await this.#expectView(step)
  }

  /** The machine that the stage shows is that of the step: then the digest is there too. */
  async #expectView(step: number): Promise<void> {
    await this.show('Statistics')
    const caption = this.#page.locator('#numbers caption')
    await soon(() => caption.innerText()).toBe(`At step ${step}`)
    await soon(() => this.number('digest of the state')).toMatch(/^[0-9a-f]{16}$/)
  }

  /** A number of the statistics. */
  number(name: string): Promise<string> {
    return this.#page.locator('#numbers tr', { hasText: name }).locator('td').innerText()
  }

  /** Everything that is to be seen of the machine at the step that is shown. */
  async state(): Promise<{ digest: string; boxes: string; label: string }> {
    const step = await this.step()
    await this.#expectView(step)
    const digest = await this.number('digest of the state')
    return { digest, boxes: await this.text('boxes'), label: await this.text('label') }
  }

  /** Chooses a tab. */
  async show(tab: string): Promise<void> {
    await this.#page.getByRole('tab', { name: tab }).click()
  }

  /** The text of the pane that is shown. */
  async shown(): Promise<string> {
    await this.#page.locator('.panes[aria-busy=false]').waitFor()
    return this.#page.locator('[role=tabpanel]:not([hidden])').innerText()
  }

  /** Goes to the last step that the scene has. */
  async toEnd(): Promise<number> {
    await this.press('To the end')
    await soon(() => this.button('To the end').isDisabled()).toBe(true)
    const step = await this.step()
    await this.expectStep(step)
    return step
  }

  async chooseScene(name: string): Promise<void> {
    await this.#page.locator('#scene').selectOption(name)
  }

  /** Sets a knob as a person does: the value, and away. */
  async turn(knob: string, value: string): Promise<void> {
    const field = this.#page.locator(`#knob-${knob}`)
    if ((await field.evaluate((one) => one.tagName)) === 'SELECT') await field.selectOption(value)
    else {
      await field.fill(value)
      await field.blur()
    }
  }

  /** Types code into the editor in place of what is there. */
  async write(code: string): Promise<void> {
    const content = this.#page.getByRole('textbox', { name: 'Code of the scene' })
    await content.click()
    await this.#page.keyboard.press('Control+a')
    await this.#page.keyboard.insertText(code)
  }
}
