// Listeners: who is handed what, when, in which order, and what becomes of what they do and throw.
import { describe, expect, test } from 'vitest'
import type { BootOptions, Kernel, KernelSocket, MessageView, Socket, Task } from '../../src/api.js'
import { replay } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'
import { LongSocket } from '../../src/user/long-socket.js'
import type { Socket as UserSocket } from '../../src/user/socket.js'
import { boot, restore } from '../support/kernels.js'
import { pair } from '../support/pair.js'

const { AF_NETLINK, GFP_KERNEL, NETLINK_USERSOCK, SOCK_RAW, SOL_NETLINK, SOL_SOCKET } = uapi
const isDebug = process.env.KERNEL_BUILD === 'debug'
const PROTOCOL = 20

/** A group in which the kernel sends, and members with listeners that write down what they get. */
class Bus {
  readonly kernel: Kernel
  readonly task: Task
  readonly ksock: KernelSocket
  readonly members: Socket[] = []
  readonly heard: string[] = []

  constructor(options?: BootOptions) {
    this.kernel = boot(options)
    this.task = this.kernel.spawn()
    this.ksock = this.kernel.netlink_kernel_create(PROTOCOL, { groups: 32 }) as KernelSocket
  }

  member(group = 1): Socket {
    const socket = this.task.socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
    socket.bind({ nl_groups: 1 << (group - 1) })
    this.members.push(socket)
    return socket
  }

  /** New members whose listeners write down what they get. */
  listeners(count: number): Socket[] {
    return Array.from({ length: count }, () => {
      const socket = this.member()
      this.listen(socket)
      return socket
    })
  }

  listen(socket: Socket, then: (text: string) => void = () => {}): Disposable {
    const name = this.members.indexOf(socket)
    return socket.onMessage(
      (message) => {
        this.heard.push(`${name} ${textOf(message)}`)
        then(textOf(message))
      },
      (error) => this.heard.push(`${name} ${error.code}`),
    )
  }

  send(text: string, group = 1): number {
    return this.kernel.netlink_broadcast(this.ksock, Buffer.from(text), 0, group, GFP_KERNEL)
  }

  /** What was heard since the last look. */
  get news(): string[] {
    return this.heard.splice(0)
  }
}

const textOf = (message: MessageView) => Buffer.from(message.bytes).toString()

