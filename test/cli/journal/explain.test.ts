// kernel-connector explain: every call that sends, of every kind, is explained as it then happened.
import { describe, expect, test } from 'vitest'
import type { Kernel } from '../../../src/api.js'
import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  encodeConnectorMessage,
  encodeProcInput,
  GFP_ATOMIC,
  GFP_KERNEL,
  NETLINK_USERSOCK,
  PF_NETLINK,
  PROC_CN_MCAST_LISTEN,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_SOCKET,
} from '../../../src/uapi/index.js'
import { run } from '../around.js'
import { HELLO, journalOf, listener, story } from './journals.js'

const UNIT = 17
const LONG = 40_000

function attempt(call: () => unknown): void {
  try {
    call()
  } catch {
    // An errno is an answer, too.
  }
}

/** Every way to send, to who is there and to who is not, with room and without. */
function everyWay(kernel: Kernel): void {
  kernel.cn_add_callback(HELLO, 'hello', ({ seq }) => {
    kernel.cn_netlink_send({ id: HELLO, seq }, 0, GFP_ATOMIC)
  })
  const ksock = kernel.netlink_kernel_create(UNIT, { groups: 32, input: () => {} })
  const mute = kernel.netlink_kernel_create(UNIT + 1, { groups: 32 })
  const { socket: heard } = listener(kernel, 'listener', HELLO.idx)
  heard.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 2400)
  // The first one may be of any size.
  kernel.cn_netlink_send({ id: HELLO, data: new Uint8Array(LONG) }, 0, GFP_KERNEL)
  heard.recv(new Uint8Array(1))
  const task = kernel.spawn({ comm: 'sender' })
  const open = (protocol: number) => task.socket(PF_NETLINK, SOCK_DGRAM, protocol)
  const [connector, user, raw] = [open(11), open(NETLINK_USERSOCK), open(UNIT)]
  user.bind({ nl_pid: 5, nl_groups: 1 })
  raw.bind({ nl_pid: 6, nl_groups: 2 })
  for (const [idx, val] of [
    [14, 1],
    [14, 2],
    [9, 9],
  ] as const) {
    attempt(() => connector.send(encodeConnectorMessage({ id: { idx, val } })))
    attempt(() => connector.send(encodeConnectorMessage({ id: { idx, val }, len: 99 })))
    kernel.cn_netlink_send({ id: { idx, val } }, 0, GFP_KERNEL)
    kernel.cn_netlink_send({ id: { idx, val }, data: new Uint8Array(LONG) }, 0, GFP_KERNEL)
    kernel.cn_netlink_send({ id: { idx, val } }, 1000, 0, GFP_KERNEL)
    kernel.cn_netlink_send({ id: { idx, val } }, 0, 3, GFP_KERNEL)
  }
  const nobody = kernel.spawn({ uid: 1000, comm: 'guest' }).socket(PF_NETLINK, SOCK_DGRAM, 11)
  for (const bytes of [10, LONG]) {
    for (const to of [
      { nl_pid: 5 },
      { nl_pid: 99 },
      { nl_groups: 1 },
      { nl_groups: 8 },
      { nl_pid: 5, nl_groups: 1 },
      null,
    ]) {
      for (const socket of [user, connector, raw, nobody]) attempt(() => socket.sendto(new Uint8Array(bytes), 0, to))
    }
    for (const sender of [ksock, mute]) {
      if (sender === null) throw new Error('no kernel socket')
      for (const portid of [6, 7]) {
        kernel.netlink_unicast(sender, new Uint8Array(bytes), portid, true)
        kernel.netlink_broadcast(sender, new Uint8Array(bytes), portid, 2, GFP_KERNEL)
        for (const report of [true, false])
          for (const group of [0, 2])
            kernel.nlmsg_notify(sender, new Uint8Array(bytes), portid, group, report, GFP_KERNEL)
      }
      kernel.netlink_broadcast(sender, new Uint8Array(bytes), 0, 4, GFP_KERNEL)
    }
  }
  attempt(() => user.send(new Uint8Array(300_000)))
  attempt(() => user.send(new Uint8Array(0)))
  for (const nl_pid of [5, 99]) {
    user.connect({ nl_pid })
    user.reserve(10)
    attempt(() => user.commit())
  }
  task.fork().exit()
  connector.send(
    encodeConnectorMessage({
      id: { idx: CN_IDX_PROC, val: CN_VAL_PROC },
      data: encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN }),
    }),
  )
  listener(kernel, 'events', CN_IDX_PROC)
  const child = task.fork()
  child.setsid()
  child.setcomm('other')
  child.setresuid(5, 5, 5)
  child.exit(3)
}

