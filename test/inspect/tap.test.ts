// The tap: what it tells, in which order, and that nobody notices it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TapEvent, TapMessage } from '../../src/api.js'
import {
  AF_NETLINK,
  boot,
  encodeConnectorMessage,
  GFP_ATOMIC,
  GFP_KERNEL,
  type Kernel,
  MSG_PEEK,
  NETLINK_NO_ENOBUFS,
  NETLINK_USERSOCK,
  SO_ATTACH_FILTER,
  SO_RCVBUF,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
  type Socket,
} from '../../src/index.js'
import { answer, bound, message, onConnector, received } from '../faults/scene.js'
import { type Scenario, scenario } from '../model/arbitrary.js'
import type { Answer, Call, Side } from '../model/calls.js'
import { Real } from '../model/real.js'

const ID = { idx: 5, val: 1 }

function tapped(kernel: Kernel): TapEvent[] {
  const events: TapEvent[] = []
  kernel.tap((event) => events.push(event))
  return events
}

const verdicts = (event: TapEvent | undefined) =>
  (event as TapMessage).deliveries.map(({ portid, verdict }) => `${portid} ${verdict}`)

test('a receive is told once, in whatever way the message is read; to look at it is none', async () => {
  const kernel = boot()
  const task = kernel.spawn()
  const [from, to] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
  to.bind({ nl_pid: 8 })
  from.connect({ nl_pid: 8 })
  const ways: readonly (() => unknown)[] = [
    () => to.recv(new Uint8Array(4)),
    () => [to.recv(new Uint8Array(4), MSG_PEEK), to.recv(new Uint8Array(2))],
    () => [to.peek(), to.release()],
    () => to.drain(() => {}),
    () => to[Symbol.asyncIterator]().next(),
  ]
  const events = tapped(kernel)
  for (const way of ways) {
    from.send(Uint8Array.of(1, 2, 3))
    await way()
    expect(events.splice(0).map(({ kind }) => kind)).toEqual(['message', 'receive'])
  }
})

test('a message of a task: who, where to, what became of it; then its receive', () => {
  const kernel = boot()
  kernel.clock.advance(2.5)
  const task = kernel.spawn({ pid: 50, uid: 3, gid: 4, caps: 'all', comm: 'sender' })
  const from = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  from.bind({ nl_pid: 7 })
  const to = kernel.spawn({ pid: 60, comm: 'receiver' }).socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  to.bind({ nl_pid: 8 })
  const events = tapped(kernel)
  from.sendto(Uint8Array.of(1, 2, 3), 0, { nl_pid: 8 })
  to.recv(new Uint8Array(2))
  const number = (events[0] as TapMessage).number
  expect(events).toEqual([
    {
      kind: 'message',
      time: 2_500_000n,
      number,
      protocol: NETLINK_USERSOCK,
      data: Uint8Array.of(1, 2, 3),
      portid: 7,
      creds: { pid: 50, uid: 3, gid: 4 },
      comm: 'sender',
      to: { portid: 8, group: 0 },
      result: 3,
      deliveries: [{ portid: 8, socket: kernel.socketId(to), pid: 60, comm: 'receiver', verdict: 'queued' }],
    },
    {
      kind: 'receive',
      time: 2_500_000n,
      number,
      protocol: NETLINK_USERSOCK,
      socket: kernel.socketId(to),
      portid: 8,
      pid: 60,
      comm: 'receiver',
      from: 7,
      length: 3,
      result: 2,
    },
  ])
})

test('a message of the kernel has no name and port 0', () => {
  const kernel = boot()
  onConnector(kernel, 8, 1)
  const [event] = [tapped(kernel)].map((events) => {
    kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    return events[0] as TapMessage
  })
  expect(event).toMatchObject({
    portid: 0,
    comm: '',
    creds: { pid: 0, uid: 0, gid: 0 },
    to: { portid: 0, group: 1 },
    result: 0,
  })
})

