// The state's digest: the same for the same seed and calls, another as soon as anything differs that can matter to an answer.
import { describe, expect, test } from 'vitest'
import type { BootOptions, Kernel, Socket, Task } from '../../src/api.js'
import {
  AF_NETLINK,
  encodeConnectorMessage,
  GFP_KERNEL,
  LINUX_2_6_14,
  LINUX_6,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_NO_ENOBUFS,
  NETLINK_USERSOCK,
  SO_ATTACH_FILTER,
  SO_DETACH_FILTER,
  SO_PASSCRED,
  SO_PRIORITY,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_SNDBUF,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/index.js'
import { boot } from '../support/kernels.js'

const ID = { idx: 5, val: 1 }
const bytes = (...values: number[]) => new Uint8Array(values)

interface World {
  readonly kernel: Kernel
  readonly task: Task
  readonly sender: Socket
  readonly receiver: Socket
}

/** Some of everything. */
function history(options: BootOptions = {}): World {
  const kernel = boot({ seed: 9, ...options })
  const task = kernel.spawn({ pid: 500, comm: 'one' })
  const [sender, receiver] = [10, 20].map((nl_pid) => {
    const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    socket.bind({ nl_pid })
    return socket
  }) as [Socket, Socket]
  sender.sendto(bytes(1, 2, 3, 4), 0, { nl_pid: 20 })
  kernel.cn_add_callback(ID, 'five', () => {})
  kernel.requestNotification({ idx: [{ first: 1, range: 9 }], val: [{ first: 0, range: 5 }], group: 3 })
  kernel.mod_timer(
    kernel.timer_setup(() => {}),
    1000,
  )
  kernel.netlink_kernel_create(20, { groups: 40, input: () => {} })
  kernel.spawn({ pid: 600, uid: 1000, netns: 'other' })
  kernel.printk('hello')
  kernel.clock.advance(2.5)
  return { kernel, task, sender, receiver }
}

const join = (socket: Socket, group: number) => socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
const leave = (socket: Socket, group: number) => socket.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group)
const option = (socket: Socket, name: number, value: number | Uint8Array) => socket.setsockopt(SOL_SOCKET, name, value)
const filter = (socket: Socket, k: number) =>
  socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, k]] })

const DIFFERENCES: Record<string, (world: World) => unknown> = {
  nothing: () => {},
  'a queued message': ({ sender }) => sender.sendto(bytes(1), 0, { nl_pid: 20 }),
  'another byte in it': ({ sender }) => sender.sendto(bytes(2), 0, { nl_pid: 20 }),
  'another length of it': ({ sender }) => sender.sendto(bytes(1, 0), 0, { nl_pid: 20 }),
  'another receiver of it': ({ sender }) => sender.sendto(bytes(1), 0, { nl_pid: 10 }),
  'one message less': ({ receiver }) => receiver.recv(bytes(0)),
  'a group': ({ receiver }) => join(receiver, 1),
  'another group': ({ receiver }) => join(receiver, 2),
  'both groups': ({ receiver }) => [join(receiver, 1), join(receiver, 2)],
  'a group that was left': ({ receiver }) => [join(receiver, 1), leave(receiver, 1)],
  'a member that is older': ({ sender, receiver }) => [join(receiver, 1), join(sender, 1)],
  'a member that is younger': ({ sender, receiver }) => [join(sender, 1), join(receiver, 1)],
  'a peer': ({ sender }) => sender.connect({ nl_pid: 20 }),
  'another peer': ({ sender }) => sender.connect({ nl_pid: 10 }),
  'a receive buffer': ({ receiver }) => option(receiver, SO_RCVBUF, 5000),
  'a send buffer': ({ receiver }) => option(receiver, SO_SNDBUF, 5000),
  'a switch': ({ receiver }) => option(receiver, SO_PASSCRED, 1),
  'a priority': ({ receiver }) => option(receiver, SO_PRIORITY, 3),
  'a timeout': ({ receiver }) => option(receiver, SO_RCVTIMEO, bytes(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
  'an option of netlink': ({ receiver }) => receiver.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1),
  'a filter': ({ receiver }) => filter(receiver, 4),
  'another filter': ({ receiver }) => filter(receiver, 5),
  'a socket': ({ task }) => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK),
  'a socket of another protocol': ({ task }) => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR),
  'a socket that is bound': ({ task }) => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK).bind({}),
  'a socket that is closed': ({ receiver }) => receiver.close(),
  'a task': ({ kernel }) => kernel.spawn({ pid: 700 }),
  'a task of another user': ({ kernel }) => kernel.spawn({ pid: 700, uid: 3 }),
  'a child': ({ task }) => task.fork({ pid: 700 }),
  'a name of a task': ({ task }) => task.exec('two'),
  'the capabilities of a task': ({ task }) => task.setcaps([]),
  'a namespace': ({ kernel }) => kernel.spawn({ pid: 700, netns: 'third' }),
  'another namespace': ({ kernel }) => kernel.spawn({ pid: 700, netns: 'fourth' }),
  'a callback': ({ kernel }) => kernel.cn_add_callback({ idx: 6, val: 1 }, 'six', () => {}),
  'a callback with another id': ({ kernel }) => kernel.cn_add_callback({ idx: 6, val: 2 }, 'six', () => {}),
  'a callback with another name': ({ kernel }) => kernel.cn_add_callback({ idx: 6, val: 1 }, 'sax', () => {}),
  'no callback': ({ kernel }) => kernel.cn_del_callback(ID),
  'a request for notices': ({ kernel }) => kernel.requestNotification({ idx: [], val: [], group: 3 }),
  'a request of another group': ({ kernel }) => kernel.requestNotification({ idx: [], val: [], group: 4 }),
  'a request with a function': ({ kernel }) => kernel.requestNotification({ idx: [], val: [], group: 3 }, () => {}),
  'a timer': ({ kernel }) =>
    kernel.mod_timer(
      kernel.timer_setup(() => {}),
      50,
    ),
  'a timer for another time': ({ kernel }) =>
    kernel.mod_timer(
      kernel.timer_setup(() => {}),
      51,
    ),
  'a kernel socket': ({ kernel }) => kernel.netlink_kernel_create(21),
  'a kernel socket with an input': ({ kernel }) => kernel.netlink_kernel_create(21, { input: () => {} }),
  'a kernel socket with groups': ({ kernel }) => kernel.netlink_kernel_create(21, { groups: 99 }),
  'a notifier': ({ kernel }) => kernel.netlink_register_notifier(() => {}),
  'a line of the log': ({ kernel }) => kernel.printk('x'),
  'another line of the log': ({ kernel }) => kernel.printk('y'),
  'a nanosecond': ({ kernel }) => kernel.clock.advance(0.000001),
  'a millisecond': ({ kernel }) => kernel.clock.advance(1),
  'a random number': ({ kernel }) => kernel.random(),
  'memory pressure': ({ kernel }) => {
    kernel.memoryPressure = 'low'
  },
}

