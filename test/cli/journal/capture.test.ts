// kernel-connector capture: the same packets as a capture of the kernel itself, and the trace with the numbers of the calls.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Kernel } from '../../../src/api.js'
import { Capture, readCapture } from '../../../src/capture/index.js'
import { boot } from '../../../src/index.js'
import { encodeConnectorMessage, NETLINK_CONNECTOR } from '../../../src/uapi/index.js'
import { run } from '../around.js'
import { fileAt, HELLO, journalOf, listener, story } from './journals.js'

/** Messages of all kinds, a fault rule that comes and goes, and a rewind. */
function eventful(kernel: Kernel): void {
  story(kernel)
  const { socket, task } = listener(kernel, 'late', HELLO.idx)
  const snapshot = kernel.snapshot()
  const rule = kernel.faults.add({ action: 'drop', when: { group: HELLO.idx }, times: 1 })
  const { socket: asker } = listener(kernel, 'another')
  for (let seq = 0; seq < 4; seq++) asker.send(encodeConnectorMessage({ id: HELLO, seq }))
  rule.remove()
  asker.send(encodeConnectorMessage({ id: HELLO, seq: 9 }))
  kernel.rewind(snapshot)
  task.fork().exit()
  socket.send(encodeConnectorMessage({ id: HELLO, seq: 5 }))
  socket.recv(new Uint8Array(64))
}

test('the packets are those that a capture of the kernel itself has, and name their calls', async () => {
  const kernel = boot({ journal: true })
  const capture = new Capture(kernel)
  eventful(kernel)
  capture[Symbol.dispose]()
  const path = fileAt('eventful.kcj', kernel.journal.stop())
  const output = fileAt('eventful.pcapng')
  const { status, out, err } = await run(['capture', path, '-o', output])
  const packets = readCapture(new Uint8Array(readFileSync(output)))
  expect([status, out]).toEqual([0, ''])
  expect(err).toMatch(new RegExp(`^${output}: ${packets.length} messages of \\d+ calls\n$`))
  const expected = readCapture(capture.bytes())
  expect(expected.length).toBeGreaterThan(10)
  expect(packets.map(({ comments, ...packet }) => ({ ...packet, comments: comments.slice(0, -1) }))).toEqual(expected)
  for (const { comments } of packets) expect(comments.at(-1)).toMatch(/^call \d+ of the journal$/)
  expect(packets.every(({ protocol }) => protocol === NETLINK_CONNECTOR)).toBe(true)
  expect(packets.some(({ comments }) => comments.join().includes('dropped by a fault rule'))).toBe(true)
})

test('who was captured while it was recorded changes nothing', async () => {
  const kernel = boot({ journal: true })
  const tap = kernel.tap(() => {})
  eventful(kernel)
  tap.remove()
  const path = fileAt('tapped.kcj', kernel.journal.stop())
  const { out } = await run(['capture', path, '--trace'])
  expect((await run(['capture', journalOf('plain.kcj', eventful), '--trace'])).out).toBe(out)
})

test('-o - is the file on stdout', async () => {
  const path = journalOf('story.kcj', story)
  const { out, err } = await run(['capture', path, '-o', '-'])
  expect(readCapture(new Uint8Array(Buffer.from(out, 'latin1')))).toHaveLength(4)
  expect(err).toBe('stdout: 4 messages of 16 calls\n')
})

test('the trace: a line for each message and each receive, each with its call', async () => {
  const { status, out, err } = await run(['capture', journalOf('story.kcj', story), '--trace'])
  expect([status, err]).toEqual([0, ''])
  const [head = '', ...lines] = out.trimEnd().split('\n')
  expect(head.trim().split(/\s+/)).toEqual([
    'CALL',
    'TIME',
    'NUMBER',
    'EVENT',
    'PROTOCOL',
    'FROM',
    'TO',
    'LENGTH',
    'RESULT',
    'VERDICTS',
    'CONNECTOR',
  ])
  expect(lines.map((line) => line.trim().split(/\s+/).slice(0, 6))).toEqual([
    ['8', '0.000000', '2', 'send', 'CONNECTOR', 'asker[1001]:1001'],
    ['9', '0.000000', '3', 'send', 'CONNECTOR', 'kernel'],
    ['10', '0.000000', '4', 'send', 'CONNECTOR', 'asker[1001]:1001'],
    ['11', '0.000000', '5', 'send', 'CONNECTOR', 'kernel'],
    ['12', '0.000000', '3', 'recv', 'CONNECTOR', 'kernel'],
  ])
  // The help names every column.
  const { out: help } = await run(['capture', '--help'])
  for (const column of head.trim().split(/\s+/)) expect(help).toMatch(new RegExp(`^  ${column} {2,}`, 'm'))
})

test.each([
  [['a'], '-o FILE or --trace: one of them'],
  [['a', '--trace', '-o', 'b'], '-o FILE or --trace: one of them'],
  [[journalOf('x.kcj', story), '-o', '/nowhere/b'], 'cannot write /nowhere/b: ENOENT'],
])('%j', async (args, said) => {
  const { status, err } = await run(['capture', ...args])
  expect([status, err]).toEqual([2, expect.stringContaining(said)])
})
