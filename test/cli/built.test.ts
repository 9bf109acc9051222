// The built command in a process of its own: what it loads, readers that close early, signals.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { readText } from '../support/files.js'
import { buildPackage, runNode } from '../support/run-node.js'
import { fileAt } from './journal/journals.js'

const ENTRY = 'dist/cli/kernel-connector.js'
const root = fileURLToPath(new URL('../..', import.meta.url))

/** The files that are loaded with a built file, itself among them. */
function loadedWith(path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded
  loaded.add(path)
  // The library is minified: all its imports are on one line.
  for (const [, file = ''] of readText(path).matchAll(/\b(?:from|import)\s*["'](\.[^"']+)["']/g)) {
    loadedWith(normalize(join(dirname(path), file)), loaded)
  }
  return loaded
}

// The built program has the release build of the kernel in it.
describe.skipIf(process.env.KERNEL_BUILD === 'debug')('the built command', () => {
  beforeAll(buildPackage)

  test('is a program of Node', () => {
    expect(readText(ENTRY).split('\n')[0]).toBe('#!/usr/bin/env node')
  })

  test('loads the kernel only when a command needs it', () => {
    const start = [...loadedWith(ENTRY)]
    expect(start.length).toBeGreaterThan(1)
    const size = start.reduce((sum, path) => sum + readText(path).length, 0)
    expect(size).toBeLessThan(60_000)
    const library = [...loadedWith('dist/index.js')].reduce((sum, path) => sum + readText(path).length, 0)
    expect(library).toBeGreaterThan(2 * size)
  })

  test('says the same as in this process', async () => {
    const { status, stdout, stderr } = await runNode([ENTRY, 'proc', '--count', '3', '--json'])
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.split('\n').map((line) => line && JSON.parse(line).kind)).toEqual(['fork', 'sid', 'exec', ''])
    expect(await runNode([ENTRY, 'prok'])).toMatchObject({ status: 2, stdout: '' })
  })

  test.each([
    [['proc', '--seconds', '1000']],
    [['proc', 'test/data/proc-events.bin', '--json', '--summary']],
    [['proc', '--help']],
    [['--help']],
  ])('a reader that closes early (%j) is no failure', async (args) => {
    expect(await runNode([ENTRY, ...args], { closeAfter: 1 })).toMatchObject({ status: 0, stderr: '' })
  })

  test('a recorded program that ends the process leaves its journal', async () => {
    const program = fileAt('exits.mjs', Buffer.from('export default (kernel) => { kernel.spawn(); process.exit(7) }\n'))
    const journal = `${program}.kcj`
    expect((await runNode([ENTRY, 'record', program, '-o', journal])).status).toBe(7)
    const { status, stdout } = await runNode([ENTRY, 'replay', journal])
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^the same: 1 call, /) })
  })

  test('Ctrl-C ends live events with their summary', async (context) => {
    const child = spawn(process.execPath, [ENTRY, 'proc', '--host', '--json', '--summary', '-e', 'ack'], { cwd: root })
    let out = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => {
      // The acknowledgement of its request: it listens.
      if (out === '') child.kill('SIGINT')
      out += text
    })
    const [status] = await once(child, 'close')
    if (status === 2) return context.skip('process events of this computer cannot be heard')
    const kinds = out.split('\n').map((line) => line && JSON.parse(line).kind)
    expect(kinds.slice(0, 1)).toEqual(['ack'])
    expect(kinds.slice(-2)).toEqual(['summary', ''])
  })
})