/** The text of the socket's next message, or how receiving fails. */
function read(socket: Socket): string {
  const buffer = new Uint8Array(64)
  try {
    return Buffer.from(buffer.subarray(0, socket.recv(buffer))).toString()
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** A socket at port 7 that has no room, and a member of group 1. */
function fullAndGroup(groupLog: number) {
  const kernel = boot({ groupLog })
  const task = kernel.spawn()
  const [from, full, member] = [{}, { nl_pid: 7 }, { nl_groups: 1 }].map((address) => {
    const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    socket.bind(address)
    return socket
  }) as [Socket, Socket, Socket]
  small(full)
  from.sendto(new Uint8Array(4000), 0, { nl_pid: 7 })
  return { kernel, from, full, member }
}

/** A queue that is full after one message of 4 KB. */
const small = (socket: Socket) => socket.setsockopt(SOL_SOCKET, uapi.SO_RCVBUF, 0)

// A log is kept by all groups, or by none: nobody can tell the difference.
describe.each([0, 1])('with groupLog %i', (groupLog) => {
  test('a message is handed over before the call that sent it returns, and is in no queue', () => {
    const [from, to] = pair(boot({ groupLog }))
    const heard: string[] = []
    to.onMessage((message) => void heard.push(`${textOf(message)} of ${message.length}, words ${message.words.length}`))
    from.send(Buffer.from('hello'))
    expect(heard).toEqual(['hello of 5, words 2'])
    expect(read(to)).toBe('EAGAIN')
    expect(to.poll(uapi.POLLIN)).toBe(0)
  })

  test('all members have taken a message before the first listener runs, and run in the order of service', () => {
    const bus = new Bus({ groupLog })
    const queues: string[] = []
    bus.listeners(2)
    const newest = bus.member()
    bus.listen(newest, () => queues.push(...bus.members.map(read)))
    for (const text of ['one', 'two', 'three']) bus.send(text)
    expect(bus.news).toEqual(['one', 'two', 'three'].flatMap((text) => [2, 1, 0].map((name) => `${name} ${text}`)))
    expect(queues).toEqual(Array(9).fill('EAGAIN'))
  })

  test('what is queued when a listener comes is handed over at once', () => {
    const bus = new Bus({ groupLog })
    const socket = bus.member()
    for (const text of ['one', 'two', 'three']) bus.send(text)
    bus.listen(socket)
    expect(bus.news).toEqual(['0 one', '0 two', '0 three'])
    bus.send('four')
    expect(bus.news).toEqual(['0 four'])
  })

  test('what listeners send comes when the running ones are through, in the order in which it was sent', () => {
    const bus = new Bus({ groupLog })
    const [first, second] = [bus.member(), bus.member()]
    const answer = (name: number) => (text: string) => {
      if (text.length < 4) bus.send(`${text}${name}`)
    }
    bus.listen(first, answer(0))
    bus.listen(second, answer(1))
    bus.send('aa')
    const both = (text: string) => [`1 ${text}`, `0 ${text}`]
    expect(bus.news).toEqual(['aa', 'aa1', 'aa0', 'aa11', 'aa10', 'aa01', 'aa00'].flatMap(both))
  })

  test('a member does not get what it sends to its group, and others do', () => {
    const bus = new Bus({ groupLog })
    const [first, second, third] = bus.listeners(3)
    for (const [text, from] of [
      ['a', first],
      ['b', second],
      ['c', second],
      ['d', third],
    ] as const) {
      // Nobody has port 0 who would take it, too.
      from?.sendto(Buffer.from(text), 0, { nl_pid: first?.getsockname().nl_pid ?? 0, nl_groups: 1 })
    }
    expect(bus.news).toEqual(['2 a', '1 a', '0 a', '2 b', '0 b', '2 c', '0 c', '1 d', '0 d'])
  })

  test('a listener that is closed, or ended, by another one before its turn does not run', () => {
    const bus = new Bus({ groupLog })
    const [first, second] = bus.listeners(2) as [Socket, Socket]
    const third = bus.member()
    const ended = bus.listen(third)
    const last = bus.member()
    bus.listen(last, () => {
      second.close()
      ended[Symbol.dispose]()
    })
    bus.send('one')
    expect(bus.news).toEqual(['3 one', '0 one'])
    last.close()
    bus.send('two')
    expect(bus.news).toEqual(['0 two'])
    expect(read(third)).toBe('two')
    expect(read(first)).toBe('EAGAIN')
  })

  test('a listener that takes the place of another one does not get its message', () => {
    const bus = new Bus({ groupLog })
    const [first] = bus.listeners(1) as [Socket]
    bus.listen(bus.member(), (text) => {
      if (text !== 'one') return
      first.close()
      bus.listen(bus.member())
    })
    bus.send('one')
    expect(bus.news).toEqual(['1 one'])
    bus.send('two')
    expect(bus.news).toEqual(['2 two', '1 two'])
  })

  test('a member that leaves its group in a listener still gets what it had', () => {
    const bus = new Bus({ groupLog })
    const [first] = bus.listeners(1) as [Socket]
    bus.listen(bus.member(), (text) => {
      if (text !== 'one') return
      bus.send('two')
      first.setsockopt(SOL_NETLINK, uapi.NETLINK_DROP_MEMBERSHIP, 1)
      bus.send('three')
    })
    bus.send('one')
    expect(bus.news).toEqual(['1 one', '0 one', '1 two', '0 two', '1 three'])
    bus.send('four')
    expect(bus.news).toEqual(['1 four'])
  })

  test('members without a listener read as ever', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    const plain = bus.member()
    for (const text of ['one', 'two']) bus.send(text)
    expect(bus.news).toEqual(['1 one', '0 one', '1 two', '0 two'])
    expect([read(plain), read(plain), read(plain)]).toEqual(['one', 'two', 'EAGAIN'])
  })

  test('a socket in two groups has both, and leaves one', () => {
    const bus = new Bus({ groupLog })
    const [first, second] = bus.listeners(2) as [Socket, Socket]
    second.setsockopt(SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, 2)
    bus.send('one')
    bus.send('two', 2)
    second.setsockopt(SOL_NETLINK, uapi.NETLINK_DROP_MEMBERSHIP, 1)
    first.setsockopt(SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, 2)
    bus.send('three')
    bus.send('four', 2)
    expect(bus.news).toEqual(['1 one', '0 one', '1 two', '0 three', '1 four', '0 four'])
  })

  test('unicasts to members and multicasts come in the order in which they were sent', () => {
    const bus = new Bus({ groupLog })
    const [first, second] = bus.listeners(2) as [Socket, Socket]
    const { nl_pid } = first.getsockname()
    bus.listen(bus.member(), (text) => {
      if (text !== 'go') return
      bus.send('a')
      bus.kernel.netlink_unicast(bus.ksock, Buffer.from('b'), nl_pid, true)
      bus.send('c')
      second.close()
      bus.send('d')
    })
    bus.send('go')
    expect(bus.news).toEqual(['2 go', '0 go', '2 a', '0 a', '0 b', '2 c', '0 c', '2 d', '0 d'])
    bus.send('e')
    expect(bus.news).toEqual(['2 e', '0 e'])
  })

  test('a loss comes as an error, where recv() would throw it, and once', () => {
    const bus = new Bus({ groupLog })
    const [first] = bus.listeners(1) as [Socket]
    small(first)
    bus.listen(bus.member(), (text) => {
      if (text !== 'go') return
      for (const more of ['a', 'b', 'c', 'd', 'e', 'f']) bus.send(more)
    })
    bus.send('go')
    const own = bus.news.filter((line) => line.startsWith('0'))
    expect(own.filter((line) => line === '0 ENOBUFS')).toEqual(['0 ENOBUFS'])
    expect(own.slice(0, 3)).toEqual(['0 go', '0 ENOBUFS', '0 a'])
    expect(own.length).toBeLessThan(8)
    bus.send('g')
    expect(bus.news).toEqual(['1 g', '0 g'])
  })

  test('what nobody has room for costs no memory until the call is over', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    const used: number[] = []
    const timer = bus.kernel.timer_setup(() => {
      for (let n = 0; n < 1000; n++) bus.send('one')
      used.push(bus.kernel.stats().memory.used)
      if (used.length < 3) bus.kernel.mod_timer(timer, bus.kernel.jiffies + 1)
    })
    bus.kernel.mod_timer(timer, bus.kernel.jiffies + 1)
    bus.kernel.clock.advance(100)
    expect(used).toEqual([used[0], used[0], used[0]])
  })

  test('a loss is told though nobody has got anything', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    bus.kernel.faults.add({ action: 'drop', times: 3 })
    for (const text of ['one', 'two']) bus.send(text)
    expect(bus.news).toEqual(['1 ENOBUFS', '0 ENOBUFS', '1 ENOBUFS', '0 two'])
  })

  test('a listener ends a congestion whose error somebody else has taken', () => {
    const bus = new Bus({ groupLog })
    const socket = bus.member()
    bus.kernel.faults.overrun(socket)
    expect(socket.getsockopt(SOL_SOCKET, uapi.SO_ERROR)).toBe(uapi.ENOBUFS)
    bus.listen(socket)
    bus.send('one')
    expect(bus.news).toEqual(['0 one'])
  })

  test('netlink_set_err() reaches listeners', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(3)
    bus.send('one')
    expect(bus.kernel.netlink_set_err(bus.ksock, 0, 1, -uapi.EPERM)).toBe(0)
    bus.send('two')
    expect(bus.news).toEqual([
      ...['2 one', '1 one', '0 one'],
      ...['2 EPERM', '1 EPERM', '0 EPERM'],
      ...['2 two', '1 two', '0 two'],
    ])
  })

  test('each gets what its filter leaves', () => {
    const bus = new Bus({ groupLog })
    const keep = (socket: Socket, length: number) =>
      socket.setsockopt(SOL_SOCKET, uapi.SO_ATTACH_FILTER, { filter: [[6, 0, 0, length]] })
    const sockets = bus.listeners(4) as [Socket, Socket, Socket, Socket]
    keep(sockets[0], 2)
    keep(sockets[1], 0)
    keep(sockets[2], 3)
    bus.send('hello')
    bus.send('world')
    expect(bus.news).toEqual(['3 hello', '2 hel', '0 he', '3 world', '2 wor', '0 wo'])
  })

  test('a message in a group of thousands is for all of them, in order, though one closes others', () => {
    const bus = new Bus({ groupLog, limits: { memory: 32 << 20 } })
    const members = bus.listeners(3000)
    bus.send('one')
    expect(bus.news).toEqual(members.map((_, at) => `${2999 - at} one`))
    bus.listen(bus.member(), () => {
      for (let at = 0; at < 3000; at += 2) members[at]?.close()
    })
    bus.send('two')
    expect(bus.news).toEqual([
      '3000 two',
      ...members.map((_, at) => `${2999 - at} two`).filter((_, at) => at % 2 === 0),
    ])
  })

  test('a listener may receive by itself, which takes what it would have got', () => {
    const bus = new Bus({ groupLog })
    const [first] = bus.listeners(1) as [Socket]
    const own: string[] = []
    bus.listen(bus.member(), (text) => {
      if (text !== 'one') return
      for (const more of ['two', 'three', 'four']) bus.send(more)
      own.push(read(first))
      expect(first.peek()?.length).toBe(5)
    })
    bus.send('one')
    expect(own).toEqual(['two'])
    expect(bus.news).toEqual(['1 one', '0 one', '1 two', '1 three', '0 three', '1 four', '0 four'])
    // The peeked message went by a listener.
    first.release()
    bus.send('five')
    expect(bus.news).toEqual(['1 five', '0 five'])
  })

  test('who waits for room goes on when a listener has made it', async () => {
    const kernel = boot({ groupLog })
    const [from, to] = pair(kernel)
    small(to)
    const send = (text: string) => kernel.waiting(() => from.send(Buffer.from(text.repeat(4000))))
    const sent = [send('a'), send('b'), send('c')]
    const heard: string[] = []
    to.onMessage((message) => void heard.push(textOf(message).slice(0, 1)))
    expect(await Promise.all(sent)).toEqual([4000, 4000, 4000])
    expect(heard).toEqual(['a', 'b', 'c'])
  })

  test('who waits for room waits for it, whatever listeners find empty', async () => {
    const kernel = boot({ groupLog })
    const [from, full] = pair(kernel)
    const task = kernel.spawn()
    const [member, other] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
    member.bind({ nl_groups: 1 })
    other.bind({})
    small(full)
    from.send(new Uint8Array(4000))
    const heard: string[] = []
    member.onMessage(() => void heard.push(read(other)))
    const sent = kernel.waiting(() => from.sendto(new Uint8Array(4000), 0, { nl_pid: 7, nl_groups: 1 }))
    expect(heard).toEqual(['EAGAIN'])
    full.recv(new Uint8Array(4000))
    expect(heard).toEqual(['EAGAIN', 'EAGAIN'])
    expect(await sent).toBe(4000)
  })

  test('who waits for room waits for it, whoever is woken by what its group has got', async () => {
    const { kernel, from, full, member } = fullAndGroup(groupLog)
    const got = member.readable().then(() => member.recv(new Uint8Array(10)))
    const sent = kernel.waiting(() => from.sendto(new Uint8Array(4000), 0, { nl_pid: 7, nl_groups: 1 }))
    expect(await got).toBe(10)
    full.recv(new Uint8Array(4000))
    expect(await sent).toBe(4000)
  })

  test('who waits for a message gets what came when he asked', async () => {
    const kernel = boot({ groupLog })
    const [from, to] = pair(kernel)
    kernel.faults.overrun(to)
    expect(to.getsockopt(SOL_SOCKET, uapi.SO_ERROR)).toBe(uapi.ENOBUFS)
    const sent = kernel.waiting(() => from.send(new Uint8Array(5)))
    // It finds nothing, which ends the congestion, so that the other one sends.
    const got = kernel.waiting(() => to.recv(new Uint8Array(10)))
    expect(await Promise.all([sent, got])).toEqual([5, 5])
  })

  test('who waits for room goes on when a listener has read everything in the meantime', async () => {
    const { kernel, from, full, member } = fullAndGroup(groupLog)
    member.onMessage(() => void read(full))
    const sent = kernel.waiting(() => from.sendto(new Uint8Array(4000), 0, { nl_pid: 7, nl_groups: 1 }))
    expect(await sent).toBe(4000)
  })

  test('what a group gets is heard though the port of the same message has no room, of a shared socket too', () => {
    const { from, member } = fullAndGroup(groupLog)
    const heard: number[] = []
    member.onMessage(({ length }) => void heard.push(length))
    const to = { addrlen: 12, family: AF_NETLINK, pid: 7, groups: 1 }
    expect(() => from.sendto(new Uint8Array(4000), 0, { nl_pid: 7, nl_groups: 1 })).toThrow('EAGAIN')
    expect(heard.splice(0)).toEqual([4000])
    const shared = new LongSocket(from as UserSocket)
    expect(shared.send(new BigUint64Array(500), 0, 4000, to)).toBe(-uapi.EAGAIN)
    expect(heard).toEqual([4000])
  })

  test('snapshots have listeners, and a rewind brings them back', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    const kept = bus.listen(bus.member())
    bus.send('one')
    const snapshot = bus.kernel.snapshot()
    const hash = bus.kernel.stateHash()
    kept[Symbol.dispose]()
    bus.members[0]?.close()
    bus.send('two')
    bus.kernel.rewind(snapshot)
    expect(bus.kernel.stateHash()).toBe(hash)
    bus.send('three')
    expect(bus.news).toEqual([...['2 one', '1 one', '0 one', '1 two'], ...['2 three', '1 three', '0 three']])
    kept[Symbol.dispose]()
    bus.send('four')
    expect(bus.news).toEqual(['1 four', '0 four'])
  })

  test('after a rewind the listeners of a group are its own, whoever was called last', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    for (const text of ['one', 'two']) bus.send(text)
    const snapshot = bus.kernel.snapshot()
    for (const socket of [bus.member(2), bus.member(2)]) bus.listen(socket)
    for (const text of ['three', 'four']) bus.send(text, 2)
    bus.kernel.rewind(snapshot)
    bus.heard.length = 0
    bus.send('five')
    expect(bus.news).toEqual(['1 five', '0 five'])
  })

  test('a rewind to before a listener takes it away', () => {
    const bus = new Bus({ groupLog })
    const socket = bus.member()
    const snapshot = bus.kernel.snapshot()
    const kept = bus.listen(socket)
    bus.kernel.rewind(snapshot)
    bus.send('one')
    expect(bus.news).toEqual([])
    kept[Symbol.dispose]()
    expect(read(socket)).toBe('one')
    bus.listen(socket)
    kept[Symbol.dispose]()
    bus.send('two')
    expect(bus.news).toEqual(['0 two'])
  })

  test('a machine restored elsewhere has none, lists them, and queues', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    bus.send('one')
    const snapshot = bus.kernel.snapshot()
    const twin = restore(snapshot.export())
    const id = bus.kernel.socketId(bus.members[0] as Socket)
    expect(twin.unbound).toEqual([
      'kernel socket of protocol 20',
      `listener of socket ${id + 1}`,
      `listener of socket ${id}`,
    ])
    expect(twin.stateHash()).toBe(snapshot.stateHash)
    const again = twin.netlink_kernel_create(PROTOCOL, {})
    expect(again).toBe(null)
    const [task] = twin.tasks() as [Task]
    const [socket] = twin.sockets(task) as [Socket]
    const from = task.socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
    from.sendto(Buffer.from('two'), 0, socket.getsockname())
    expect(read(socket)).toBe('two')
    const heard: string[] = []
    socket.onMessage((message) => void heard.push(textOf(message)))
    from.sendto(Buffer.from('three'), 0, socket.getsockname())
    expect(heard).toEqual(['three'])
  })

  test('a journal leads to the same state', () => {
    const bus = new Bus({ groupLog, journal: true })
    const [first] = bus.listeners(3) as [Socket]
    const ended = bus.listen(bus.member(), (text) => {
      if (text === 'one') bus.send('more')
    })
    bus.send('one')
    first.close()
    ended[Symbol.dispose]()
    bus.send('two')
    const result = replay(bus.kernel.journal.export())
    expect(result).toEqual({
      calls: bus.kernel.journal.calls,
      stateHash: bus.kernel.stateHash(),
      expected: bus.kernel.stateHash(),
      difference: null,
    })
  })

  test('a tap is told of each receive', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    bus.send('before')
    const told: string[] = []
    bus.kernel.tap((event) => void told.push(event.kind))
    bus.send('one')
    expect(told.filter((kind) => kind === 'receive')).toHaveLength(2)
    expect(bus.news).toEqual(['1 before', '0 before', '1 one', '0 one'])
  })

  test('a message that a fault rule delays is handed over in its time', () => {
    const bus = new Bus({ groupLog })
    bus.listeners(2)
    bus.kernel.faults.add({ action: 'delay', ms: 10 })
    bus.send('one')
    expect(bus.news).toEqual([])
    bus.kernel.clock.advance(9)
    expect(bus.news).toEqual([])
    bus.kernel.clock.advance(1)
    expect(bus.news).toEqual(['1 one', '0 one'])
  })
})

