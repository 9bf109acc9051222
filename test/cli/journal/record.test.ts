// kernel-connector record: programs that end well, fail, wait for ever, or are none.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { replayJournal } from '../../../src/machine/journal/index.js'
import { buildPackage, runNode } from '../../support/run-node.js'
import { run } from '../around.js'
import { fileAt, journalOf, story } from './journals.js'

const journalAt = (path: string) => new Uint8Array(readFileSync(path))
const GOOD = `export default async (kernel, args) => {
  await null
  kernel.printk(args.join('+'))
  kernel.random()
}`

test('a program that ends well: calls, bytes, state; its arguments stand behind --', async () => {
  const program = fileAt('good.mjs', GOOD)
  const output = fileAt('good.kcj')
  const { status, out, err } = await run(['record', program, '-o', output, '--seed', '7', '--', 'one', '--help'])
  const { calls, stateHash, difference } = replayJournal(journalAt(output))
  const bytes = journalAt(output).length
  expect([status, out, difference]).toEqual([0, '', null])
  expect(err).toBe(`${output}: ${calls} calls, ${bytes} bytes, state ${stateHash}\n`)
  expect((await run(['inspect', output])).out).toContain('one+--help')
})

test('seed and profile are those that were asked for', async () => {
  const program = fileAt('good.mjs', GOOD)
  const hash = async (...args: string[]) => {
    const output = fileAt('asked.kcj')
    expect(await run(['record', program, '-o', output, ...args])).toMatchObject({ status: 0 })
    return replayJournal(journalAt(output)).stateHash
  }
  const hashes = [await hash(), await hash('--seed', '1'), await hash('--profile', 'LINUX_2_6_14')]
  expect(new Set(hashes).size).toBe(3)
  expect(await hash('--seed', '0', '--profile', 'default')).toBe(hashes[0])
})

test('an error of the program is told, and the journal is written all the same', async () => {
  const program = fileAt(
    'bad.mjs',
    "export default (kernel) => { kernel.printk('before'); throw new Error('no luck') }",
  )
  const output = fileAt('bad.kcj')
  const { status, err } = await run(['record', program, '-o', output])
  expect(status).toBe(1)
  expect(err).toMatch(
    /^kernel-connector record: \S+bad\.mjs failed: Error: no luck\n +at [^\n]*bad\.mjs:1:\d+\)?\n[^\n]+: 1 call, /,
  )
  expect(replayJournal(journalAt(output))).toMatchObject({ calls: 1, difference: null })
})

test('a program that takes its machine down is recorded up to there', async () => {
  const output = fileAt('halted.kcj')
  const program = fileAt('halted.mjs', "export default (kernel) => { kernel.printk('last'); kernel.halt() }")
  expect(await run(['record', program, '-o', output])).toMatchObject({ status: 0 })
  expect(replayJournal(journalAt(output))).toMatchObject({ calls: 1, difference: null })
})

test('a program that ends the recording itself leaves no journal', async () => {
  const program = fileAt('stops.mjs', 'export default (kernel) => { kernel.journal.stop() }')
  const { status, err } = await run(['record', program, '-o', fileAt('stops.kcj')])
  expect([status, err]).toEqual([1, expect.stringContaining('there is no journal')])
})

test('Ctrl-C ends the recording, and what there is is written', async () => {
  const program = fileAt('waits.mjs', "export default (kernel) => { kernel.printk('x'); return new Promise(() => {}) }")
  const output = fileAt('waits.kcj')
  const onInterrupt = (listener: () => void) => {
    setTimeout(listener, 0)
    return () => {}
  }
  const { status, err } = await run(['record', program, '-o', output], { onInterrupt })
  expect([status, err]).toEqual([1, expect.stringContaining('waits.mjs was interrupted\n')])
  expect(replayJournal(journalAt(output))).toMatchObject({ calls: 1, difference: null })
})

test('-o - is a journal on stdout; what the program logs goes to stderr', async () => {
  const program = fileAt('logs.mjs', "export default (kernel) => { kernel.printk('x'); console.log('heard') }")
  const { status, out, err } = await run(['record', program, '-o', '-'])
  expect([status, err]).toEqual([0, expect.stringMatching(/^heard\nstdout: 1 call, \d+ bytes, state [0-9a-f]{16}\n$/)])
  expect(replayJournal(new Uint8Array(Buffer.from(out, 'latin1')))).toMatchObject({ calls: 1, difference: null })
  expect(await run(['record', program, '-o', '-'], { terminals: [true, true] })).toMatchObject({
    status: 2,
    err: expect.stringContaining('a terminal cannot show it'),
  })
})