const explained = async (path: string, call: number, ...args: string[]) => {
  const { status, out, err } = await run(['explain', path, '--at', String(call), '--json', ...args])
  return { status, err, answer: out === '' ? undefined : JSON.parse(out) }
}

test('whatever way a message is sent, the explanation agrees with what became of it', async () => {
  const path = journalOf('every-way.kcj', everyWay)
  const calls = (await run(['inspect', path, '--list', '--json'])).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const kinds = new Map<string, Set<boolean>>()
  for (const { call, text } of calls as { call: number; text: string }[]) {
    const { status, err, answer } = await explained(path, call)
    if (answer === undefined) {
      expect(err, text).toMatch(/^kernel-connector explain: call \d+ sends nothing: /)
      continue
    }
    // What the connector throws away because of its lengths, or because nobody has the id, it has taken.
    const thrownAway = answer.steps.some((step: string) =>
      /The connector drops it|No callback is registered/.test(step),
    )
    const deliveries: { verdict: string }[] = answer.message?.deliveries ?? []
    const got = deliveries.some(({ verdict }) => verdict === 'queued' || (verdict === 'handled' && !thrownAway))
    const told = `${text}: ${answer.sentence} ${JSON.stringify(answer.message)}`
    expect([told, answer.reaches]).toEqual([told, got])
    expect(status).toBe(answer.reaches ? 0 : 1)
    expect(answer.steps).toContain(answer.sentence)
    const name = answer.text.slice(0, answer.text.indexOf('('))
    kinds.set(name, (kinds.get(name) ?? new Set()).add(answer.reaches))
  }
  const both = [...kinds].filter(([, answers]) => answers.size === 2).map(([name]) => name)
  expect(both.sort()).toEqual([
    'cn_commit',
    'cn_send',
    'ksock_broadcast',
    'ksock_notify',
    'ksock_unicast',
    'send',
    'send_commit',
    // The debug build has copies of what is built in place, and sends these.
    ...(process.env.KERNEL_BUILD === 'debug' ? [] : ['send_reserved']),
    'sendmsg',
    'task_exit',
    'task_fork',
  ])
  for (const name of ['task_setsid', 'task_setcomm', 'task_setresuid']) expect(kinds.get(name)).toEqual(new Set([true]))
})

test('the text: the call, one sentence, what became of it; with --steps the decisions', async () => {
  const path = journalOf('story.kcj', story)
  const { status, out, err } = await run(['explain', path, '--at', '9'])
  expect([status, err]).toEqual([0, ''])
  expect(out).toBe(`call 9: cn_send(idx 14, val 1, length 4, portid 0, group 0, gfp 3264) = 0
It comes into the queue of socket 1 (listener, pid 1000, port 1000).
In the journal: from the kernel; to group 14; delivered to port 1000; result: 0.
`)
  expect((await run(['explain', path, '--at', '9', '--steps'])).out).toContain('\n- Group 14 has 1 member.\nIt comes')
})

