// examples/lost-reply.mjs finds its bug, tells how it happens, writes a journal, and shows that it is mended.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { replay } from '../../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'lost-reply-'))

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

test('a lost reply is found within 1000 seeds, told, and mended', async () => {
  const lines: string[] = []
  const journal = join(folder, 'journal')
  vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line))
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'lost-reply.mjs', '--journal', journal])
  await import('../../examples/lost-reply.mjs')
  const [found, schedule, ...rest] = lines
  expect(found).toMatch(/^seed \d{1,4} loses the reply: client\[1000\] waits for a message at port 1000$/)
  expect(schedule).toMatch(/^schedule: \[1(, \d)*\], shrunk from \d+ decisions$/)
  expect(
    rest.map((line) => line.replace(/^\[ +\d+\.\d+\] /, '')).filter((line) => !line.startsWith('journal')),
  ).toEqual([
    'visitor: tries the smoke alarm',
    'client: asks question 1',
    'smoke alarm: notifies the group',
    'thermometer: replies to question 1',
    'client: finds an alarm, reply 1',
    'client: sees no reply, and waits on',
    'mended: 1000 seeds, and none loses it',
  ])
  expect(replay(new Uint8Array(readFileSync(journal))).difference).toBeNull()
})
