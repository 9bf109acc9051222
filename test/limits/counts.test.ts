// Each limit of a machine is reached: the errno that src/api/boot.ts names, nothing half done, and what was given back can be had again.
import { describe, expect, test } from 'vitest'
import type { Socket, Task, Timer } from '../../src/api.js'
import {
  EAGAIN,
  EINVAL,
  ENOMEM,
  GFP_KERNEL,
  NETLINK_LIST_MEMBERSHIPS,
  SO_RCVTIMEO,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/index.js'
import { boot } from '../support/kernels.js'
import { failsWithoutTrace, join, leave, open, outcome, until } from './world.js'

const LIMIT = 10
const ID = { idx: 5, val: 1 }

describe('sockets: ENFILE', () => {
  test('of all tasks together', () => {
    const kernel = boot({ limits: { sockets: LIMIT } })
    const [one, other] = [kernel.spawn(), kernel.spawn()]
    const sockets: Socket[] = []
    expect(until((index) => sockets.push(open(index % 2 ? one : other)))).toEqual({ count: LIMIT, failure: 'ENFILE' })
    expect(failsWithoutTrace(kernel, () => open(one))).toBe('ENFILE')
    expect(failsWithoutTrace(kernel, () => one.socketpair(16, 3, 11))).toBe('ENFILE')
    sockets[3]!.close()
    open(other).bind({ nl_pid: 4 })
    other.exit()
    expect(until(() => open(one))).toEqual({ count: LIMIT - 4, failure: 'ENFILE' })
  })

  test('0: none at all', () => {
    const kernel = boot({ limits: { sockets: 0 } })
    expect(outcome(() => open(kernel.spawn()))).toBe('ENFILE')
  })
})

describe('callbacks: -ENOMEM', () => {
  test.each(['LINUX_6', 'LINUX_2_6_14'] as const)('those of the caller, not the connector’s own, on %s', (profile) => {
    const kernel = boot({ profile, limits: { callbacks: LIMIT } })
    const add = (idx: number) => kernel.cn_add_callback({ idx, val: 7 }, `number ${idx}`, () => {})
    expect(until((index) => add(100 + index))).toEqual({ count: LIMIT, failure: -ENOMEM })
    expect(failsWithoutTrace(kernel, () => add(99))).toBe(-ENOMEM)
    expect(failsWithoutTrace(kernel, () => add(100))).toBe(-EINVAL)
    kernel.cn_del_callback({ idx: 104, val: 7 })
    expect([add(99), add(98)]).toEqual([0, -ENOMEM])
  })

  test('one that was refused is not announced', () => {
    const kernel = boot({ limits: { callbacks: 1 } })
    const told: number[] = []
    kernel.requestNotification({ idx: [{ first: 0, range: 100 }], val: [{ first: 0, range: 100 }], group: 9 }, (msg) =>
      told.push(msg.id.idx),
    )
    kernel.cn_add_callback(ID, 'first', () => {})
    expect(kernel.cn_add_callback({ idx: 6, val: 1 }, 'second', () => {})).toBe(-ENOMEM)
    expect(told).toEqual([5])
  })
})

describe('tasks: EAGAIN', () => {
  test('spawned, forked and threads', () => {
    const kernel = boot({ limits: { tasks: LIMIT } })
    const tasks: Task[] = [kernel.spawn()]
    const makers = [() => kernel.spawn(), () => tasks[0]!.fork(), () => tasks[0]!.thread()]
    expect(until((index) => tasks.push(makers[index % 3]!()))).toEqual({ count: LIMIT - 1, failure: 'EAGAIN' })
    for (const make of makers) expect(failsWithoutTrace(kernel, make)).toBe('EAGAIN')
    // A new task in a new namespace: the namespace is not made either.
    expect(failsWithoutTrace(kernel, () => kernel.spawn({ netns: 'new' }))).toBe('EAGAIN')
    tasks[1]!.exit()
    expect(kernel.spawn({ netns: 'new' }).pid).toBeGreaterThan(0)
    expect(outcome(() => kernel.spawn())).toBe('EAGAIN')
  })

  test('a pid that is taken makes no namespace either', () => {
    const kernel = boot()
    kernel.spawn({ pid: 5 })
    expect(failsWithoutTrace(kernel, () => kernel.spawn({ pid: 5, netns: 'new' }))).toBe('EEXIST')
  })

  test('a namespace that somebody has been in stays when the next one cannot be', () => {
    const kernel = boot({ limits: { tasks: 2, namespaces: 1 } })
    kernel.spawn({ pid: 5 })
    kernel.spawn({ pid: 6, netns: 'old' })
    expect(failsWithoutTrace(kernel, () => kernel.spawn({ netns: 'old' }))).toBe('EAGAIN')
  })
})

describe('timers: -ENOMEM', () => {
  test('pending ones', () => {
    const kernel = boot({ limits: { timers: LIMIT } })
    const fired: Timer[] = []
    const timers = Array.from({ length: LIMIT + 1 }, () => kernel.timer_setup((timer) => fired.push(timer)))
    expect(until((index) => kernel.mod_timer(timers[index]!, 5 + index))).toEqual({ count: LIMIT, failure: -ENOMEM })
    const last = timers[LIMIT]!
    expect(failsWithoutTrace(kernel, () => kernel.mod_timer(last, 1))).toBe(-ENOMEM)
    expect([last.pending, kernel.del_timer(last)]).toEqual([false, 0])
    expect(kernel.mod_timer(timers[0]!, 7)).toBe(1)
    kernel.clock.advance(6)
    expect(fired).toEqual([timers[1]])
    expect(kernel.mod_timer(last, 8)).toBe(0)
    kernel.clock.advance(100)
    expect(fired).toHaveLength(LIMIT + 1)
  })

  test('a wait with a timeout needs one too, and says so', async () => {
    const kernel = boot({ limits: { timers: 0 } })
    const socket = open(kernel.spawn())
    socket.bind({})
    const twoSeconds = new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, twoSeconds)
    await expect(socket.readable()).rejects.toMatchObject({ code: 'ENOMEM' })
  })
})

