// Live events. A machine stands in for the Linux below: its tasks look the same from here. Where the Linux below may be listened to,
// it is.
import { expect, test } from 'vitest'
import { ProcListener } from '../../src/cli/proc/listener.js'
import { live } from '../../src/cli/proc/live.js'
import type { Heard } from '../../src/cli/proc/source.js'
import { HostUnavailableError } from '../../src/host/index.js'
import { boot, type Task } from '../../src/index.js'
import { PROC_EVENT_NONE } from '../../src/uapi/index.js'
import { SystemError } from '../../src/user/index.js'
import { run } from './around.js'

const FOREVER = { seconds: undefined, rcvbuf: undefined }
const kinds = (heard: readonly Heard[]) => heard.map((one) => (one.type === 'event' ? one.event.what : one.type))

test('an interrupt ends it, takes the request back and closes the socket', async () => {
  const kernel = boot()
  let interrupt = () => {}
  let forgotten = 0
  const onInterrupt = (listener: () => void) => {
    interrupt = listener
    return () => forgotten++
  }
  const task = kernel.spawn()
  const other = kernel.spawn()
  const all: Heard[] = []
  for await (const { heard } of live(FOREVER, { onInterrupt }, () => task).batches) {
    all.push(...heard)
    if (all.length === 1) other.fork().exit()
    if (all.length >= 3) interrupt()
  }
  expect(kinds(all)).toEqual([PROC_EVENT_NONE, 1, 0x80000000])
  expect(forgotten).toBe(1)
  expect(kernel.procfs.read('/proc/net/netlink').trimEnd().split('\n')).toHaveLength(2)
  // cn_proc counts who listens: when all have taken their requests back, a member of the group hears nothing.
  const member = new ProcListener(kernel.spawn())
  other.fork().exit()
  expect([...member.heard()]).toEqual([])
})

test('who has seen enough leaves, and nothing stays behind', async () => {
  const kernel = boot()
  for await (const _ of live(FOREVER, {}, () => kernel.spawn()).batches) break
  expect(kernel.procfs.read('/proc/net/netlink').trimEnd().split('\n')).toHaveLength(2)
})

test('it ends after its seconds', async () => {
  const all: Heard[] = []
  const kernel = boot()
  for await (const { heard } of live({ ...FOREVER, seconds: 0.01 }, {}, () => kernel.spawn()).batches)
    all.push(...heard)
  expect(kinds(all)).toEqual([PROC_EVENT_NONE])
})

test('an overrun is told once, before what is still queued', async () => {
  const kernel = boot()
  const task = kernel.spawn()
  const other = kernel.spawn()
  const batches: (readonly Heard[])[] = []
  for await (const { heard } of live({ ...FOREVER, rcvbuf: 5000 }, {}, () => task).batches) {
    batches.push(heard)
    if (batches.length === 2) break
    for (let i = 0; i < 50; i++) other.fork().exit()
  }
  const [, second = []] = batches
  expect(second[0]).toEqual({ type: 'overrun' })
  expect(second.filter(({ type }) => type === 'overrun')).toHaveLength(1)
  expect(second.length).toBeGreaterThan(1)
})

test.each([
  [
    new HostUnavailableError('koffi-missing', 'the package koffi is not installed (npm install koffi)'),
    'npm install koffi',
  ],
  [new SystemError(-1, 'bind'), 'root only, or to who has CAP_NET_ADMIN (EPERM'],
  [new SystemError(-93, 'socket'), 'no connector (CONFIG_CONNECTOR)'],
  [new SystemError(-24, 'socket'), 'the kernel refuses'],
])('%s is explained in a sentence', (error, said) => {
  const refuse = (): Task => {
    throw error
  }
  expect(() => live(FOREVER, {}, refuse)).toThrow(expect.objectContaining({ name: 'InputError' }))
  expect(() => live(FOREVER, {}, refuse)).toThrow(said)
})

test('another network namespace has no connector, and that is said', async () => {
  const task = boot().spawn({ netns: 'other' })
  await expect(
    live(FOREVER, {}, () => task)
      .batches[Symbol.asyncIterator]()
      .next(),
  ).rejects.toThrow('network namespace')
})

test('proc --host lists events of this computer, or says in one line why it cannot', async () => {
  const { status, out, err } = await run(['proc', '--host', '--seconds', '0.2', '--summary', '--json'])
  if (status === 2) {
    expect([out, err]).toEqual([
      '',
      expect.stringMatching(/^kernel-connector proc: cannot listen on this computer: [^\n]+\n$/),
    ])
  } else {
    const last = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')
    expect([status, err, last.kind]).toEqual([Number(last.lost + last.overruns > 0), '', 'summary'])
  }
})
