// The code pane: edits run, errors are told clearly, nothing that the code does harms the page or reaches anybody.
import { describe, expect, test } from 'vitest'
import { openPlayground, soon, usePlayground } from './playground.js'

usePlayground()

const HELLO = `import { PF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK } from 'kernel-connector/uapi'

export async function scene({ kernel, step, print }) {
  const socket = kernel.spawn({ comm: 'mine' }).socket(PF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  socket.bind({ nl_pid: 4711 })
  await step('bound')
  print('port', socket.getsockname().nl_pid, new Uint8Array([104, 105]), { big: 5n })
  await step('printed')
`

const runs = async (code: string) => {
  const opened = await openPlayground()
  await opened.page.locator('#speed').selectOption('100')
  await opened.pane.write(code)
  await opened.pane.press('Run')
  return opened
}

test('an edit runs, is marked, and the scene comes back', async () => {
  const { page, pane } = await runs(`${HELLO}}`)
  await soon(() => pane.text('label')).toBe('The end')
  expect(await pane.text('boxes')).toContain('port 4711')
  await pane.show('Output')
  await soon(() => pane.shown()).toBe('port 4711 2 bytes "hi" {"big":5}')
  expect(await page.locator('#edited').isVisible()).toBe(true)
  await pane.press('Restore the scene')
  await pane.toEnd()
  expect(await pane.text('boxes')).toContain('ucon')
  expect(await page.locator('#edited').isVisible()).toBe(false)
})

describe('an error', () => {
  test('that is thrown is told with its line, and the machine is alive', async () => {
    const { pane } = await runs(`${HELLO}\n  socket.bind({ nl_pid: 4712 })\n}`)
    await soon(() => pane.text('failure')).toMatch(/SystemError: EINVAL: invalid argument, bind/)
    expect(await pane.text('failure')).toContain('Line 10.')
    await pane.expectStep(3)
    expect(await pane.text('label')).toContain('Failed: SystemError')
    expect(await pane.text('boxes')).toContain('port 4711')
    await pane.press('One step back')
    await pane.expectStep(2)
    expect(await pane.text('label')).toBe('printed')
    await pane.press('Line 10')
    await pane.write(`${HELLO}}`)
    await pane.press('Run')
    await soon(() => pane.text('label')).toBe('The end')
    expect(await pane.text('failure')).toBe('')
  })

  test('in a callback is told too', async () => {
    const { pane } = await runs(`export async function scene({ kernel, step }) {
      kernel.mod_timer(kernel.timer_setup(() => { throw new Error('from a timer') }), 5)
      await step('armed')
      kernel.clock.advance(10)
    }`)
    await soon(() => pane.text('failure')).toContain('Error: from a timer')
    expect(await pane.text('failure')).toContain('Line 2.')
  })

  test('that nobody awaited is told too', async () => {
    const { pane } = await runs(`export async function scene({ step }) {
      void Promise.reject(new RangeError('forgotten'))
      for (let n = 0; n < 10; n++) await step(n)
    }`)
    await soon(() => pane.text('failure')).toContain('RangeError: forgotten')
  })

  test('of the syntax is told with the line that is none', async () => {
    const { pane } = await runs('const fine = 1\n\nexport async function scene( {\n')
    await soon(() => pane.text('failure')).toMatch(/SyntaxError: [\s\S]*Line [34]\./)
  })

  test.each([
    ['no function scene', 'export const nothing = 1', /export a function named scene/],
    ['an unknown module', "import 'kernel-connector/nothing'", /there is no module kernel-connector\/nothing here/],
    ['something that is no error', "export function scene() { throw 'a text' }", /a text/],
  ])('for %s says what is wrong', async (_what, code, text) => {
    const { pane } = await runs(code)
    await soon(() => pane.text('failure')).toMatch(text)
  })
})

test('code that never comes back can be stopped, and the page goes on', async () => {
  const { pane } = await runs('export async function scene({ step }) { await step("before"); for (;;) {} }')
  await soon(() => pane.button('Stop the code').isVisible()).toBe(true)
  expect(await pane.text('label')).toBe('before')
  await pane.press('Stop the code')
  await soon(() => pane.text('failure')).toContain('The code was stopped')
  await pane.chooseScene('notifications')
  await pane.toEnd()
  expect(await pane.text('label')).toBe('The end')
})

test('code has no network, no eval and no page', async () => {
  const { page, pane, complaints, requests } = await runs(`export async function scene({ print }) {
    await fetch('https://example.com/').catch((error) => print('fetch:', error.name))
    await fetch('./index.html').catch((error) => print('here:', error.name))
    await import('https://example.com/x.js').catch((error) => print('import:', error.name))
    try { new Function('return 1')() } catch (error) { print('eval:', error.name) }
    try { new WebSocket('wss://example.com') } catch (error) { print('socket:', error.name) }
    print('page:', typeof document, typeof window)
  }`)
  await soon(() => pane.text('label')).toBe('The end')
  await pane.show('Output')
  await soon(() => pane.shown()).toContain('page: undefined undefined')
  const shown = await pane.shown()
  for (const line of ['fetch: TypeError', 'here: TypeError', 'import: TypeError', 'eval: EvalError']) {
    expect(shown).toContain(line)
  }
  expect(await page.evaluate(() => document.title)).toBe('Kernel Connector playground')
  // The browser reports what the policy refused; that is what this test wants.
  expect(complaints.filter((text) => !/Content.Security.Policy/i.test(text))).toEqual([])
  complaints.length = 0
  const refused = requests.filter((url) => url.includes('example.com'))
  requests.splice(0, requests.length, ...requests.filter((url) => !refused.includes(url)))
})
