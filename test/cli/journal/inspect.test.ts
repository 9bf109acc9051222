// kernel-connector inspect: the state at each call, also inside of others, the list, /proc, and going forth and back.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { plain } from '../../../src/cli/frame/colours.js'
import { OpenedJournal } from '../../../src/cli/journal/opened.js'
import { placeAt } from '../../../src/cli/journal/state.js'
import { Walk } from '../../../src/cli/journal/walk.js'
import { boot } from '../../../src/index.js'
import { checksum } from '../../../src/machine/index.js'
import { encodeConnectorMessage, GFP_KERNEL } from '../../../src/uapi/index.js'
import { makeAround, run } from '../around.js'
import { fileAt, HELLO, journalOf, listener, story } from './journals.js'

const opened = (path: string) => new OpenedJournal(path, makeAround().around)

test('the end: every part of it, in columns', async () => {
  const { status, out, err } = await run(['inspect', journalOf('story.kcj', story)])
  expect([status, err]).toEqual([0, ''])
  expect(out.replace(/state \w{16}/, 'state HASH')).toBe(`After all 16 calls: 0.001500 s, state HASH
before  15  clock_advance(milliseconds 1, nanoseconds 500000) = 0
next        nothing: this is where it ends

Tasks
   PID  TGID  PARENT  UID  GID  NETNS  NAME
  1000  1000       0    0    0      0  listener
  1001  1001       0    0    0      0  asker

Sockets
  1: listener[1000], CONNECTOR, port 1000, group 14
    [#-----------------------] 832 of 212992 bytes, 1 message
    #5 from kernel to group 14, 40 bytes that count 832: id 14:1 seq 71 ack 1 len 4
       28000000 03000000 47000000 00000000 0e000000 01000000 47000000 01000000 04000000 01020304
  2: asker[1001], CONNECTOR, port 1001
    [------------------------] 0 of 212992 bytes, 0 messages

Groups
  NETNS  PROTOCOL   GROUP  MEMBERS, IN THE ORDER OF SERVICE
      0  CONNECTOR     14  socket 1 (port 1000)

Callbacks
  ID                     NAME
  4294967295:4294967295  connector
  1:1                    cn_proc
  14:1                   hello

Timers
  at jiffies 5000

Log
  [    0.000000] hello: the end
`)
})

test('the state before each outermost call is what the kernel was then, in whatever order one looks', () => {
  const hashes: [call: number, hash: string][] = []
  const kernel = boot({ journal: true })
  const told = new Proxy(kernel, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (name === 'spawn' || name === 'printk') hashes.push([kernel.journal.calls, kernel.stateHash()])
        return value.apply(target, args)
      }
    },
  })
  story(told)
  for (let n = 0; n < 20; n++) told.printk(`line ${n}`)
  const journal = opened(fileAt('hashes.kcj', kernel.journal.stop()))
  expect(hashes.length).toBeGreaterThan(20)
  for (const [call, hash] of [...hashes, ...hashes.reverse()])
    expect([call, placeAt(journal, call).stateHash]).toEqual([call, hash])
})

test('before a call that a callback makes, the machine is seen in the middle of the call around it', () => {
  const seen: string[] = []
  const kernel = boot({ journal: true })
  const { socket } = listener(kernel, 'listener', HELLO.idx)
  kernel.cn_add_callback(HELLO, 'hello', ({ seq }) => {
    for (let n = 0; n < 2; n++) {
      seen.push(`${kernel.journal.calls} ${kernel.stateHash()} ${kernel.inspect().sockets[0]?.queue.length}`)
      kernel.cn_netlink_send({ id: HELLO, seq }, 0, GFP_KERNEL)
    }
  })
  for (let seq = 0; seq < 3; seq++) socket.send(encodeConnectorMessage({ id: HELLO, seq }))
  const journal = opened(fileAt('nested.kcj', kernel.journal.stop()))
  const inside = seen.map((text) => Number(text.split(' ')[0]))
  expect(inside).toHaveLength(6)
  for (const at of [...inside, ...inside.reverse()]) {
    const { stateHash, state, inside: around, next } = placeAt(journal, at)
    expect(seen).toContain(`${at} ${stateHash} ${state.sockets[0]?.queue.length}`)
    expect([around?.text.startsWith('send(socket 1,'), next?.text.startsWith('cn_send(')]).toEqual([true, true])
  }
})

