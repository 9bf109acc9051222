// kernel.stats(), kernel.inspect(), kernel.inject(), /proc/net/protocols: what they say, and that they change nothing.
import { expect, test } from 'vitest'
import {
  AF_NETLINK,
  boot,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_NO_ENOBUFS,
  NETLINK_USERSOCK,
  SO_ATTACH_FILTER,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/index.js'
import { answer, bound, message, onConnector, received } from '../faults/scene.js'

test('stats() counts', () => {
  const kernel = boot({ profile: 'LINUX_2_6_14' })
  const fresh = kernel.stats()
  expect(fresh).toMatchObject({
    messages: 0,
    delivered: 0,
    dropped: 0,
    sockets: 0,
    tasks: 0,
    timers: 0,
    groups: 0,
    work: 0,
  })
  const member = onConnector(kernel, 7, 3)
  member.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
  kernel.cn_add_callback({ idx: 5, val: 1 }, 'driver', () => {})
  kernel.mod_timer(
    kernel.timer_setup(() => {}),
    9,
  )
  kernel.spawn({ netns: 'other' })
  for (let n = 0; n < 4; n++)
    kernel.cn_netlink_send({ id: { idx: 5, val: 1 }, data: new Uint8Array(900) }, 0, 1, GFP_KERNEL)
  member.send(message(5, 1))
  const stats = kernel.stats()
  expect(stats).toMatchObject({
    messages: 5,
    sockets: 1,
    callbacks: fresh.callbacks + 1,
    tasks: 2,
    timers: 1,
    groups: 2,
    namespaces: 1,
    work: 1,
    delayed: 0,
    failslab: 0,
  })
  expect(stats.delivered + stats.dropped).toBe(4)
  expect(stats.dropped).toBeGreaterThan(0)
  expect(stats.memory.total).toBe(4 * 1024 * 1024)
  expect(stats.memory.used).toBeGreaterThan(fresh.memory.used)
  expect(stats.memory.pages).toBeGreaterThanOrEqual(stats.memory.used)
})

test('inspect() shows everything, as copies', () => {
  const kernel = boot()
  kernel.clock.advance(1.5)
  kernel.insmod({ name: 'driver', init: () => 0 })
  kernel.cn_add_callback({ idx: 5, val: -1 }, 'five', () => {})
  kernel.mod_timer(
    kernel.timer_setup(() => {}),
    40,
  )
  const task = kernel.spawn({ pid: 50, uid: 3, gid: 4, caps: 'all', comm: 'listener' })
  const thread = task.thread()
  const one = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  one.bind({ nl_groups: 0x5 })
  one.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 70)
  one.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
  one.setsockopt(SOL_SOCKET, SO_SNDBUF, 9000)
  const other = kernel.spawn({ netns: 'there' }).socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  other.connect({ nl_pid: 9 })
  other.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, 9]] })
  onConnector(kernel, 77, 1)
  kernel.cn_netlink_send({ id: { idx: 5, val: -1 }, data: Uint8Array.of(1, 2, 3, 4) }, 0, 3, GFP_KERNEL)
  const state = kernel.inspect()
  expect(state).toMatchObject({
    time: 1_500_000n,
    tasks: [
      { pid: 50, tgid: 50, comm: 'listener', uid: 3, gid: 4, netns: 0 },
      { pid: thread.pid, tgid: 50, comm: 'listener', uid: 3, gid: 4, netns: 0 },
      { uid: 0, netns: 1 },
      { comm: 'task' },
    ],
    groups: [
      { netns: 0, protocol: NETLINK_CONNECTOR, group: 1, members: [3, 1] },
      { netns: 0, protocol: NETLINK_CONNECTOR, group: 3, members: [1] },
      { netns: 0, protocol: NETLINK_CONNECTOR, group: 70, members: [1] },
    ],
    modules: ['driver'],
    timers: [{ expires: 40 }],
    work: 0,
  })
  expect(state.callbacks.at(-1)).toEqual({ idx: 5, val: 4294967295, name: 'five' })
  const [first, second] = state.sockets
  expect(first).toMatchObject({
    id: kernel.socketId(one),
    pid: 50,
    comm: 'listener',
    protocol: NETLINK_CONNECTOR,
    netns: 0,
    portid: 50,
    bound: true,
    groups: [1, 3, 70],
    peer: null,
    sndbuf: 18000,
    drops: 0,
    congested: false,
    error: 0,
    filtered: false,
    noEnobufs: true,
    broadcastError: false,
  })
  const [queued] = first?.queue ?? []
  expect(queued).toMatchObject({ portid: 0, group: 3, truesize: first?.rmem })
  expect(queued?.data.subarray(36)).toEqual(Uint8Array.of(1, 2, 3, 4))
  expect(second).toMatchObject({ netns: 1, peer: { portid: 9, group: 0 }, filtered: true, queue: [] })
  queued?.data.fill(0)
  expect(kernel.inspect().sockets[0]?.queue[0]?.data).not.toEqual(queued?.data)
})