describe('errors', () => {
  test('what one listener throws surfaces at the outermost call, and the others run', () => {
    const bus = new Bus()
    bus.listeners(1)
    bus.listen(bus.member(), () => {
      throw new Error('mine')
    })
    bus.listeners(1)
    expect(() => bus.send('one')).toThrow('mine')
    expect(bus.news).toEqual(['2 one', '1 one', '0 one'])
  })

  test('what several throw comes together, and what a listener catches does not', () => {
    const bus = new Bus()
    for (const text of ['first', 'second']) {
      bus.member().onMessage(() => {
        throw new Error(text)
      })
    }
    const [from, to] = pair(bus.kernel)
    to.onMessage(() => {
      throw new Error('inner')
    })
    bus.listen(bus.member(), () => {
      expect(() => from.send(Buffer.from('x'), uapi.MSG_OOB)).toThrow('EOPNOTSUPP')
      from.send(Buffer.from('x'))
    })
    const caught: unknown[] = []
    try {
      bus.send('one')
    } catch (error) {
      caught.push(...(error as AggregateError).errors.map((one: Error) => one.message))
    }
    expect(caught).toEqual(['second', 'first', 'inner'])
  })

  test('a callback that throws within a listener belongs to the call of the listener', () => {
    const kernel = boot()
    const [from, to] = pair(kernel)
    kernel.cn_add_callback({ idx: 5, val: 1 }, 'bad', () => {
      throw new Error('of the callback')
    })
    const cn = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const message = uapi.encodeConnectorMessage({ id: { idx: 5, val: 1 } })
    const caught: string[] = []
    to.onMessage(() => {
      try {
        cn.send(message)
      } catch (error) {
        caught.push((error as Error).message)
      }
    })
    from.send(Buffer.from('x'))
    expect(caught).toEqual(['of the callback'])
  })

  test('without a function for errors the call throws them', () => {
    const bus = new Bus()
    const socket = bus.member()
    const heard: string[] = []
    socket.onMessage((message) => void heard.push(textOf(message)))
    expect(() => bus.kernel.netlink_set_err(bus.ksock, 0, 1, -uapi.ENOBUFS)).toThrow('ENOBUFS')
    bus.send('one')
    expect(heard).toEqual(['one'])
  })

  test('a listener that throws what was queued is none, and another one can come', () => {
    const bus = new Bus()
    const socket = bus.member()
    bus.kernel.netlink_set_err(bus.ksock, 0, 1, -uapi.EPERM)
    const heard: string[] = []
    expect(() => socket.onMessage((message) => void heard.push(textOf(message)))).toThrow('EPERM')
    for (const text of ['one', 'two']) bus.send(text)
    const failing = (message: MessageView) => {
      heard.push(textOf(message))
      throw new Error('mine')
    }
    expect(() => socket.onMessage(failing)).toThrow('several callbacks threw')
    expect(heard).toEqual(['one', 'two'])
    bus.send('three')
    bus.listen(socket)
    expect([bus.news, heard.length]).toEqual([['0 three'], 2])
  })

  test('wrong arguments, a second listener, a closed socket', () => {
    const bus = new Bus()
    const socket = bus.member()
    expect(() => socket.onMessage(5 as never)).toThrow(TypeError)
    expect(() => socket.onMessage(() => {}, 5 as never)).toThrow(TypeError)
    const one = bus.listen(socket)
    expect(() => socket.onMessage(() => {})).toThrow('EBUSY')
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    const other = bus.listen(socket)
    one[Symbol.dispose]()
    bus.send('one')
    expect(bus.news).toEqual(['0 one'])
    socket.close()
    other[Symbol.dispose]()
    expect(() => socket.onMessage(() => {})).toThrow('EBADF')
  })

  test('where memory ends there is no listener, and nothing is lost', () => {
    const bus = new Bus({ limits: { memory: 256 * 1024 } })
    const sockets: Socket[] = []
    let refused = ''
    try {
      for (;;) {
        sockets.push(bus.member())
        sockets.at(-1)?.onMessage(() => {})
      }
    } catch (error) {
      refused = (error as { code: string }).code
    }
    expect(refused).toBe('ENOBUFS')
    bus.kernel.faults.failslab({ probability: 100 })
    const last = sockets.at(-1) as Socket
    expect(() => last.onMessage(() => {})).toThrow(/ENOBUFS|EBUSY|EBADF/)
    bus.kernel.faults.failslab({ probability: 0 })
    for (const socket of sockets.splice(0, 20)) socket.close()
    bus.listeners(1)
    expect(bus.send('one')).toBe(0)
    expect(bus.news).toHaveLength(1)
  })

  test('a machine that was halted takes its listeners along, and who ends one later meets no error', () => {
    const bus = new Bus()
    const listener = bus.listen(bus.member())
    bus.kernel.halt()
    expect(() => listener[Symbol.dispose]()).not.toThrow()
  })

  test('neither a snapshot nor the end of the machine comes in the middle', () => {
    const bus = new Bus()
    const refusals: string[] = []
    bus.listen(bus.member(), () => {
      for (const call of [() => bus.kernel.snapshot(), () => bus.kernel.halt()]) {
        try {
          call()
        } catch (error) {
          refusals.push((error as Error).message)
        }
      }
    })
    bus.send('one')
    expect(refusals).toEqual([
      'a snapshot cannot be taken while the kernel calls functions or wakes somebody',
      'a function that the kernel has called cannot halt it',
    ])
    expect(bus.news).toEqual(['0 one'])
  })
})

