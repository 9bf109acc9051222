// The tables of README.md say what the machine does: limits with their errno, the ends of memory, profiles.
import {
  AF_NETLINK,
  boot,
  DEFAULT_LIMITS,
  DEFAULT_PROFILE,
  EAGAIN,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENOSPC,
  errnoName,
  GFP_KERNEL,
  type Kernel,
  LINUX_2_6_14,
  LINUX_6,
  type Limits,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  type Profile,
  SOCK_DGRAM,
  SOL_NETLINK,
  type Socket,
  SystemError,
  type Task,
} from 'kernel-connector'
import { describe, expect, test } from 'vitest'
import { readText } from '../support/files.js'
import { codeIn, tableOf } from './markdown.js'

const README = 'README.md'

/** What a call answers, as the tables write it: `ENFILE` thrown, `-ENOMEM` returned, or the value. */
function answer(call: () => unknown): string {
  try {
    const value = call()
    return typeof value === 'number' && value < 0 ? `-${errnoName(value)}` : String(value)
  } catch (error) {
    if (error instanceof SystemError) return error.code
    throw error
  }
}

const open = (task: Task): Socket => task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
const join = (socket: Socket, group: number): void => socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
const arm = (kernel: Kernel): number =>
  kernel.mod_timer(
    kernel.timer_setup(() => {}),
    1,
  )

/** Goes one beyond each limit, which is 2. */
const BEYOND: Readonly<Record<Exclude<keyof Limits, 'memory'>, (kernel: Kernel) => unknown>> = {
  sockets: (kernel) => {
    const task = kernel.spawn()
    open(task)
    open(task)
    return open(task)
  },
  callbacks: (kernel) => [1, 2, 3].map((val) => kernel.cn_add_callback({ idx: 9, val }, 'name', () => {})).pop(),
  tasks: (kernel) => kernel.spawn().fork().fork(),
  timers: (kernel) => [arm(kernel), arm(kernel), arm(kernel)].pop(),
  groups: (kernel) => {
    const socket = open(kernel.spawn())
    for (const group of [1, 2, 3]) join(socket, group)
  },
  namespaces: (kernel) => {
    for (const netns of ['one', 'two', 'three']) kernel.spawn({ netns })
  },
}

describe('limits', () => {
  const rows = tableOf(README, 'limit').map((cells) => cells.map(codeIn))

  test('are all in the table, with their defaults', () => {
    expect(Object.fromEntries(rows.map(([name = '', , value]) => [name, Number(value)]))).toEqual(DEFAULT_LIMITS)
  })

  test.each(rows.filter(([name]) => name !== 'memory'))('%s: %s, %s, %s', (name, _counts, _value, errno) => {
    const kernel = boot({ limits: { [name as keyof Limits]: 2 } })
    expect(answer(() => BEYOND[name as keyof typeof BEYOND](kernel))).toBe(errno)
    expect(kernel.halt()).toBe(0)
  })

  test('the errnos that they have are those of Linux for such calls', () => {
    expect([ENFILE, EAGAIN, ENOSPC, ENOBUFS, ENOMEM]).toEqual([23, 11, 28, 105, 12])
  })
})

describe('the end of memory', () => {
  const kernel = boot()
  const task = kernel.spawn()
  const socket = open(task)
  socket.bind({ nl_pid: 50 })
  const listener = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  listener.bind({ nl_groups: 1 })
  const ksock = kernel.netlink_kernel_create(20) ?? expect.unreachable()
  const data = new Uint8Array(8)
  kernel.memoryPressure = 'critical'

  const calls: Readonly<Record<string, readonly (() => unknown)[]>> = {
    '`socket()`, and every call of a socket that takes memory': [
      () => open(task),
      () => socket.sendto(data, 0, { nl_pid: 50 }),
      () => socket.connect({ nl_pid: 50 }),
      () => join(socket, 3),
    ],
    'calls that make or change a task: `spawn`, `fork`, `thread`, `setcaps`, `setresuid`, ...': [
      () => kernel.spawn(),
      () => task.fork(),
      () => task.thread(),
      () => task.setcaps([]),
      () => task.setresuid(1, 1, 1),
    ],
    '`cn_add_callback`, `cn_netlink_send`, `requestNotification`, `mod_timer`': [
      () => kernel.cn_add_callback({ idx: 9, val: 9 }, 'name', () => {}),
      () => kernel.cn_netlink_send({ id: { idx: 1, val: 1 }, data }, 1, GFP_KERNEL),
      () => kernel.requestNotification({ idx: [], val: [], group: 1 }),
      () => arm(kernel),
    ],
    '`netlink_unicast`, `netlink_broadcast`, `nlmsg_*`': [
      () => kernel.netlink_unicast(ksock, data, 50, true),
      () => kernel.netlink_broadcast(ksock, data, 0, 1, GFP_KERNEL),
      () => kernel.nlmsg_unicast(ksock, data, 50),
      () => kernel.nlmsg_multicast(ksock, data, 0, 1, GFP_KERNEL),
      () => kernel.nlmsg_notify(ksock, data, 50, 1, true, GFP_KERNEL),
    ],
    '`netlink_kernel_create`': [
      () => {
        const empty = boot()
        empty.memoryPressure = 'critical'
        return empty.netlink_kernel_create(21)
      },
    ],
  }

  test.each(tableOf(README, 'side'))('%s: %s: %s', (_side, call = '', errno = '') => {
    const before = kernel.stateHash()
    expect(Object.keys(calls)).toContain(call)
    expect((calls[call] ?? []).map(answer).filter((code) => code !== codeIn(errno))).toEqual([])
    expect(kernel.stateHash()).toBe(before)
  })
})

describe('profiles', () => {
  const rows = tableOf(README, 'option')

  test.each(rows)('%s: %s, %s, %s', (option = '', linux6 = '', linux26 = '', byDefault = '') => {
    const name = codeIn(option) as keyof Profile
    const profiles = [LINUX_6, LINUX_2_6_14, DEFAULT_PROFILE]
    expect([linux6, linux26, byDefault].map(codeIn)).toEqual(profiles.map((profile) => String(profile[name])))
  })

  test('all options are there, but the name and the table of measured numbers', () => {
    const named = rows.map(([option = '']) => codeIn(option))
    expect([...named, 'name', 'truesize'].sort()).toEqual(Object.keys(LINUX_6).sort())
  })
})

test('what is called missing is missing', () => {
  const text = readText(README)
  const section = /## Not there yet\n([\s\S]*?)\n## /.exec(text)?.[1] ?? ''
  const kernel = boot()
  const names = [...section.matchAll(/`(netlink_\w+|explain)`/g)].map((match) => match[1] ?? '')
  expect(section).not.toBe('')
  expect(names.filter((name) => name in kernel)).toEqual([])
})
