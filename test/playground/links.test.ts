// A link carries scene, seed, knobs and step; the knobs act.
import { describe, expect, test } from 'vitest'
import { openPlayground, soon, usePlayground } from './playground.js'

usePlayground()

test('a link opens the scene at the step, with the seed: another page shows the same machine', async () => {
  const first = await openPlayground()
  await first.pane.chooseScene('slow-listener')
  await first.pane.turn('seed', '77')
  for (let step = 1; step <= 6; step++) {
    await first.pane.press('One step on')
    await first.pane.expectStep(step)
  }
  await first.pane.press('Copy link')
  await soon(() => first.pane.text('notice')).toMatch(/^The link is/)
  const { hash } = new URL(first.page.url())
  expect(hash).toBe('#scene=slow-listener&seed=77&step=6')
  const second = await openPlayground(hash)
  await second.pane.expectStep(6)
  expect(await second.page.locator('#scene').inputValue()).toBe('slow-listener')
  expect(await second.page.locator('#knob-seed').inputValue()).toBe('77')
  expect(await second.pane.state()).toEqual(await first.pane.state())
})

test('the address follows the step, and the page follows the address', async () => {
  const { page, pane } = await openPlayground('#scene=documented-example&seed=5&step=4')
  await pane.expectStep(4)
  await pane.press('One step on')
  await soon(() => new URL(page.url()).hash).toBe('#scene=documented-example&seed=5&step=5')
  await page.evaluate(() => {
    location.hash = '#scene=notifications&seed=5&step=3'
  })
  await soon(() => page.locator('#scene').inputValue()).toBe('notifications')
  await pane.expectStep(3)
})

test('a link that makes no sense shows the first scene', async () => {
  const { page, pane } = await openPlayground('#scene=%00&seed=-5&step=1e99&schedule=x&profile=constructor&drop=9999')
  await soon(() => pane.text('label')).toBe('The end')
  expect(await page.locator('#scene').inputValue()).toBe('documented-example')
  expect(await page.locator('#knob-seed').inputValue()).toBe('0')
  expect(await page.locator('#knob-drop').inputValue()).toBe('100')
})

describe('the knob', () => {
  const endOf = async (hash: string) => {
    const { pane } = await openPlayground(hash)
    await pane.toEnd()
    const state = await pane.state()
    await pane.show('Output')
    return { ...state, output: await pane.shown(), pane }
  }

  test('for receive buffers makes a queue overrun at once', async () => {
    const { page, pane } = await openPlayground('#scene=documented-example&step=10')
    await pane.expectStep(10)
    expect(await pane.number('copies lost')).toBe('0')
    await pane.turn('rcvbuf', '2304')
    await pane.expectStep(10)
    expect(Number(await pane.number('copies lost'))).toBeGreaterThan(0)
    expect(await pane.text('boxes')).toMatch(/2,304 B[\s\S]*congested/)
    // The address follows when the page has drawn.
    await soon(() => new URL(page.url()).hash).toContain('rcvbuf=2304')
  })

  test('for the schedule changes who is next, in the same way each time', async () => {
    const orders = await Promise.all(
      ['', '&schedule=1', '&schedule=2', '&schedule=1'].map(
        async (knob) => (await endOf(`#scene=taking-turns${knob}`)).output,
      ),
    )
    expect(orders[0]).toMatch(/red 1, green 1, blue 1, red 2/)
    expect(orders[1]).not.toBe(orders[0])
    expect(orders[2]).not.toBe(orders[1])
    expect(orders[3]).toBe(orders[1])
  })

  test('for losses loses what could be lost, as the seed says', async () => {
    const [one, same, other] = await Promise.all(
      ['seed=1', 'seed=1', 'seed=2'].map((seed) => endOf(`#scene=documented-example&${seed}&drop=50`)),
    )
    expect(one?.boxes).toBe(same?.boxes)
    expect(one?.digest).toBe(same?.digest)
    expect(one?.digest).not.toBe(other?.digest)
    await one?.pane.show('Messages')
    expect(await one?.pane.shown()).toContain('dropped')
  })

  test('for delays has messages come later', async () => {
    const { pane } = await endOf('#scene=documented-example&delay=100&delayMs=300')
    await pane.show('Messages')
    expect(await pane.shown()).toContain('delayed')
  })

  test('for allocations makes calls fail, and the scene says where', async () => {
    const { pane } = await openPlayground('#scene=documented-example')
    await pane.turn('fail', '100')
    await pane.press('To the end')
    await soon(() => pane.text('failure')).toMatch(/(ENOMEM|ENOBUFS|EAGAIN|EPERM)|-12/)
  })

  test('for the profile makes another kernel: Linux 6 knows no notifications', async () => {
    const { pane } = await openPlayground('#scene=documented-example&step=4')
    await pane.expectStep(4)
    expect(await pane.text('boxes')).toContain('connector -1:-1')
    await pane.turn('profile', 'LINUX_6')
    await pane.expectStep(4)
    expect(await pane.text('boxes')).not.toContain('connector -1:-1')
  })

  test('buttons take all of them back', async () => {
    const { page, pane } = await openPlayground('#scene=documented-example&seed=9&drop=50&rcvbuf=5000&schedule=3')
    expect(await page.locator('#knob-rcvbuf').inputValue()).toBe('5000')
    await pane.press('All as always')
    await soon(() => new URL(page.url()).hash).toMatch(/^#scene=documented-example&seed=1&step=\d+$/)
  })
})
