// kernel-connector proc: simulated events and files, as a table and as JSON; filters, limits, losses, bad input.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PcapngWriter } from '../../src/capture/index.js'
import { KINDS } from '../../src/cli/proc/kinds.js'
import { readRecords } from '../../src/cli/proc/records.js'
import { NETLINK_CONNECTOR, NETLINK_ROUTE } from '../../src/uapi/index.js'
import { readBytes } from '../support/files.js'
import { run } from './around.js'

/** A line of --json. */
interface Line {
  readonly kind: string
  readonly [field: string]: unknown
}

const lines = (out: string): string[] => out.split('\n').slice(0, -1)
const proc = (...args: string[]) => run(['proc', ...args])
async function json(...args: string[]): Promise<Line[]> {
  const { out, err } = await proc(...args, '--json')
  expect(err).toBe('')
  return lines(out).map((line) => JSON.parse(line) as Line)
}

const RECORDING = readBytes('test/data/proc-events.bin')
const DATAGRAMS = readRecords(RECORDING)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proc-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

function recording(name: string, datagrams: readonly Uint8Array[]): string {
  const parts = datagrams.flatMap((datagram) => {
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, datagram.length, true)
    return [length, datagram]
  })
  return save(name, new Uint8Array(Buffer.concat(parts)))
}

function capture(name: string, datagrams: readonly Uint8Array[]): string {
  const writer = new PcapngWriter()
  writer.packet({ time: 1n, protocol: NETLINK_ROUTE, data: new Uint8Array(20) })
  datagrams.forEach((data, i) => {
    writer.packet({ time: BigInt(i), protocol: NETLINK_CONNECTOR, data })
  })
  return save(name, writer.bytes())
}

describe('the simulation', () => {
  test('is what happens without a FILE, for ten seconds, in order, without a loss', async () => {
    const { status, out, err } = await proc()
    expect([status, err]).toEqual([0, ''])
    const [head = '', ...rows] = lines(out)
    expect(head).toMatch(/^ +Time Event +PID Info +Duration Process$/)
    const times = rows.map((row) => Number(row.slice(0, 10)))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.at(-1)).toBeGreaterThan(9)
    expect(times.at(-1)).toBeLessThanOrEqual(10)
    for (const row of rows) expect(row).toMatch(/^ +\d+\.\d{6} [a-z]+ +\d+ /)
  })

  test('knows who executes what', async () => {
    const { out } = await proc('--event', 'exec', '--count', '3')
    expect(lines(out).slice(1)).toEqual(
      ['bash', 'sshd', 'make'].map((name) => expect.stringMatching(new RegExp(`exec +\\d+ +init -> ${name}$`))),
    )
  })

  test('is the same for the same seed, another for another', async () => {
    const [first, again, explicit, other] = await Promise.all([
      proc('-n', '300'),
      proc('-n', '300', '--seed', '0'),
      proc('-n', '300', '--simulate'),
      proc('-n', '300', '--seed', '1'),
    ])
    expect(again).toEqual(first)
    expect(explicit).toEqual(first)
    expect(other.out).not.toBe(first.out)
    expect(lines(first.out)).toHaveLength(301)
  })

  test('has more to tell under more load', async () => {
    const [some, more] = await Promise.all([json('-s', '2'), json('-s', '2', '--load', '200')])
    expect(more.length).toBeGreaterThan(3 * some.length)
  })

  test('stops after so many seconds of virtual time', async () => {
    const [one, ten] = await Promise.all([json('--seconds', '1.5'), json()])
    expect(one).toEqual(ten.slice(0, one.length))
    const after = ten[one.length]
    expect(one.at(-1)?.time).toBeLessThanOrEqual(1.5)
    expect(after?.time).toBeGreaterThan(1.5)
  })

  test('shows only the kinds that are asked for, counted after the filter', async () => {
    const events = await json('-e', 'fork, exit', '--count', '25')
    expect(events).toHaveLength(25)
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['fork', 'exit']))
    // Who is not shown is known all the same.
    expect(events.some(({ process }) => process === '-bash')).toBe(true)
    expect(await json('-e', 'ack', '-s', '1')).toHaveLength(2)
  })

  test.each(KINDS)('has events of the kind %s', async (kind) => {
    expect(await json('-e', kind, '-s', '30', '-n', '1')).toMatchObject([{ kind }])
  })

  test('makes no events of another kind', async () => {
    const events = await json('-s', '30', '-e', KINDS.join(','))
    expect(events.length).toBeGreaterThan(1000)
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(KINDS))
  })
})