describe('what differs', () => {
  test('every difference gives a digest of its own, and the same one when it is made again', () => {
    const digests = new Map<string, string>()
    for (const [name, make] of Object.entries(DIFFERENCES)) {
      const [one, two] = [history(), history()]
      make(one)
      make(two)
      const digest = one.kernel.stateHash()
      expect(two.kernel.stateHash(), name).toBe(digest)
      expect(digests.get(digest), name).toBeUndefined()
      digests.set(digest, name)
    }
  })

  test('seed, profile and limits are part of it', () => {
    const options: BootOptions[] = [
      {},
      { seed: 10 },
      { profile: 'LINUX_6' },
      { profile: { ...LINUX_6, notifications: true } },
      { profile: { ...LINUX_6, truesize: { ...LINUX_6.truesize, smallest: 1024 } } },
      ...(['sockets', 'callbacks', 'tasks', 'timers', 'groups', 'namespaces'] as const).map((limit) => ({
        limits: { [limit]: 100 },
      })),
    ]
    expect(new Set(options.map((one) => boot(one).stateHash())).size).toBe(options.length)
  })

  test('what a sender of queued work may do is part of it: netlink_capable() will be asked', () => {
    const [one, other] = [false, true].map((stripped) => {
      const { kernel, task } = history({ profile: LINUX_2_6_14 })
      const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
      if (stripped) task.setcaps([])
      socket.send(encodeConnectorMessage({ id: ID }))
      task.setcaps([])
      return kernel.stateHash()
    })
    expect(one).not.toBe(other)
  })
})

describe('what does not differ', () => {
  test('reading: options, names, files, the digest itself', () => {
    const { kernel, receiver } = history()
    const before = kernel.stateHash()
    receiver.getsockname()
    receiver.getpeername()
    receiver.getsockopt(SOL_SOCKET, SO_RCVBUF)
    receiver.poll(1)
    kernel.procfs.read('/proc/net/netlink')
    kernel.procfs.read('/proc/net/connector')
    kernel.dmesg()
    expect(kernel.stateHash()).toBe(before)
  })

  test('where memory was taken: a socket that was there and went leaves its number only', () => {
    const [one, other] = [history(), history()]
    const room = one.task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    room.close()
    const small = other.task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    small.setsockopt(SOL_SOCKET, SO_RCVBUF, 9999)
    small.close()
    expect(one.kernel.stateHash()).toBe(other.kernel.stateHash())
  })

  test('an option that is set to what it was', () => {
    const { kernel, receiver } = history()
    const before = kernel.stateHash()
    option(receiver, SO_RCVBUF, 212_992 / 2)
    option(receiver, SO_PRIORITY, 0)
    filter(receiver, 4)
    option(receiver, SO_DETACH_FILTER, 0)
    expect(kernel.stateHash()).toBe(before)
  })

  test('somebody who waits', () => {
    const { kernel, sender } = history()
    const before = kernel.stateHash()
    const aborted = new AbortController()
    const waiting = sender.readable({ signal: aborted.signal })
    expect(kernel.stateHash()).toBe(before)
    aborted.abort(new Error('enough'))
    return expect(waiting).rejects.toThrow('enough')
  })
})

describe('golden', () => {
  // Equal in debug and release, in Node and in browsers. It changes when the state itself does: then say so in the commit.
  test('an empty machine', () => {
    expect(boot().stateHash()).toBe('f221d51c9366807b')
  })

  test('a fixed history', () => {
    const { kernel, sender, receiver } = history()
    join(receiver, 7)
    sender.sendto(bytes(9, 9), 0, { nl_pid: 10, nl_groups: 64 })
    kernel.cn_netlink_send({ id: ID, data: bytes(1) }, 0, GFP_KERNEL)
    expect(kernel.stateHash()).toBe('d195d0b252ad6613')
  })
})