test('--at counts from the begin or from the end', async () => {
  const path = journalOf('story.kcj', story)
  const at = async (...args: string[]) => (await run(['inspect', path, ...args])).out.split('\n')[0]
  expect(await at('--at', '0')).toMatch(/^Before call 0 of 16: 0\.000000 s, state \w{16}$/)
  expect(await at('--at', '-1')).toBe(await at('--at', '15'))
  expect(await at('--at=-16')).toBe(await at('--at', '0'))
  expect(await at('--at', '16')).toBe(await at())
  for (const n of ['17', '-17']) {
    const { status, err } = await run(['inspect', path, '--at', n])
    expect([status, err]).toEqual([
      2,
      expect.stringContaining(`--at ${n}: the journal has 16 calls: 0 to 16, or -1 to -16`),
    ])
  }
})

test('--list: numbers, words, what callbacks call further in', async () => {
  const path = journalOf('story.kcj', story)
  const list = async (...args: string[]) => (await run(['inspect', path, '--list', ...args])).out.trimEnd().split('\n')
  const all = await list()
  expect(all).toHaveLength(16)
  expect(all.slice(8, 10).map((line) => line.replace(/0x\w+/, 'REF'))).toEqual([
    ' 8  send(sock REF, length 36, flags 0) = 36',
    ' 9    cn_send(idx 14, val 1, length 4, portid 0, group 0, gfp 3264) = 0',
  ])
  expect(await list('-3')).toEqual(all.slice(-3))
  expect(await list('2:5')).toEqual(all.slice(2, 5))
  expect(await list(':-14')).toEqual(all.slice(0, 2))
  expect(JSON.parse((await list('9:10', '--json'))[0] ?? '')).toEqual({
    call: 9,
    outermost: 8,
    text: all[9]?.trim().slice(3).trim(),
  })
  // The range is no operand, and the journal no range.
  expect((await run(['inspect', '--list', path])).out.trimEnd().split('\n')).toEqual(all)
})

test('--json: everything, bytes as hex, 64 bits as digits', async () => {
  const { out } = await run(['inspect', journalOf('story.kcj', story), '--json', '--at', '12'])
  const place = JSON.parse(out)
  expect(place).toMatchObject({ at: 12, calls: 16, inside: null, before: { call: 10 }, next: { call: 12 } })
  expect(place.state.time).toBe('0')
  expect(place.state.sockets[0].queue.map(({ data }: { data: string }) => data.slice(0, 16))).toEqual([
    '2800000003000000',
    '2800000003000000',
  ])
  expect(Object.keys(place.proc)).toEqual([
    '/proc/net/netlink',
    '/proc/net/connector',
    '/proc/net/protocols',
    '/proc/modules',
  ])
})

test('--proc prints the files of /proc as they were', async () => {
  let file = ''
  const path = journalOf('proc.kcj', (kernel) => {
    story(kernel)
    file = kernel.procfs.read('/proc/net/netlink')
  })
  const { out } = await run(['inspect', path, '--proc'])
  expect(out).toContain(`\n/proc/net/netlink\n${file.trimEnd()}\n`)
  expect(out).toContain('\n/proc/modules\n(empty)\n')
  expect(out).not.toContain('\nSockets\n')
})

