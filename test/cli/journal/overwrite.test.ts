// The commands on journals do not destroy what they read.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { boot, GFP_KERNEL } from '../../../src/index.js'
import { onConnector } from '../../faults/scene.js'
import { run } from '../around.js'
import { fileAt } from './journals.js'

test('capture does not write over the journal', async () => {
  const kernel = boot({ journal: true })
  kernel.spawn()
  const journal = kernel.journal.stop()
  const path = fileAt('same.kcj', journal)
  const { status, err } = await run(['capture', path, '-o', path])
  expect([status, err]).toEqual([2, `kernel-connector capture: ${path} is what is read: name another file to write\n`])
  expect(new Uint8Array(readFileSync(path))).toEqual(journal)
})

test('record does not write over the program', async () => {
  const text = 'export default (kernel) => void kernel.spawn()\n'
  const path = fileAt('program.mjs', Buffer.from(text))
  const { status, err } = await run(['record', path, '-o', path])
  expect([status, err]).toEqual([2, `kernel-connector record: ${path} is what is read: name another file to write\n`])
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('explain says when a fault rule decided', async () => {
  const kernel = boot({ journal: true })
  const socket = onConnector(kernel, 7, 1 << 4)
  const send = () => kernel.cn_netlink_send({ id: { idx: 5, val: 1 } }, 0, 5, GFP_KERNEL)
  for (const action of ['fail', 'drop'] as const) {
    const rule = kernel.faults.add({ action })
    send()
    rule.remove()
  }
  const path = fileAt('faults.kcj', kernel.journal.stop())
  const { out } = await run(['inspect', path, '--list'])
  const calls = out.split('\n').flatMap((line) => /^\s*(\d+) .*cn_send/.exec(line)?.[1] ?? [])
  const told = await Promise.all(calls.map((call) => run(['explain', path, '--at', call])))
  expect(told.map(({ status }) => status)).toEqual([1, 1])
  expect(told[0]?.out).toContain('A fault rule had the allocation of the message fail (ENOMEM).')
  expect(told[1]?.out).toContain('A fault rule had it lost.')
  const one = await run(['explain', path, '--at', calls[1] as string, '--socket', String(kernel.socketId(socket))])
  expect([one.status, one.out.includes('A fault rule had it lost.')]).toEqual([1, true])
})