describe('with the rest of the machine', () => {
  test('what a callback of the kernel sends comes when the call that ran it is over', () => {
    const kernel = boot()
    const heard: string[] = []
    const task = kernel.spawn()
    const open = () => task.socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const [from, to] = [open(), open()]
    to.bind({ nl_pid: 9, nl_groups: 1 })
    to.onMessage((message) => void heard.push(`message of ${message.length}`))
    kernel.cn_add_callback({ idx: 1, val: 5 }, 'echo', (msg) => {
      kernel.cn_netlink_send(msg, 0, 1, GFP_KERNEL)
      heard.push('callback')
    })
    from.send(uapi.encodeConnectorMessage({ id: { idx: 1, val: 5 }, data: new Uint8Array(8) }))
    expect(heard).toEqual(['callback', 'message of 44'])
  })

  test('a dump goes on until its end', () => {
    const kernel = boot()
    let parts = 0
    const ksock = kernel.netlink_kernel_create(PROTOCOL, {
      input: (skb) => {
        kernel.netlink_rcv_skb(skb, (request, nlh) =>
          kernel.netlink_dump_start(ksock as KernelSocket, request, nlh, {
            dump: (out, { portid, seq }) => {
              if (parts++ === 5) return 0
              while (out.nlmsg_put(portid, seq, 30, new Uint8Array(500), uapi.NLM_F_MULTI)) {}
              return out.len
            },
          }),
        )
      },
    })
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
    const types: number[] = []
    socket.onMessage(({ words }) => void types.push((words[1] as number) & 0xffff))
    const header = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP, nlmsg_seq: 3, nlmsg_pid: 0 }
    for (let n = 0; n < 2; n++) {
      parts = 0
      socket.send(uapi.encodeNlmsg(header, new Uint8Array(0)))
    }
    const one = [30, 30, 30, 30, 30, uapi.NLMSG_DONE]
    expect(types).toEqual([...one, ...one])
  })

  test('a dump whose first part found no memory goes on with the next message', () => {
    const kernel = boot({ groupLog: 1 })
    let parts = 0
    const ksock = kernel.netlink_kernel_create(PROTOCOL, {
      groups: 1,
      input: (skb) => {
        kernel.netlink_rcv_skb(skb, (request, nlh) => {
          kernel.netlink_dump_start(ksock, request, nlh, { dump: () => parts++ && 0 })
          return -uapi.EINTR
        })
      },
    }) as KernelSocket
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
    socket.bind({ nl_groups: 1 })
    const heard: number[] = []
    socket.onMessage(({ length }) => void heard.push(length))
    const send = () => kernel.netlink_broadcast(ksock, new Uint8Array(4), 0, 1, GFP_KERNEL)
    for (let n = 0; n < 2; n++) send()
    const header = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP, nlmsg_seq: 3, nlmsg_pid: 0 }
    // The request and what keeps the dump are given, both tries of the part are not.
    kernel.faults.failslab({ probability: 100, times: 2, space: 300 })
    socket.send(uapi.encodeNlmsg(header, new Uint8Array(0)))
    expect([kernel.faults.failed, parts, heard.splice(0)]).toEqual([2, 0, [4, 4]])
    send()
    expect([parts, heard]).toEqual([1, [4, 20]])
  })

  test('a listener may receive while a dump runs, and see its end', () => {
    const kernel = boot()
    let parts = 0
    const ksock = kernel.netlink_kernel_create(PROTOCOL, {
      input: (skb) => {
        kernel.netlink_rcv_skb(skb, (request, nlh) =>
          kernel.netlink_dump_start(ksock, request, nlh, {
            dump: (out, { portid, seq }) => {
              if (parts++ > 0) return 0
              while (out.nlmsg_put(portid, seq, 30, new Uint8Array(500), uapi.NLM_F_MULTI)) {}
              return out.len
            },
          }),
        )
      },
    }) as KernelSocket
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
    const heard: unknown[] = []
    socket.onMessage(
      ({ words }) => {
        heard.push((words[1] as number) & 0xffff)
        if (heard.length > 1) return
        kernel.netlink_unicast(ksock, Buffer.from('more'), socket.getsockname().nl_pid, true)
        heard.push(read(socket))
      },
      ({ code }) => heard.push(code),
    )
    const header = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP, nlmsg_seq: 3, nlmsg_pid: 0 }
    socket.send(uapi.encodeNlmsg(header, new Uint8Array(0)))
    expect(heard).toEqual([30, 'more', uapi.NLMSG_DONE])
  })

  test('readable() waits on beside a listener, until that is gone', async () => {
    const [from, to] = pair(boot())
    const heard: string[] = []
    const listening = to.onMessage((message) => void heard.push(textOf(message)))
    const order: string[] = []
    const waiting = to.readable().then(() => order.push('readable'))
    from.send(Buffer.from('one'))
    await new Promise((resolve) => setImmediate(resolve))
    expect([heard, order]).toEqual([['one'], []])
    listening[Symbol.dispose]()
    from.send(Buffer.from('two'))
    await waiting
    expect(read(to)).toBe('two')
  })

  test('timers that send are heard when time has moved', () => {
    const bus = new Bus()
    bus.listeners(1)
    for (const ticks of [1, 2]) {
      bus.kernel.mod_timer(
        bus.kernel.timer_setup(() => void bus.send(`tick ${ticks}`)),
        bus.kernel.jiffies + ticks,
      )
    }
    bus.kernel.clock.advance(100)
    expect(bus.news).toEqual(['0 tick 1', '0 tick 2'])
  })

  test('what tasks do is heard before they go on', () => {
    const kernel = boot()
    const task = kernel.spawn()
    const child = task.fork()
    const socket = task.socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    socket.bind({ nl_groups: uapi.CN_IDX_PROC })
    const operation = new Uint8Array(Uint32Array.of(uapi.PROC_CN_MCAST_LISTEN).buffer)
    socket.send(uapi.encodeConnectorMessage({ id: { idx: uapi.CN_IDX_PROC, val: uapi.CN_VAL_PROC }, data: operation }))
    const heard: number[] = []
    socket.onMessage(({ words }) => void heard.push(words[9] as number))
    heard.length = 0
    const acts = [
      () => child.exec('sh'),
      () => child.setcomm('name'),
      () => child.setresgid(5, 5, 5),
      () => child.setresuid(5, 5, 5),
      () => child.setsid(),
      () => task.ptrace('attach', child),
      () => task.ptrace('detach', child),
      () => child.kill(9),
    ]
    const counts = acts.map((act) => {
      act()
      return heard.splice(0).length
    })
    expect(counts).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  })

  test('an exiting task takes its listeners along', () => {
    const bus = new Bus()
    bus.listeners(3)
    bus.task.exit(0)
    expect(bus.send('one')).toBeLessThan(0)
    expect(bus.news).toEqual([])
  })
})

describe.runIf(isDebug)('in the debug build', () => {
  test('a message is over when the listener has returned', () => {
    const [from, to] = pair(boot())
    const kept: MessageView[] = []
    to.onMessage((message) => void kept.push(message))
    from.send(Buffer.from('x'))
    expect(() => kept[0]?.bytes).toThrow('a pushed message is valid until the listener returns')
  })

  test('a message that was written to is an error', () => {
    const [from, to] = pair(boot())
    to.onMessage(({ bytes }) => void bytes.fill(9))
    expect(() => from.send(Buffer.from('x'))).toThrow('a pushed message was written to')
  })
})
