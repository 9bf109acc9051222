// How it looks: nothing is wider than the window, nothing is cut, at the widths of a desk, a tablet and a phone. The pictures go into
// a folder that the test names, for people to look at.
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openPlayground, usePlayground } from './playground.js'

usePlayground()

const folder = join(tmpdir(), 'playground-pictures')
const SCENES = ['slow-listener', 'documented-example', 'process-events']

describe.each([1280, 768, 390])('at a width of %d', (width) => {
  test.each(['light', 'dark'] as const)('everything has room, in %s', async (colorScheme) => {
    mkdirSync(folder, { recursive: true })
    for (const scene of SCENES) {
      const { page, pane } = await openPlayground(`#scene=${scene}&step=9`, {
        colorScheme,
        viewport: { width, height: width < 500 ? 844 : 900 },
        reducedMotion: 'reduce',
      })
      await pane.expectStep(9)
      await pane.show('Messages')
      await page.locator('#pane-messages tbody button').first().click()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      expect(await page.evaluate(cutButtons)).toEqual([])
      for (const [part, full] of [
        ['screen', false],
        ['page', true],
      ] as const) {
        if (part === 'screen') await page.evaluate(() => scrollTo(0, 0))
        writeFileSync(
          join(folder, `${scene}-${width}-${colorScheme}-${part}.png`),
          await page.screenshot({ fullPage: full }),
        )
      }
    }
    process.stderr.write(`pictures: ${folder}\n`)
  })
})

/** Runs in the page: buttons whose text does not fit. */
function cutButtons(): string[] {
  return [...document.querySelectorAll('button')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent ?? '')
}