test('looking changes nothing', () => {
  const kernel = boot()
  const member = onConnector(kernel, 7, 1)
  kernel.cn_netlink_send({ id: { idx: 5, val: 1 } }, 0, 1, GFP_KERNEL)
  const before = kernel.stateHash()
  kernel.stats()
  kernel.inspect()
  kernel.explain({ from: member, data: message(5, 1) })
  for (const file of ['netlink', 'connector', 'protocols']) kernel.procfs.read(`/proc/net/${file}`)
  expect(kernel.stateHash()).toBe(before)
  expect(received(member)).toEqual([36])
})

test('/proc/net/protocols has the line of netlink, which counts the sockets of its namespace, bound or not', () => {
  const kernel = boot()
  const head =
    'protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n'
  const line = (count: string) =>
    `${head}NETLINK   1096 ${count}      -1   NI       0   no   kernel     ${Array(18).fill(' n').join(' ')}\n`
  expect(kernel.procfs.read('/proc/net/protocols')).toBe(line('     0'))
  const task = kernel.spawn()
  const there = kernel.spawn({ netns: 'there' })
  for (const owner of [task, there, task]) owner.socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  bound(kernel, 7)
  expect(kernel.procfs.read('/proc/net/protocols')).toBe(line('     3'))
  expect(kernel.procfs.read('/proc/self/net/protocols')).toBe(line('     3'))
  expect(kernel.procfs.read(`/proc/${there.pid}/net/protocols`)).toBe(line('     1'))
})

test('/proc/modules lists modules in the order of their loading', () => {
  const kernel = boot()
  for (const name of ['b', 'a', 'c']) kernel.insmod({ name, init: () => 0 })
  kernel.rmmod('a')
  expect(kernel.procfs.read('/proc/modules')).toBe(
    'b 16384 0 - Live 0x0000000000000000\nc 16384 0 - Live 0x0000000000000000\n',
  )
})

test('inject() sends as the kernel of a protocol would, be there a kernel socket or not', () => {
  const kernel = boot()
  const [one, other] = [bound(kernel, 7, 2), bound(kernel, 8, 2)]
  expect(kernel.inject(NETLINK_USERSOCK, Uint8Array.of(1), { portid: 7 })).toBe(1)
  expect(kernel.inject(NETLINK_USERSOCK, Uint8Array.of(2), { group: 2 })).toBe(0)
  expect(kernel.inject(NETLINK_USERSOCK, Uint8Array.of(3), { group: 2, portid: 7 })).toBe(0)
  expect([received(one), received(other)]).toEqual([
    [1, 2],
    [2, 3],
  ])
  expect(kernel.inject(NETLINK_USERSOCK, Uint8Array.of(3), { portid: 99 })).toBe(-111)
  expect(kernel.inject(31, Uint8Array.of(3), { group: 1 })).toBe(-3)
  expect(kernel.inject(NETLINK_USERSOCK, new Uint8Array(100_000), { portid: 7 })).toBe(100_000)
  expect(kernel.inject(NETLINK_USERSOCK, new Uint8Array(2 ** 24), { portid: 7 })).toBe(-12)
  expect(() => kernel.inject(32, Uint8Array.of(3), {})).toThrow(RangeError)
  expect(() => kernel.inject(2, [1] as never, {})).toThrow(TypeError)
  expect(answer(() => kernel.inject(NETLINK_CONNECTOR, message(5, 1), {}))).toBe(36)
})
