// For everybody: axe finds nothing serious in light and dark, all of it works by the keyboard, and what moves can stand still.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { openPlayground, soon, usePlayground } from './playground.js'

usePlayground()

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const GRAVE = ['serious', 'critical']

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe finds. It comes in by the debugger: the page's policy lets no other script in. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    return axe.run()
  })
  return found.violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`))
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each([1280, 390])('axe finds nothing serious at a width of %d', async (width) => {
    const { page, pane } = await openPlayground('#scene=slow-listener&step=10', {
      colorScheme,
      viewport: { width, height: 900 },
    })
    await pane.expectStep(10)
    for (const tab of ['Messages', 'Output', 'Kernel log', '/proc', 'Statistics']) {
      await pane.show(tab)
      if (tab === 'Messages') await page.locator('#pane-messages tbody button').first().click()
      expect({ tab, found: await violations(page) }).toEqual({ tab, found: [] })
    }
  })

  test('nor when the code has failed', async () => {
    const { page, pane } = await openPlayground('', { colorScheme })
    await pane.write('export function scene() { throw new Error("on purpose") }')
    await pane.press('Run')
    await soon(() => pane.text('failure')).toContain('on purpose')
    expect(await violations(page)).toEqual([])
  })
})

test('the switch has its own mind about light and dark, and remembers it', async () => {
  const { page } = await openPlayground('', { colorScheme: 'light' })
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await background()
  await page.getByLabel('Theme').selectOption('dark')
  const dark = await background()
  expect(dark).not.toBe(light)
  await page.reload()
  await soon(background).toBe(dark)
})

describe('with the keyboard alone', () => {
  test('a person gets everywhere, and the focus is always to be seen', async () => {
    const { page, pane } = await openPlayground('#scene=documented-example&step=5')
    await soon(() => pane.step()).toBe(5)
    const visited: string[] = []
    for (let n = 0; n < 80; n++) {
      await page.keyboard.press('Tab')
      const { name, outlined } = await page.evaluate(describeFocus)
      if (name === 'BODY') break
      visited.push(name)
      expect({ name, outlined }).toEqual({ name, outlined: true })
    }
    for (const id of [
      'scene',
      'open',
      'save-journal',
      'back',
      'play',
      'forward',
      'position',
      'tab-messages',
      'run',
      'knob-seed',
    ])
      expect(visited).toContain(id)
    expect(visited).toContain('editor')
    expect(new Set(visited).size).toBeGreaterThan(25)
  })

  test('plays, steps, changes tabs and runs code', async () => {
    const { page, pane } = await openPlayground('#scene=notifications')
    await page.locator('#forward').focus()
    await page.keyboard.press('Enter')
    await pane.expectStep(1)
    await page.locator('#position').focus()
    await page.locator('#end').focus()
    await page.keyboard.press('Space')
    await soon(() => pane.text('label')).toBe('The end')
    await page.locator('#position').focus()
    await page.keyboard.press('Home')
    await pane.expectStep(0)
    await page.locator('#position').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await pane.expectStep(2)
    await page.locator('#tab-stats').focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-messages')
    await page.keyboard.press('End')
    expect(await page.locator('#pane-stats').isVisible()).toBe(true)
    await page.getByRole('textbox', { name: 'Code of the scene' }).focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('export async function scene({ step }) { await step("by key") }')
    await page.keyboard.press('Control+Enter')
    await soon(() => pane.text('label')).toMatch(/by key|The end/)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('editor')
  })
})

test('a screen reader hears of each step, politely, and of failures at once', async () => {
  const { page, pane } = await openPlayground('#scene=documented-example')
  const said = page.locator('#said')
  await soon(() => said.innerText()).toBe('Step 0: The machine has booted')
  await pane.press('One step on')
  await soon(() => said.innerText()).toMatch(/^Step 1: insmod cn_test/)
  expect(await said.getAttribute('aria-live')).toBe('polite')
  expect(await page.locator('#failure').getAttribute('role')).toBe('alert')
})

test('who wants no motion gets none: the ways of messages are drawn at once and stay', async () => {
  const { page, pane } = await openPlayground('#scene=documented-example&step=7', { reducedMotion: 'reduce' })
  await pane.expectStep(7)
  await pane.press('One step on')
  await pane.expectStep(8)
  const picture = () => page.locator('#travel').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  const first = await picture()
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(await picture()).toBe(first)
  const empty = await page.evaluate(() => {
    const { width, height } = document.querySelector('#travel') as HTMLCanvasElement
    return Object.assign(document.createElement('canvas'), { width, height }).toDataURL()
  })
  expect(first).not.toBe(empty)
})

/** Runs in the page: what has the focus, and whether that shows. The editor shows it by its border. */
function describeFocus(): { name: string; outlined: boolean } {
  const focused = document.activeElement as HTMLElement
  const { outlineStyle, outlineWidth } = getComputedStyle(focused)
  const isEditor = focused.id === 'editor'
  const border = getComputedStyle(focused).borderTopColor
  const plain = getComputedStyle(document.querySelector('.panel') as HTMLElement).borderTopColor
  const outlined = isEditor ? border !== plain : outlineStyle !== 'none' && outlineWidth !== '0px'
  const name = focused.id || focused.getAttribute('aria-label') || focused.textContent?.trim() || focused.tagName
  return { name: focused === document.body ? 'BODY' : name, outlined }
}
