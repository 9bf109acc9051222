// npm start as a user meets it: the built program in a process of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Result } from '../../src/cli/demo/result.js'
import { readBytes } from '../support/files.js'
import { buildPackage, runNode } from '../support/run-node.js'

const start = (...args: string[]) => runNode(['dist/cli/kernel-connector.js', 'demo', ...args])
const json = async (...args: string[]): Promise<Result> => JSON.parse((await start('--json', ...args)).stdout)

/** What may differ from run to run. */
const withoutTime = (result: Result) => ({ ...result, milliseconds: 0 })

// test/data/README.md: the events of each kind, forks and clones together.
const RECORDED = { exec: 4658, uid: 1080, gid: 720, sid: 120, ptrace: 288, comm: 637, core: 396, exit: 9576 }
const FORKS = 9587
const EVENTS = 27063

let folder: string
beforeAll(() => {
  buildPackage()
  folder = mkdtempSync(join(tmpdir(), 'start-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A recording of the first datagrams: 80 bytes each. */
function shortRecording(datagrams: number, extra: readonly number[] = []): string {
  const path = join(folder, `${datagrams}-${extra.length}.bin`)
  const bytes = readBytes('test/data/proc-events.bin').subarray(0, datagrams * 80)
  writeFileSync(path, Uint8Array.from([...bytes, ...extra]))
  return path
}

// The built program has the release build of the kernel in it.
describe.skipIf(process.env.KERNEL_BUILD === 'debug')('npm start', () => {
  describe('as text', () => {
    let lines: string[]
    beforeAll(async () => {
      const { status, stdout, stderr } = await start()
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      lines = stdout.split('\n')
    })
    const below = (head: string) => lines.slice(lines.findIndex((line) => line.startsWith(head)) + 1)

    test('has no colours where there is no terminal', () => {
      expect(lines.filter((line) => line.includes('\x1b'))).toEqual([])
    })

    test('shows what ucon sends and receives', () => {
      const [log, question, answer, ...counts] = below('$ insmod cn_test')
      expect(log).toMatch(/^ {2}-> 14:456 {3}seq 0 {2}ack \d+ +len 28 {2}a message for the kernel log$/)
      const asked = /-> 14:457 {3}seq 1 {2}ack (\d+) /.exec(question ?? '')
      const answered = /<- 14:457 {3}seq 1 {2}ack (\d+) +len 25 {2}a message that comes back/.exec(answer ?? '')
      expect(Number(answered?.[1])).toBe((Number(asked?.[1]) + 1) % 2 ** 32)
      for (let n = 0; n < 5; n++) expect(counts[n]).toMatch(new RegExp(`<- 14:456 +seq ${n} .* counter = ${n}$`))
      expect(below('$ rmmod cn_test').slice(0, 2).join('\n')).toMatch(
        /14:456 .* \(unregistered\)\n.*14:457 .* \(unregistered\)/,
      )
    })

    test('shows the registered ids, the connector first', () => {
      expect(below('$ cat /proc/net/connector').slice(0, 5)).toEqual([
        expect.stringMatching(/^ {2}Name +ID$/),
        expect.stringMatching(/^ {2}connector +4294967295:4294967295$/),
        expect.stringMatching(/^ {2}cn_proc +1:1$/),
        expect.stringMatching(/^ {2}cn_test +14:456$/),
        expect.stringMatching(/^ {2}cn_echo +14:457$/),
      ])
    })

    test("shows the module's log, with the virtual time", () => {
      const log = below('$ dmesg')
      expect(log[0]).toBe('  [    0.000000] cn_test: 14:456 was registered')
      expect(log).toContain('  [    5.000000] cn_test: 14:457 was unregistered')
    })

    test('shows the begin of the table, and how much more there is', () => {
      const [head, ...rows] = below('$ forkstat')
      expect(head).toMatch(/^ +Time Event +PID Info +Duration Process$/)
      expect(rows[0]).toMatch(/^ +0\.000628 fork +22831 child 22872 +\?$/)
      expect(rows[1]).toMatch(/^ +0\.001959 comm +22872 +\? -> load$/)
      expect(rows.join('\n')).toMatch(/exit +22878 exit 0 +0\.000491 load\n/)
      const more = rows.findIndex((row) => row.includes('--all'))
      expect(Number(/(\d+) more rows/.exec(rows[more] ?? '')?.[1])).toBe(EVENTS - 1 - more)
    })

    test('shows the losses of the slow listener, and that it counts right', () => {
      const text = below('$ slow').join('\n')
      expect(text).toMatch(/^ +\d\.\d{3} s {2}recv: ENOBUFS/)
      expect(text).toMatch(/s {2}the numbers of CPU [01] have a gap of \d+\n/)
      expect(text).toMatch(/\d+ overruns, \d+ messages lost by the numbers; \/proc\/net\/netlink says the same\n/)
    })

    test('closes with a balance in which each row adds up', () => {
      const [head, ...rest] = below('3. The balance').slice(1)
      expect(head?.trim().split(/\s+/)).toEqual(['Listener', 'Port', 'Sent', 'Delivered', 'Dropped', 'Overruns'])
      const rows = rest.slice(0, 4).map((row) => row.trim().split(/\s+/))
      expect(rows.map(([name]) => name)).toEqual(['ucon', 'forkstat', 'coredumps', 'slow'])
      for (const [, , sent, delivered, dropped] of rows) expect(Number(sent)).toBe(Number(delivered) + Number(dropped))
      expect(rest.join('\n')).toMatch(/Took \d+\.\d{3} s of real time/)
    })
  })

  describe('--json', () => {
    test('is one document, and nothing else on either stream', async () => {
      const { status, stdout, stderr } = await start('--json', '--limit', '100')
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(JSON.parse(stdout)).toMatchObject({ seed: 0, processEvents: { recorded: 100 } })
      expect(stdout.endsWith('}\n')).toBe(true)
    })

    test('counts every message', async () => {
      const { listeners, processEvents } = await json()
      const { recorded, acknowledgements, kinds } = processEvents
      expect(recorded).toBe(EVENTS)
      expect(kinds).toMatchObject(RECORDED)
      expect((kinds.fork ?? 0) + (kinds.clone ?? 0)).toBe(FORKS)
      expect(processEvents.coreDumps).toHaveLength(RECORDED.core)
      const [ucon, forkstat, coredumps, slow] = listeners
      expect(ucon).toMatchObject({ name: 'ucon', sent: 8, delivered: 8, dropped: 0 })
      for (const { sent, delivered, dropped } of listeners) expect(sent).toBe(delivered + dropped)
      for (const { sent } of [forkstat, coredumps, slow].map((one) => one!))
        expect(sent).toBe(recorded + acknowledgements)
      for (const one of [forkstat, coredumps]) expect(one).toMatchObject({ dropped: 0, lost: 0, overruns: 0 })
      expect(slow!.dropped).toBeGreaterThan(0)
      expect(slow!.lost).toBe(slow!.dropped)
    })

    test('has the gaps that the slow listener saw, which are all its losses', async () => {
      const { listeners, processEvents } = await json()
      const slow = listeners.at(-1)!
      const { sights } = processEvents
      expect(sights.filter(({ type }) => type === 'ENOBUFS')).toHaveLength(slow.overruns!)
      expect(sights.reduce((sum, sight) => sum + (sight.type === 'gap' ? sight.missing : 0), 0)).toBe(slow.dropped)
    })

    test('is the same for the same seed, but for the time, and another for another', async () => {
      const [first, again, other] = await Promise.all([json(), json('--seed', '0'), json('--seed', '4294967295')])
      expect(withoutTime(again)).toEqual(withoutTime(first))
      expect(other.stateHash).not.toBe(first.stateHash)
      expect(other.processEvents.sights).not.toEqual(first.processEvents.sights)
    })
  })

  describe('options', () => {
    test('--limit plays the first events only', async () => {
      const { processEvents } = await json('--limit', '3')
      expect(processEvents).toMatchObject({ recorded: 3, kinds: { fork: 1, comm: 1 } })
    })

    test.each(['0', '1', '2304', '50000', '1073741823'])(
      '--rcvbuf %s: the slow listener counts right',
      async (rcvbuf) => {
        const { status, stdout } = await start('--json', '--limit', '5000', '--rcvbuf', rcvbuf)
        expect(status).toBe(0)
        const slow = (JSON.parse(stdout) as Result).listeners.at(-1)!
        expect(slow.lost).toBe(slow.dropped)
        expect(slow.dropped > 0).toBe(Number(rcvbuf) < 1e6)
      },
    )

    test('--events plays another recording', async () => {
      const { processEvents } = await json('--events', shortRecording(40))
      expect(processEvents).toMatchObject({ file: expect.stringMatching(/40-0\.bin$/), recorded: 40 })
    })

    test('--all prints every row', async () => {
      const { stdout } = await start('--all')
      expect(stdout.match(/^ +\d+\.\d{6} (?:fork|clone|exec|uid|gid|sid|ptrace|comm|core|exit) /gm)).toHaveLength(
        EVENTS - 1,
      )
      expect(stdout).not.toContain('more rows')
    })

    test('--help names every option and is 80 to 130 columns wide at the most', async () => {
      const { status, stdout, stderr } = await start('--help', '--json')
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      for (const name of ['seed', 'events', 'limit', 'rcvbuf', 'all', 'json', 'no-color', 'help'])
        expect(stdout).toContain(`--${name} `)
      const widths = stdout.split('\n').map((line) => line.length)
      expect(Math.max(...widths)).toBeLessThanOrEqual(130)
      expect(Math.max(...widths)).toBeGreaterThanOrEqual(80)
    })

    test.each([
      [['--speed'], "Unknown option '--speed'"],
      [['-x'], "Unknown option '-x'"],
      [['now'], "Unexpected argument 'now'"],
      [['--seed'], '--seed'],
      [['--seed', 'x'], '--seed must be a number from 0 to 4294967295, not "x"'],
      [['--seed=-1'], 'not "-1"'],
      [['--seed', '4294967296'], 'not "4294967296"'],
      [['--limit', '0'], '--limit must be a number from 1 up, not "0"'],
      [['--rcvbuf', '1e3'], '--rcvbuf must be a number from 0 to 1073741823, not "1e3"'],
      [['--json=yes'], '--json'],
      [['--events', 'no/such.bin'], 'no/such.bin: ENOENT'],
      [['--events', 'package.json'], 'package.json: the file ends inside datagram 1'],
    ])('%j gets one clear line and exit status 2', async (args, reason) => {
      const { status, stdout, stderr } = await start(...args)
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
      expect(stderr).toMatch(/^kernel-connector demo: [^\n]+\n$/)
      expect(stderr).toContain(reason)
    })

    test.each([
      [0, []],
      [2, [76, 0]],
      [2, [76, 0, 0, 0, 1]],
    ])('a recording of %i datagrams and the bytes %j is refused', async (datagrams, extra) => {
      const { status, stderr } = await start('--events', shortRecording(datagrams, extra))
      expect(status).toBe(2)
      expect(stderr).toContain(datagrams === 0 ? 'there are no events' : 'the file ends inside datagram 3')
    })
  })

  test.each([['--all'], ['--json', '--all'], ['--help']])(
    'a reader that closes early (%s) is no failure',
    async (...args) => {
      const { status, stderr } = await runNode(['dist/cli/kernel-connector.js', 'demo', ...args], { closeAfter: 1 })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    },
  )
})