test('a loss inside of a call is explained by the state in the middle of that call', async () => {
  const path = journalOf('burst.kcj', (kernel) => {
    kernel.cn_add_callback(HELLO, 'hello', () => {})
    listener(kernel, 'slow', HELLO.idx)
    const timer = kernel.timer_setup(() => {
      for (let seq = 0; seq < 300; seq++)
        kernel.cn_netlink_send({ id: HELLO, seq, data: new Uint8Array(64) }, 0, GFP_ATOMIC)
    })
    kernel.mod_timer(timer, 10)
    kernel.clock.advance(20)
  })
  const trace = (await run(['capture', path, '--trace'])).out.split('\n')
  const calls = ['no-room', 'congested'].map((word) =>
    Number(
      trace
        .find((line) => line.includes(word))
        ?.trim()
        .split(' ')[0],
    ),
  )
  const answers = await Promise.all(calls.map((call) => explained(path, call)))
  expect(answers.map(({ status, answer }) => [status, answer.reason])).toEqual([
    [1, 'full'],
    [1, 'congested'],
  ])
  expect(answers[0]?.answer.sentence).toContain('212992 of 212992 bytes are in use')
})

test('a rule of faults counts: it is told beside the explanation', async () => {
  const path = journalOf('fault.kcj', (kernel) => {
    listener(kernel, 'listener', HELLO.idx)
    kernel.cn_add_callback(HELLO, 'hello', () => {})
    kernel.faults.add({ action: 'drop' })
    kernel.cn_netlink_send({ id: HELLO }, 0, GFP_KERNEL)
  })
  const { out } = await run(['explain', path, '--at', '-1'])
  const all = (await run(['inspect', path, '--list'])).out
  expect([all, out]).toEqual([
    all,
    expect.stringContaining('lost by port 1000: dropped by a fault rule; result: -ESRCH'),
  ])
})

test.each([64, LONG])('a call that fails before there is a message says so (%i bytes)', async (bytes) => {
  const path = journalOf('failed.kcj', (kernel) => {
    listener(kernel, 'listener', HELLO.idx)
    const { socket } = listener(kernel, 'sender')
    kernel.faults.failslab({ probability: 100, times: -1 })
    attempt(() => socket.sendto(new Uint8Array(bytes), 0, { nl_groups: 1 << (HELLO.idx - 1) }))
  })
  const { status, answer } = await explained(path, -1)
  expect([status, answer.reaches, answer.reason, answer.message]).toEqual([1, false, 'failed', null])
  expect(answer.sentence).toContain('(ENOBUFS)')
})

test('the same for a message of the kernel', async () => {
  const path = journalOf('failed-kernel.kcj', (kernel) => {
    const ksock = kernel.netlink_kernel_create(UNIT)
    kernel.faults.failslab({ probability: 100, times: -1 })
    if (ksock !== null) kernel.netlink_broadcast(ksock, new Uint8Array(8), 0, 1, GFP_KERNEL)
  })
  expect(await explained(path, -1)).toMatchObject({ status: 1, answer: { reason: 'failed', message: null } })
})

describe('--socket', () => {
  test('asks about one receiver', async () => {
    const path = journalOf('story.kcj', story)
    expect(await explained(path, 9, '--socket', '1')).toMatchObject({ status: 0, answer: { reason: 'delivered' } })
    expect(await explained(path, 9, '--socket', '2')).toMatchObject({ status: 1, answer: { reason: 'not-member' } })
    expect(await explained(path, 9, '--socket', '3')).toMatchObject({
      status: 2,
      err: expect.stringContaining('--socket 3: there is none then; there are 1, 2'),
    })
  })
})

test.each([
  [[], 'JOURNAL is missing'],
  [['a'], '--at N is missing: which call sends the message?'],
  [['a', '--at', '1', '--socket', 'x'], '--socket must be a number'],
  [[journalOf('x.kcj', story), '--at', '16'], '--at 16: the journal has 16 calls: 0 to 15, or -1 to -16'],
  [
    [journalOf('x.kcj', story), '--at', '0'],
    'call 0 sends nothing: cn_add_callback(idx 14, val 1, name 5) = 0; the next one that does is 8',
  ],
  [[journalOf('x.kcj', story), '--at', '-1'], 'no call behind it does'],
])('%j', async (args, said) => {
  const { status, out, err } = await run(['explain', ...args])
  expect([status, out]).toEqual([2, ''])
  expect(err).toContain(said)
})