describe('verdicts', () => {
  test('queued, no-room, congested', () => {
    const kernel = boot()
    const member = onConnector(kernel, 8, 1)
    member.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
    const events = tapped(kernel)
    for (let n = 0; n < 5; n++) kernel.cn_netlink_send({ id: ID, data: new Uint8Array(500) }, 0, 1, GFP_KERNEL)
    const told = events.flatMap(verdicts)
    expect(told.slice(0, 1)).toEqual(['8 queued'])
    expect(told.filter((one) => one === '8 no-room')).toHaveLength(1)
    expect(told.at(-1)).toBe('8 congested')
    expect(received(member)[0]).toBe('ENOBUFS')
    expect(events.find((event) => event.kind === 'receive')).toMatchObject({
      number: 0,
      from: 0,
      length: 0,
      result: -105,
    })
  })

  test('filtered, in the order of service, and cut', () => {
    const kernel = boot()
    const members = [7, 8, 9].map((port) => onConnector(kernel, port, 1))
    members[1]?.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, 0]] })
    const events = tapped(kernel)
    kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    expect(verdicts(events[0])).toEqual(['9 queued', '8 filtered', '7 queued'])
  })

  test('refused, handled', () => {
    const kernel = boot()
    const [from, to] = [onConnector(kernel, 7), onConnector(kernel, 8)]
    to.connect({ nl_pid: 99 })
    const plain = bound(kernel, 7)
    const events = tapped(kernel)
    const told = [
      answer(() => from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })),
      answer(() => from.send(message(5, 1))),
      answer(() => plain.send(Uint8Array.of(1))),
      answer(() => plain.sendto(Uint8Array.of(1), 0, { nl_pid: 99 })),
    ]
    expect(told).toEqual(['ECONNREFUSED', 36, 'ECONNREFUSED', 'ECONNREFUSED'])
    expect(events.map(verdicts)).toEqual([['8 refused'], ['0 handled'], ['0 refused'], []])
    expect(events.map((event) => event.result)).toEqual([-111, 36, -111, -111])
  })

  test('dropped, delayed, and the message once more when it comes', () => {
    const kernel = boot()
    onConnector(kernel, 8, 1)
    const member = onConnector(kernel, 9, 1)
    kernel.faults.add({ action: 'drop', when: { to: 8 } })
    kernel.faults.add({ action: 'delay', ms: 4, when: { to: 9 } })
    const events = tapped(kernel)
    kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    kernel.clock.advance(4)
    expect(events.map(verdicts)).toEqual([['9 delayed', '8 dropped'], ['9 queued']])
    expect(events.map(({ number, time }) => ({ number, time }))).toEqual([
      { number: events[0]?.number, time: 0n },
      { number: events[0]?.number, time: 4_000_000n },
    ])
    expect(received(member)).toEqual([36])
  })

  test('no allocation for the message: the tap sees it and its error', () => {
    const kernel = boot()
    const [from] = [bound(kernel, 7), bound(kernel, 8)]
    kernel.faults.add({ action: 'fail' })
    const events = tapped(kernel)
    answer(() => from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 }))
    expect(events).toMatchObject([{ result: -105, deliveries: [] }])
  })
})

describe('messages within messages', () => {
  /** A callback that answers, and tells a group. */
  function world(): { kernel: Kernel; asker: ReturnType<typeof onConnector> } {
    const kernel = boot()
    const asker = onConnector(kernel, 7)
    onConnector(kernel, 8, 1)
    kernel.cn_add_callback(ID, 'driver', (msg, { portid }) => {
      kernel.cn_netlink_send({ id: ID, seq: msg.seq, ack: 1 }, portid, 0, GFP_ATOMIC)
      kernel.cn_netlink_send({ id: ID, seq: msg.seq, ack: 2 }, 0, 1, GFP_ATOMIC)
      asker.recv(new Uint8Array(100))
    })
    return { kernel, asker }
  }

  test('are told after the outer one, in the order in which they began, and each knows its own receivers', () => {
    const { kernel, asker } = world()
    const events = tapped(kernel)
    asker.send(message(5, 1))
    asker.send(message(5, 1))
    expect(events.map((event) => (event.kind === 'message' ? verdicts(event).join() : 'receive'))).toEqual(
      [0, 1].flatMap(() => ['0 handled', '7 queued', '8 queued', 'receive']),
    )
    expect(events.map(({ number }) => number)[2]).toBeGreaterThan(events[0]?.number as number)
  })

  test('are held back until the outermost has ended', () => {
    const { kernel, asker } = world()
    const seen: number[] = []
    kernel.tap(() => seen.push(kernel.stats().delivered))
    asker.send(message(5, 1))
    expect(seen).toEqual([2, 2, 2, 2])
  })

  test('a tap that is attached inside hears of what begins after it', () => {
    const { kernel, asker } = world()
    const [attached, already]: [TapEvent[], TapEvent[]] = [[], []]
    const attach = () => kernel.tap((event) => attached.push(event))
    kernel.cn_add_callback({ idx: 6, val: 1 }, 'attaches', () => {
      attach()
      kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_ATOMIC)
    })
    asker.send(message(6, 1))
    expect(attached.map(verdicts)).toEqual([['8 queued']])
    // The same while another tap has seen the outer message begin.
    kernel.tap((event) => already.push(event))
    attached.length = 0
    asker.send(message(6, 1))
    expect([already.length, attached.length]).toEqual([2, 2 + 1])
  })

  test('a tap that is removed inside hears nothing more, and one that is attached then starts afresh', () => {
    const { kernel, asker } = world()
    const [before, after]: [TapEvent[], TapEvent[]] = [[], []]
    const tap = kernel.tap((event) => before.push(event))
    kernel.cn_add_callback({ idx: 6, val: 1 }, 'changes', () => {
      kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_ATOMIC)
      tap.remove()
      kernel.tap((event) => after.push(event))
      kernel.cn_netlink_send({ id: ID, ack: 9 }, 0, 1, GFP_ATOMIC)
    })
    asker.send(message(6, 1))
    expect([before, after.map(verdicts)]).toEqual([[], [['8 queued']]])
    asker.send(message(5, 1))
    expect(after.length).toBe(5)
  })
})

