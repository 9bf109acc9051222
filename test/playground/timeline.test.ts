// The timeline: steps on and back, play and pause, and the machine that is shown is always that of the step.
import { expect, test } from 'vitest'
import { openPlayground, soon, usePlayground } from './playground.js'

usePlayground()

test.each(['documented-example', 'slow-listener', 'request-reply'])(
  '%s: each step back shows the machine as it was, and each step on as it will be',
  async (scene) => {
    const { pane } = await openPlayground(`#scene=${scene}`)
    const states = [await pane.state()]
    for (let step = 1; step <= 6; step++) {
      await pane.press('One step on')
      await pane.expectStep(step)
      states.push(await pane.state())
    }
    expect(new Set(states.map(({ digest }) => digest)).size).toBe(7)
    for (let step = 5; step >= 0; step--) {
      await pane.press('One step back')
      await pane.expectStep(step)
      expect(await pane.state()).toEqual(states[step])
    }
    for (let step = 1; step <= 6; step++) {
      await pane.press('One step on')
      await pane.expectStep(step)
      expect(await pane.state()).toEqual(states[step])
    }
  },
)

test('what lies behind is the same after the scene has gone on, and after it has been run anew', async () => {
  const { pane } = await openPlayground('#scene=slow-listener&step=7')
  await pane.expectStep(7)
  const before = await pane.state()
  const end = await pane.toEnd()
  const last = await pane.state()
  for (let step = end; step > 7; step--) await pane.press('One step back')
  await pane.expectStep(7)
  expect(await pane.state()).toEqual(before)
  await pane.press('Run')
  await soon(() => pane.step()).toBeGreaterThan(1)
  expect(await pane.toEnd()).toBe(end)
  expect(await pane.state()).toEqual(last)
})

test('play goes on by itself to the end, and begins anew from there', async () => {
  const { page, pane } = await openPlayground('#scene=notifications')
  await page.locator('#speed').selectOption('100')
  await pane.press('Play')
  await soon(() => pane.text('label')).toBe('The end')
  await soon(() => pane.button('Play').isVisible()).toBe(true)
  const end = await pane.step()
  await page.locator('#speed').selectOption('0.5')
  await pane.press('Play')
  await soon(() => pane.step()).toBeLessThan(end)
})

test.each(['return', "throw new Error('from the scene')"])('slow play ends with the scene: %s', async (last) => {
  const { page, pane } = await openPlayground()
  await page.locator('#speed').selectOption('5')
  await pane.write(`export async function scene({ step }) { await step('one'); ${last} }`)
  await pane.press('Run')
  await soon(() => pane.button('One step on').isDisabled()).toBe(true)
  await soon(() => pane.button('Play').isVisible()).toBe(true)
})

test('pause stops a scene that has no end where it is', async () => {
  const { page, pane } = await openPlayground()
  await pane.write('export async function scene({ step }) { for (let n = 1; ; n++) await step("number " + n) }')
  await page.locator('#speed').selectOption('100')
  await pane.press('Run')
  await soon(() => pane.step()).toBeGreaterThan(20)
  await pane.press('Pause')
  await pane.press('To the end')
  await pane.press('Pause')
  const stands = await pane.step()
  await pane.expectStep(stands)
  await pane.press('One step on')
  await soon(() => pane.text('label')).toMatch(/^number \d+$/)
})

test('the slider goes to any step, and says where it is', async () => {
  const { page, pane } = await openPlayground('#scene=documented-example')
  const end = await pane.toEnd()
  const slider = page.getByRole('slider', { name: 'Step' })
  await slider.fill('4')
  await pane.expectStep(4)
  expect(await slider.getAttribute('aria-valuetext')).toBe(
    `Step 4 of ${end}: A message to cn_test: its callback writes it into the log`,
  )
  await slider.fill('3')
  await pane.expectStep(3)
  await pane.show('Messages')
  expect(await pane.shown()).toContain('No message has been sent yet')
})

test('ten thousand messages a second: all are kept, and what is drawn has a bound', async () => {
  const { page, pane } = await openPlayground('#scene=ten-thousand')
  await page.locator('#speed').selectOption('100')
  await page.evaluate(countFrames)
  await pane.press('Play')
  await soon(() => pane.step()).toBeGreaterThan(200)
  const gaps = await page.evaluate(() => (globalThis as unknown as { gaps: number[] }).gaps.slice(3))
  await pane.press('Pause')
  const step = await pane.step()
  await pane.expectStep(step)
  expect(Number((await pane.number('messages sent')).replaceAll(',', ''))).toBe((step - 1) * 100)
  await pane.show('Messages')
  expect(await page.locator('#pane-messages tbody tr').count()).toBeLessThanOrEqual(60)
  const sorted = [...gaps].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  process.stderr.write(
    `frames while 100 messages a step were played: ${sorted.length}, median ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms\n`,
  )
})

/** Runs in the page. */
function countFrames(): void {
  const gaps: number[] = []
  Object.assign(globalThis, { gaps })
  let last = performance.now()
  const frame = (now: number) => {
    gaps.push(now - last)
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}