test('a full queue: a few messages unless all are wanted; drops, congestion', async () => {
  const path = journalOf('full.kcj', (kernel) => {
    listener(kernel, 'slow', HELLO.idx)
    kernel.cn_add_callback(HELLO, 'hello', () => {})
    for (let seq = 0; seq < 300; seq++)
      kernel.cn_netlink_send({ id: HELLO, seq, data: new Uint8Array(64) }, 0, GFP_KERNEL)
  })
  const { out } = await run(['inspect', path])
  expect(out).toContain(
    '[########################] 212992 of 212992 bytes, 256 messages, 44 drops, congested, ENOBUFS pending\n',
  )
  expect(out).toContain('    and 251 more messages (--all shows them)\n')
  expect(out).toMatch(/ \(and 52 more\)\n/)
  const { out: all } = await run(['inspect', path, '--all'])
  expect(all.match(/^ {4}#/gm)).toHaveLength(256)
  expect(all).not.toContain('more')
})

test('where the replay goes another way before, what there is up to there is shown: status 1', async () => {
  const path = journalOf('story.kcj', story)
  const words = new Uint32Array(new Uint8Array(readFileSync(path)).buffer)
  // The last call's result, the last word of the section of records.
  const end = words.length - 9
  const from = words.findIndex((_, at) => words[at] === 3 && words[at + 1] === 1 && at + 3 + words[at + 2]! + 2 === end)
  words[end - 3] = 5
  words.set(checksum(words, from, end - 2), end - 2)
  const { status, out, err } = await run(['inspect', fileAt('differs.kcj', new Uint8Array(words.buffer))])
  expect([status, err]).toEqual([
    1,
    expect.stringMatching(/: the end cannot be reached: the replay goes another way at call 15: /),
  ])
  expect(out).toMatch(/^Before call 15 of 16: /)
})

describe('bad usage', () => {
  test.each([
    [['a', '--at', 'x'], '--at must be the number of a call'],
    [['a', '--at', '1.5'], '--at must be the number of a call'],
    [['a', '--list', '1:2', '--at', '1'], '--list takes its own numbers'],
    [['a', '--list=x'], '--list takes numbers of calls as FROM or FROM:TO'],
    [['a', '--list', '--proc'], '--list and --proc: one of them'],
    [['a', '-i', '--json'], '--interactive and --json: one of them'],
    [['a', '-i'], '--interactive needs a terminal'],
  ])('%j', async (args, said) => {
    const { status, out, err } = await run(['inspect', ...args])
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(/^kernel-connector inspect: [^\n]+\n$/)
    expect(err).toContain(said)
  })
})

describe('going forth and back', () => {
  const walkAt = (at: number) => new Walk(opened(journalOf('story.kcj', story)), at, { paint: plain, all: false })

  test('n and p go over what callbacks call, g into it, and from the ends nobody falls', () => {
    const walk = walkAt(8)
    const places = ['n', '', 'p', 'p', 'p', 'g 9', 'p', 'g -1', 'n', 'n', 'g 0', 'p'].map((key) => {
      walk.enter(key)
      return walk.at
    })
    expect(places).toEqual([10, 12, 10, 8, 7, 9, 8, 15, 16, 16, 0, 0])
    expect(walk.prompt).toBe('0/16> ')
  })

  test('each step shows the state there; what stays where it is says so', () => {
    const walk = walkAt(15)
    expect(walk.enter('n')?.[0]).toMatch(/^After all 16 calls/)
    expect(walk.enter('n')).toEqual(['this is the end'])
    expect(walk.enter('g 3')?.[0]).toMatch(/^Before call 3 of 16/)
    expect(walk.enter('g 3')).toEqual(['this is where we are'])
    expect(walk.enter('g 17')).toEqual(['g takes the number of a call, 0 to 16, or from the end with a minus'])
    expect(walk.enter('g')).toHaveLength(1)
    expect(walk.enter('l')?.filter((line) => line.startsWith('>'))).toEqual([expect.stringContaining(' 3  socket(')])
    expect(walk.enter('x')).toEqual([expect.stringContaining('q quit')])
    expect(walk.enter('q')).toBeNull()
  })
})