describe('groups: ENOBUFS', () => {
  const memberships = (socket: Socket) =>
    Array.from(socket.getsockopt(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, 64) as Uint8Array)

  test('groups with members, of all protocols', () => {
    const kernel = boot({ limits: { groups: LIMIT } })
    const task = kernel.spawn()
    const sockets = [open(task), open(task, 2)]
    for (const socket of sockets) socket.bind({})
    expect(until((index) => join(sockets[index % 2]!, 1 + index))).toEqual({ count: LIMIT, failure: 'ENOBUFS' })
    expect(failsWithoutTrace(kernel, () => join(sockets[0]!, 20))).toBe('ENOBUFS')
    // A group that is there takes members without end.
    const third = open(task)
    third.bind({})
    join(third, 1)
    leave(sockets[0]!, 1)
    expect(outcome(() => join(sockets[0]!, 20))).toBe('ENOBUFS')
    leave(third, 1)
    join(sockets[0]!, 20)
  })

  test('a bind to several of which one cannot be had has none, and no port', () => {
    const kernel = boot({ limits: { groups: 2 } })
    const task = kernel.spawn()
    const socket = open(task)
    const stranger = open(task)
    stranger.bind({ nl_groups: 1 })
    expect(outcome(() => socket.bind({ nl_pid: 77, nl_groups: 0b110 }))).toBe('ENOBUFS')
    expect(socket.getsockname()).toMatchObject({ nl_pid: 0, nl_groups: 0 })
    expect(memberships(socket)).toEqual([0, 0, 0, 0])
    expect(kernel.cn_netlink_send({ id: ID }, 2, GFP_KERNEL)).toBe(-3)
    stranger.close()
    socket.bind({ nl_pid: 77, nl_groups: 0b110 })
    expect(socket.getsockname()).toMatchObject({ nl_pid: 77, nl_groups: 0b110 })
  })

  test('a bound socket that asks for other groups keeps those that it had', () => {
    const kernel = boot({ limits: { groups: 3 } })
    const socket = open(kernel.spawn())
    socket.bind({ nl_pid: 77, nl_groups: 0b11 })
    expect(outcome(() => socket.bind({ nl_pid: 77, nl_groups: 0b11100 }))).toBe('ENOBUFS')
    expect(socket.getsockname()).toMatchObject({ nl_pid: 77, nl_groups: 0b11 })
  })

  test('what the module was asked, it is told back', () => {
    const kernel = boot({ limits: { groups: 1 } })
    const heard: string[] = []
    kernel.netlink_kernel_create(20, {
      bind: (group) => {
        heard.push(`bind ${group}`)
        return 0
      },
      unbind: (group) => heard.push(`unbind ${group}`),
    })
    const socket = open(kernel.spawn(), 20)
    expect(outcome(() => socket.bind({ nl_groups: 0b11 }))).toBe('ENOBUFS')
    expect(heard.splice(0)).toEqual(['bind 1', 'bind 2', 'unbind 1', 'unbind 2'])
    join(socket, 5)
    expect(outcome(() => join(socket, 6))).toBe('ENOBUFS')
    expect(heard).toEqual(['bind 5', 'bind 6', 'unbind 6'])
  })
})

describe('namespaces: ENOSPC', () => {
  test('beside the initial one', () => {
    const kernel = boot({ limits: { namespaces: LIMIT } })
    expect(until((index) => kernel.spawn({ netns: `net${index}` }))).toEqual({ count: LIMIT, failure: 'ENOSPC' })
    expect(failsWithoutTrace(kernel, () => kernel.spawn({ netns: 'one more' }))).toBe('ENOSPC')
    const known = kernel.spawn({ netns: 'net3' })
    open(known).bind({})
  })
})

test('EAGAIN of fork(2) is no reason to wait: nothing would wake the waiter', async () => {
  const kernel = boot({ limits: { tasks: 0 } })
  await expect(kernel.waiting(() => kernel.spawn())).rejects.toMatchObject({ errno: -EAGAIN })
})