describe('as JSON', () => {
  test('an event has its row, its numbers, and what it says', async () => {
    const [fork] = await json('-n', '1')
    expect(fork).toEqual({
      kind: 'fork',
      time: 0,
      pid: 1001,
      process: 'init',
      info: 'child 1002',
      cpu: expect.any(Number),
      seq: expect.any(Number),
      timestamp_ns: '0',
      event_data: { fork: { parent_pid: 1001, parent_tgid: 1001, child_pid: 1002, child_tgid: 1002 } },
    })
    const [comm] = await json('-e', 'comm', '-n', '1')
    expect(comm).toMatchObject({ kind: 'comm', event_data: { comm: { comm: expect.stringMatching(/^[-\w/]+$/) } } })
    const [exit] = await json('-e', 'exit', '-n', '1')
    expect(exit?.duration).toBeGreaterThan(0)
  })

  test('the summary counts what was shown', async () => {
    const all = await json('-e', 'exec,core', '-s', '5', '--summary')
    const shown = all.slice(0, -1)
    const count = (kind: string) => shown.filter((line) => line.kind === kind).length
    expect(all.at(-1)).toEqual({
      kind: 'summary',
      events: shown.length,
      kinds: { exec: count('exec'), core: count('core') },
      overruns: 0,
      lost: 0,
      lostByCpu: {},
    })
    expect(count('core')).toBeGreaterThan(0)
  })
})

describe('losses', () => {
  const slow = ['--lag', '500', '--load', '100', '-s', '5']

  test('of a slow listener are told where they show, and counted: status 1', async () => {
    const { status, out } = await proc(...slow, '--summary')
    expect(status).toBe(1)
    expect(out).toContain('\n*** ENOBUFS: the receive buffer was full, events are lost\n')
    expect(out).toMatch(/\n\*\*\* \d+ events of CPU [01] missing before the next row\n/)
    const gaps = [...out.matchAll(/\*\*\* (\d+) events? of CPU/g)].reduce((sum, [, n]) => sum + Number(n), 0)
    expect(lines(out).at(-1)).toMatch(
      new RegExp(`^${gaps} events lost by the numbers \\(CPU 0: \\d+, CPU 1: \\d+\\), \\d+ overruns$`),
    )
  })

  test('and what was seen are what a faster listener sees', async () => {
    const [some, all] = await Promise.all([json(...slow, '--summary'), json('--load', '100', '-s', '5')])
    const { events, overruns, lost } = some.at(-1) as Line & Record<'events' | 'overruns' | 'lost', number>
    expect(overruns).toBe(some.filter(({ kind }) => kind === 'overrun').length)
    expect(overruns).toBeGreaterThan(0)
    const missing = some.filter(({ kind }) => kind === 'gap').reduce((sum, gap) => sum + Number(gap.missing), 0)
    expect(missing).toBe(lost)
    // Losses behind the last message of a CPU have no number that shows them.
    expect(events + lost).toBeLessThanOrEqual(all.length)
    expect(events + lost).toBeGreaterThan(all.length * 0.9)
    const keys = new Set(all.map(({ cpu, seq }) => `${cpu} ${seq}`))
    const seen = some.filter(({ kind }) => !['overrun', 'gap', 'summary'].includes(kind))
    expect(seen.every(({ cpu, seq }) => keys.has(`${cpu} ${seq}`))).toBe(true)
  })

  test('a larger receive buffer has none, a smaller one more', async () => {
    const lost = async (...args: string[]) => Number((await json(...slow, '--summary', ...args)).at(-1)?.lost)
    const [large, usual, small] = await Promise.all([lost('--rcvbuf', '1000000'), lost(), lost('--rcvbuf', '20000')])
    expect(large).toBe(0)
    expect(usual).toBeGreaterThan(0)
    expect(small).toBeGreaterThan(usual)
  })

  test('in a file are gaps of each CPU', async () => {
    const holes = DATAGRAMS.slice(0, 400).filter((_, i) => i < 100 || i >= 150)
    const all = await json(recording('holes.bin', holes), '--summary')
    const gaps = all.filter(({ kind }) => kind === 'gap')
    expect(gaps.map(({ cpu }) => cpu).sort()).toEqual([0, 1])
    expect(gaps.reduce((sum, { missing }) => sum + Number(missing), 0)).toBe(50)
    expect(all.at(-1)).toMatchObject({ kind: 'summary', events: 349, lost: 50, overruns: 0 })
    expect((await proc(join(folder, 'holes.bin'))).status).toBe(1)
  })
})