describe('bad usage and bad programs: one line and status 2', () => {
  const none = fileAt('none.mjs', 'export const x = 1')
  const broken = fileAt('broken.mjs', 'export default (')
  test.each([
    [[], 'FILE is missing (--help'],
    [['a.mjs', 'b.mjs'], 'one FILE at a time, not also "b.mjs" (--help'],
    [['a.mjs', '--seed', 'x'], '--seed must be a number from 0 to 4294967295, not "x"'],
    [['a.mjs', '--seed', '4294967296'], '--seed must be a number from 0 to 4294967295'],
    [['a.mjs', '--profile', 'LINUX_7'], 'unknown profile "LINUX_7"; there are default, LINUX_6, LINUX_2_6_14'],
    [['/nowhere/a.mjs'], 'cannot load /nowhere/a.mjs: '],
    [[none], 'none.mjs has no function as its default export'],
    [[broken], 'cannot load'],
    [[fileAt('good.mjs', GOOD), '-o', '/nowhere/a.kcj'], 'cannot write /nowhere/a.kcj: ENOENT'],
  ])('%j', async (args, said) => {
    const { status, out, err } = await run(['record', ...args])
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain(`kernel-connector record: ${said.startsWith('none') ? '' : said}`)
    expect(err).toContain(said)
    expect(existsSync(fileAt('none.kcj'))).toBe(false)
  })
})

describe.skipIf(process.env.KERNEL_BUILD === 'debug')('the built command', () => {
  const ENTRY = 'dist/cli/kernel-connector.js'
  beforeAll(buildPackage)

  test('a program that waits for ever is told of, and what there is is written', async () => {
    const program = fileAt(
      'stuck.mjs',
      "export default (kernel) => { kernel.printk('x'); return new Promise(() => {}) }",
    )
    const output = fileAt('stuck.kcj')
    const { status, stderr } = await runNode([ENTRY, 'record', program, '-o', output])
    expect([status, stderr]).toEqual([1, expect.stringContaining('waits for something that will not happen')])
    const replayed = await runNode([ENTRY, 'replay', output])
    expect(replayed).toMatchObject({ status: 0, stdout: expect.stringMatching(/^the same: 1 call, state /) })
  })

  test('the example: recorded, replayed, explained', async () => {
    const output = fileAt('week.kcj')
    const recorded = await runNode([ENTRY, 'record', 'examples/lossy-week.mjs', '-o', output, '--seed', '3'])
    expect(recorded).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/readings are missing\n\d+ readings heard/),
    })
    expect(await runNode([ENTRY, 'replay', output])).toMatchObject({ status: 0 })
    const trace = (await runNode([ENTRY, 'capture', output, '--trace'])).stdout.split('\n')
    const lost = trace.filter((line) => line.includes('no-room'))
    expect(lost).toHaveLength(1)
    const call = lost[0]?.trim().split(/\s+/)[0] ?? ''
    const explained = await runNode([ENTRY, 'explain', output, '--at', call])
    expect(explained).toMatchObject({ status: 1, stdout: expect.stringContaining('has no room') })
  })

  test('a journal is read from a pipe', () => {
    const journal = readFileSync(journalOf('piped.kcj', story))
    const piped = (...args: string[]) =>
      spawnSync(process.execPath, [ENTRY, ...args], {
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
        input: journal,
      })
    expect(String(piped('replay', '-').stdout)).toMatch(/^the same: 16 calls, state /)
    expect(
      String(piped('capture', '-', '--trace').stdout)
        .trimEnd()
        .split('\n'),
    ).toHaveLength(6)
    const bad = piped('inspect', '-', '--at', '99')
    expect([bad.status, String(bad.stderr)]).toEqual([2, expect.stringContaining('the journal has 16 calls')])
  })

  test.each([[['--trace']], [['-o', '-']]])('a reader of capture %j that closes early is no failure', async (args) => {
    const output = fileAt('week-again.kcj')
    await runNode([ENTRY, 'record', 'examples/lossy-week.mjs', '-o', output])
    expect(await runNode([ENTRY, 'capture', output, ...args], { closeAfter: 1 })).toMatchObject({ status: 0 })
  })
})
