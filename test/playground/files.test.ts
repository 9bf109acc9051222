// Journals and captures: saved, read by the package, and opened again.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { readCapture } from '../../src/capture/index.js'
import { replay } from '../../src/index.js'
import { openPlayground, soon, usePlayground } from './playground.js'

usePlayground()

async function saved(page: Page, name: string): Promise<{ name: string; bytes: Buffer<ArrayBuffer> }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ])
  return { name: download.suggestedFilename(), bytes: Buffer.from(readFileSync(await download.path())) }
}

const open = (page: Page, name: string, buffer: Buffer) =>
  page.locator('#file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })

describe('a journal', () => {
  test('that was saved leads replay() to the same state, and is opened again with all its messages', async () => {
    const { page, pane } = await openPlayground('#scene=slow-listener')
    await pane.toEnd()
    const { digest } = await pane.state()
    const sent = await pane.number('messages sent')
    const { name, bytes } = await saved(page, 'Save journal')
    expect(name).toBe('slow-listener.kcj')
    expect(replay(new Uint8Array(bytes))).toMatchObject({ stateHash: digest, difference: null })

    const other = await openPlayground()
    await open(other.page, name, bytes)
    await soon(() => other.pane.text('label')).toBe('The journal ends')
    expect((await other.pane.state()).digest).toBe(digest)
    expect(await other.pane.number('messages sent')).toBe(sent)
    const end = await other.pane.step()
    expect(end).toBeGreaterThan(48)
    const before = await other.pane.state()
    await other.pane.press('One step back')
    await other.pane.press('One step back')
    await other.pane.expectStep(end - 2)
    expect((await other.pane.state()).digest).not.toBe(digest)
    await other.pane.toEnd()
    expect(await other.pane.state()).toEqual(before)
  })

  test('that is damaged is refused in words', async () => {
    const { page, pane } = await openPlayground()
    await pane.toEnd()
    const { bytes } = await saved(page, 'Save journal')
    bytes[200] = (bytes[200] ?? 0) ^ 1
    await open(page, 'broken.kcj', bytes)
    await soon(() => pane.text('notice')).toMatch(/damaged|checksum|byte \d+/)
    await open(page, 'text.txt', Buffer.from('this is no journal'))
    await soon(() => pane.text('notice')).toMatch(/journal/)
    await pane.chooseScene('notifications')
    await pane.toEnd()
    expect(await pane.text('label')).toBe('The end')
  })
})

describe('a capture', () => {
  test('that was saved has every message, and is opened and played again', async () => {
    const { page, pane } = await openPlayground('#scene=documented-example')
    await pane.toEnd()
    const sent = Number(await pane.number('messages sent'))
    const { name, bytes } = await saved(page, 'Save capture')
    expect(name).toBe('documented-example.pcapng')
    const packets = readCapture(new Uint8Array(bytes))
    expect(packets.length).toBeGreaterThan(6)
    expect(packets.some(({ comments }) => comments.includes('from ucon[1000], port 1000'))).toBe(true)

    const other = await openPlayground()
    await open(other.page, name, bytes)
    await soon(() => other.pane.text('label')).toBe(`${packets.length} packets are read, nothing is sent yet`)
    expect(await other.page.locator('#scene').inputValue()).toBe('opened-capture')
    await other.pane.toEnd()
    expect(await other.pane.text('failure')).toBe('')
    expect(Number(await other.pane.number('messages sent'))).toBeGreaterThanOrEqual(packets.length)
    expect(sent).toBeGreaterThanOrEqual(packets.length)
    await other.pane.show('Output')
    await soon(() => other.pane.shown()).toContain('from ucon[1000], port 1000')
    const again = await saved(other.page, 'Save capture')
    const played = readCapture(new Uint8Array(again.bytes))
    const texts = (all: typeof packets) => all.map(({ data }) => Buffer.from(data).toString('hex'))
    expect(texts(played)).toEqual(expect.arrayContaining(texts(packets)))
  })
})

test('a message is shown in fields and in hex', async () => {
  const { page, pane } = await openPlayground('#scene=documented-example&step=5')
  await pane.expectStep(5)
  await pane.show('Messages')
  await page.locator('#pane-messages tbody button').first().click()
  const fields = page.getByRole('region', { name: /^Fields of message/ })
  await soon(() => fields.innerText()).toContain('nlmsg_len')
  const row = (name: string) => fields.locator('tr', { hasText: name }).first().innerText()
  expect(await row('idx')).toMatch(/^16\s.*idx\s+14/)
  expect(await row('ack')).toMatch(/42/)
  expect(await row('“comes back”')).toContain('10 bytes')
  const hex = await page.getByRole('region', { name: /in hexadecimal$/ }).innerText()
  expect(hex).toContain('comes back')
  expect(hex).toMatch(/^0000/)
})

test('the oldest message of a queue is one click away', async () => {
  const { page, pane } = await openPlayground('#scene=slow-listener&step=5')
  await pane.expectStep(5)
  await page.locator('[data-socket]', { hasText: 'port 1002' }).getByRole('button').click()
  await soon(() => page.locator('.chosen h3').innerText()).toContain('Message')
  expect(await page.locator('#tab-messages').getAttribute('aria-selected')).toBe('true')
})