describe('listeners', () => {
  test('several, each until it is removed; one that throws keeps nobody from hearing, and its error surfaces', () => {
    const kernel = boot()
    const member = onConnector(kernel, 8, 1)
    const heard: string[] = []
    const send = () => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    const broken = kernel.tap(() => {
      heard.push('broken')
      throw new Error('tap')
    })
    const other = kernel.tap(() => heard.push('other'))
    expect(send).toThrow('tap')
    const second = kernel.tap(() => {
      throw new Error('second')
    })
    expect(send).toThrow(AggregateError)
    expect(() => received(member)).toThrow(AggregateError)
    broken[Symbol.dispose]()
    second.remove()
    heard.length = 0
    expect(send()).toBe(0)
    other.remove()
    other.remove()
    expect([send(), heard]).toEqual([0, ['other']])
  })

  test('one may remove itself, and must not call the kernel', () => {
    const kernel = boot()
    onConnector(kernel, 8, 1)
    const send = () => kernel.cn_netlink_send({ id: ID }, 0, 1, GFP_KERNEL)
    let heard = 0
    const once = kernel.tap(() => {
      heard++
      once.remove()
    })
    expect([send(), send(), heard]).toEqual([0, 0, 1])
    const acts = kernel.tap(() => send())
    expect(send).toThrow('must not call the kernel')
    acts.remove()
    expect(() => kernel.tap(3 as never)).toThrow(TypeError)
  })

  test('one may be removed after the machine is gone', () => {
    const kernel = boot()
    const tap = kernel.tap(() => {})
    kernel.halt()
    expect(() => tap.remove()).not.toThrow()
  })

  test('data is a copy', () => {
    const kernel = boot()
    const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
    kernel.tap((event) => event.kind === 'message' && event.data.fill(0xff))
    from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
    expect(received(to)).toEqual([1])
  })
})

test('looking at everything inside a tap disturbs no call that runs', () => {
  const run = (looks: boolean) => {
    const kernel = boot()
    const listener = onConnector(kernel, 7, 1)
    listener.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
    listener.send(encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: Uint8Array.of(1, 0, 0, 0) }))
    if (looks) {
      kernel.tap(() => {
        kernel.stats()
        kernel.inspect()
        for (const file of ['netlink', 'connector', 'protocols']) kernel.procfs.read(`/proc/net/${file}`)
        kernel.explain({ data: new Uint8Array(76), to: { group: 1 } })
      })
    }
    // fork() and its like answer in words that a tap's looks use too, and tell cn_proc before they return.
    const child = kernel.spawn({ comm: 'parent' }).fork()
    const thread = child.thread()
    child.exec('a name')
    const room = new Uint8Array(100)
    const got = Array.from({ length: 5 }, () => answer(() => [listener.recvmsg({ iov: [room] }).n, ...room]))
    return { pids: [child.pid, child.tgid, thread.pid, thread.tgid], got, hash: kernel.stateHash() }
  }
  expect(run(true)).toEqual(run(false))
})

describe('nobody notices the tap', () => {
  const perform = (side: Side, call: Call): Answer => (side[call.do] as (call: Call) => Answer).call(side, call)

  function play({ profile, seed, calls }: Scenario, tap: boolean) {
    const real = new Real(profile, seed)
    const events: TapEvent[] = []
    if (tap) real.kernel.tap((event) => events.push(event))
    const answers = calls.map((call) => ({ answer: perform(real, call), look: real.look() }))
    const { messages, delivered, dropped } = real.kernel.stats()
    const outcome = { answers, hash: real.kernel.stateHash(), counts: { messages, delivered, dropped } }
    expect(real.kernel.halt()).toBe(0)
    return { outcome, events }
  }

  test('random histories have the same answers and the same digest; what it tells adds up', () => {
    let told = 0
    fc.assert(
      fc.property(scenario, (one) => {
        const { outcome, events } = play(one, true)
        expect(outcome).toEqual(play(one, false).outcome)
        const deliveries = events.flatMap((event) => (event.kind === 'message' ? event.deliveries : []))
        expect(deliveries.filter(({ verdict }) => verdict === 'queued')).toHaveLength(outcome.counts.delivered)
        told += events.length
      }),
      { numRuns: 60, seed: 4 },
    )
    expect(told).toBeGreaterThan(500)
  })
})
