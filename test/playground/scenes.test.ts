// Every ready scene is played to its end, in the worker, with nothing failing; and shows what it is there to show.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openPlayground, soon, usePlayground } from './playground.js'

usePlayground()

const files = readdirSync(fileURLToPath(new URL('../../playground/scenes', import.meta.url)))

/** What is to be seen at the end of each, in which pane. */
const SHOWN: Readonly<Record<string, readonly (readonly [tab: string, text: RegExp])[]>> = {
  'documented-example': [
    ['Output', /comes back.*seq 1, ack 42/],
    ['Kernel log', /cn_test: port 1000 says "for the kernel log"/],
  ],
  'process-events': [['Output', /forkstat: exec \{"process_pid":1003/]],
  'slow-listener': [
    ['Output', /deaf: ENOBUFS: messages were lost/],
    ['/proc', /cn_proc +1:1/],
  ],
  'request-reply': [['Output', /hello -> HELLO[\s\S]*TimeoutError: no reply[\s\S]*bert: news 5/]],
  notifications: [
    ['Output', /watcher: 16:7 was registered[\s\S]*watcher: 16:7 was unregistered/],
    ['Kernel log', /module: 18:7 went/],
  ],
  'taking-turns': [['Output', /red 1, green 1, blue 1, red 2[\s\S]*reader\[1000\] waits for a message/]],
  'ten-thousand': [['Messages', /5\d{4}\s.*received/]],
}

test('every scene is in the list, and has something to show', async () => {
  const { page } = await openPlayground()
  const values = await page
    .locator('#scene option')
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))
  expect([...values].sort()).toEqual(files.map((name) => name.replace('.js', '')).sort())
  expect([...Object.keys(SHOWN), 'opened-capture'].sort()).toEqual([...values].sort())
})

describe.each(Object.entries(SHOWN))('%s', (name, shown) => {
  test('runs to its end, and shows what it is about', async () => {
    const { page, pane } = await openPlayground()
    await pane.chooseScene(name)
    const last = await pane.toEnd()
    expect(last).toBeGreaterThan(3)
    expect(await pane.text('label')).toBe('The end')
    expect(await pane.text('failure')).toBe('')
    for (const [tab, text] of shown) {
      await pane.show(tab)
      await soon(() => pane.shown()).toMatch(text)
    }
    expect(await page.locator('#boxes').innerText()).toContain('USER SPACE')
  })
})

test('opening a capture without a file says what to do', async () => {
  const { pane } = await openPlayground('#scene=opened-capture')
  await pane.press('One step on')
  await soon(() => pane.text('failure')).toContain('there is no file')
})

test.each([...Object.keys(SHOWN)].filter((name) => name !== 'ten-thousand'))(
  '%s comes to its end with the knobs turned: losses, delays, small buffers, another order',
  async (name) => {
    const { pane } = await openPlayground(`#scene=${name}&seed=3&schedule=3&drop=40&delay=20&rcvbuf=2304`)
    await pane.toEnd()
    expect(await pane.text('failure')).toBe('')
    expect(await pane.text('label')).toBe('The end')
  },
)