describe('a file', () => {
  test('that is a recording is read to its end', async () => {
    const { status, out } = await proc('test/data/proc-events.bin', '--summary')
    expect(status).toBe(0)
    const all = lines(out)
    expect(all).toHaveLength(1 + 27062 + 3)
    expect(all[1]).toMatch(/^ +0\.000628 fork +22831 child 22872 +\?$/)
    expect(all.slice(-2)).toEqual([
      '27062 events: exit 9576, fork 8443, exec 4658, clone 1144, uid 1080, gid 720, comm 637, core 396, ptrace 288, sid 120',
      'nothing lost',
    ])
  })

  test('that is a capture says the same, and other protocols in it nothing', async () => {
    const datagrams = DATAGRAMS.slice(0, 500)
    const paths = [recording('short.bin', datagrams), capture('short.pcapng', datagrams)]
    const [first, second] = await Promise.all(paths.map((path) => proc(path, '--summary')))
    expect(second).toEqual(first)
    expect(first?.status).toBe(0)
    expect(lines(first?.out ?? '')).toHaveLength(1 + 499 + 3)
  })

  test('is shown up to a time or a number', async () => {
    const path = recording('times.bin', DATAGRAMS.slice(0, 2000))
    const events = await json(path, '-s', '0.05')
    expect(events.length).toBeGreaterThan(100)
    expect(events.length).toBeLessThan(1999)
    expect(await json(path, '-n', '5')).toEqual(events.slice(0, 5))
    expect(await json(path)).toHaveLength(1999)
  })

  test('is meant from where the user is', async () => {
    recording('here.bin', DATAGRAMS.slice(0, 3))
    const env = { npm_lifecycle_event: 'start', npm_package_name: 'kernel-connector', INIT_CWD: folder }
    expect((await run(['proc', 'here.bin'], { env })).status).toBe(0)
    expect((await run(['proc', 'here.bin'])).status).toBe(2)
  })

  test.each([
    ['nothing', new Uint8Array(0), 'there are no process events in'],
    ['half a length', RECORDING.slice(0, 82), 'the file ends inside the record at byte 80'],
    ['half a datagram', RECORDING.slice(0, 170), 'the file ends inside the record at byte 160'],
    ['text', new TextEncoder().encode('{"name":"text"}\n'), 'the file ends inside the record at byte 0'],
    ['records of zeros', new Uint8Array(64), 'of 16 connector messages none is one'],
    ['half a capture', Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0), 'cannot read'],
    ['half a pcapng', Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a, 28, 0), 'cannot read'],
  ])('with %s in it is refused in one line', async (name, bytes, said) => {
    const path = save(`${name}.bin`, bytes)
    const { status, out, err } = await proc(path)
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(/^kernel-connector proc: [^\n]+\n$/)
    expect(err).toContain(said)
    expect(err).toContain(path)
  })

  test('that is not there, or a folder, is refused', async () => {
    expect(await proc('/no/such.pcap')).toMatchObject({
      status: 2,
      err: expect.stringContaining('/no/such.pcap: ENOENT'),
    })
    expect(await proc(folder)).toMatchObject({ status: 2, err: expect.stringContaining('EISDIR') })
  })
})

describe('bad usage', () => {
  test.each([
    [['a.pcap', 'b.pcap'], 'one FILE at a time, not also "b.pcap"'],
    [['a.pcap', '--host'], 'FILE, --host and --simulate: one of them'],
    [['--simulate', '--host'], 'one of them'],
    [['a.pcap', '--simulate'], 'one of them'],
    [['a.pcap', '--seed', '1'], '--seed is for the simulation only'],
    [['--host', '--lag', '1'], '--lag is for the simulation only'],
    [['--host', '--load', '1'], '--load is for the simulation only'],
    [['a.pcap', '--rcvbuf', '1'], '--rcvbuf is for a socket'],
    [['-e', 'fork,frok'], 'unknown kind of event "frok"; there are fork, clone, exec'],
    [['-e', ''], 'unknown kind of event ""'],
    [['--count', '0'], '--count must be a number from 1 up, not "0"'],
    [['--seconds', '0'], '--seconds must be a number above 0'],
    [['--seconds', 'soon'], '--seconds must be a number above 0'],
    [['--seed', '4294967296'], '--seed must be a number from 0 to 4294967295'],
    [['--load', '0'], '--load must be a number from 1'],
    [['--lag', '-1'], '--lag'],
    [['--rcvbuf', '2147483648'], '--rcvbuf must be a number from 0'],
    [['--json=yes'], '--json'],
  ])('%j is one line and status 2', async (args, said) => {
    const { status, out, err } = await proc(...args)
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(/^kernel-connector proc: [^\n]+ \(--help tells more\)\n$/)
    expect(err).toContain(said)
  })
})

describe('on a terminal', () => {
  test('the table has colours, unless somebody said no', async () => {
    const args = ['proc', '-n', '3', '--summary']
    const coloured = await run(args, { terminals: [true, false] })
    expect(coloured.out).toContain('\x1b[32mnothing lost\x1b[0m')
    expect((await run(args, { terminals: [true, false], env: { NO_COLOR: '1' } })).out).not.toContain('\x1b')
    expect((await run([...args, '--no-color'], { terminals: [true, false] })).out).not.toContain('\x1b')
  })

  test('progress is shown while the table goes elsewhere, and wiped', async () => {
    const { err } = await run(['proc', 'test/data/proc-events.bin'], { terminals: [false, true] })
    const [first = ''] = err.split('\x1b[K')
    expect(first).toMatch(/^\r\d+ events, \d+ %$/)
    expect(err.endsWith('\r\x1b[K')).toBe(true)
    expect((await run(['proc', '-n', '30'], { terminals: [true, true] })).err).toBe('')
  })
})
