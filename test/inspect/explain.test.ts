// kernel.explain(): for each reason a small scene, whose real send agrees with it.
import { describe, expect, test } from 'vitest'
import type { ExplainQuestion, Kernel, Socket } from '../../src/api.js'
import {
  AF_NETLINK,
  boot,
  encodeConnectorMessage,
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

const USER = NETLINK_USERSOCK
const ONE = Uint8Array.of(1)

/** Asks, looks that nothing has changed, and gives the answer. */
function ask(kernel: Kernel, question: ExplainQuestion) {
  const before = kernel.stateHash()
  const told = kernel.explain(question)
  expect(kernel.stateHash()).toBe(before)
  expect(told.sentence).toMatch(/^[A-Za-z].*\.$/)
  expect(told.steps).toContain(told.sentence)
  return told
}

/** A socket as the kernel has it. */
const stateOf = (kernel: Kernel, socket: Socket) =>
  kernel.inspect().sockets.find(({ id }) => id === kernel.socketId(socket))

/** Asks about a task's datagram, sends it, and says what came of it: the errno or 'sent', and what the receiver then has. */
function askAndSend(
  kernel: Kernel,
  from: Socket,
  data: Uint8Array,
  to: { nl_pid?: number; nl_groups?: number },
  receiver: Socket,
) {
  const { reason, reaches, sentence } = ask(kernel, { from, data, to, receiver })
  const queued = () => stateOf(kernel, receiver)?.queue.length
  const before = queued()
  const result = answer(() => from.sendto(data, 0, to) >= 0 && 'sent')
  expect(reaches, sentence).toBe(before !== queued())
  return [reason, result]
}

describe('a unicast', () => {
  const scene = () => {
    const kernel = boot()
    return { kernel, from: bound(kernel, 7), to: bound(kernel, 8) }
  }

  test('delivered; also to the sender itself, before it has a port', () => {
    const { kernel, from, to } = scene()
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)).toEqual(['delivered', 'sent'])
    const task = kernel.spawn()
    const fresh = task.socket(AF_NETLINK, SOCK_RAW, USER)
    expect(askAndSend(kernel, fresh, ONE, { nl_pid: task.pid }, fresh)).toEqual(['delivered', 'sent'])
  })

  test('empty: ENODATA', () => {
    const { kernel, from, to } = scene()
    expect(askAndSend(kernel, from, new Uint8Array(0), { nl_pid: 8 }, to)).toEqual(['empty', 'ENODATA'])
  })

  test('too-long: EMSGSIZE, with the numbers; a byte less is not', () => {
    const { kernel, from, to } = scene()
    from.setsockopt(SOL_SOCKET, SO_SNDBUF, 4000)
    expect(askAndSend(kernel, from, new Uint8Array(7969), { nl_pid: 8 }, to)).toEqual(['too-long', 'EMSGSIZE'])
    expect(ask(kernel, { from, data: new Uint8Array(7969), to: { nl_pid: 8 } }).sentence).toContain(
      '7969 bytes, and a send buffer of 8000 lets 7968',
    )
    expect(askAndSend(kernel, from, new Uint8Array(7968), { nl_pid: 8 }, to)).toEqual(['delivered', 'sent'])
  })

  test('no-socket: ECONNREFUSED, and where there is one with that port', () => {
    const { kernel, from, to } = scene()
    onConnector(kernel, 99)
    expect(ask(kernel, { from, data: ONE, to: { nl_pid: 98 } })).toMatchObject({ reaches: false, reason: 'no-socket' })
    expect(ask(kernel, { from, data: ONE, to: { nl_pid: 99 } }).sentence).toContain(`of protocol ${NETLINK_CONNECTOR}`)
    expect(askAndSend(kernel, from, ONE, { nl_pid: 99 }, to)).toEqual(['other-port', 'ECONNREFUSED'])
  })

  test('no-kernel-socket: port 0, ECONNREFUSED', () => {
    const { kernel, from, to } = scene()
    const told = ask(kernel, { from, data: ONE })
    expect(told).toMatchObject({ reaches: false, reason: 'no-kernel-socket' })
    expect(askAndSend(kernel, from, ONE, {}, to)).toEqual(['other-port', 'ECONNREFUSED'])
    kernel.netlink_kernel_create(USER)
    expect(ask(kernel, { from, data: ONE }).sentence).toContain('without an input function')
    const there = kernel.spawn({ netns: 'there' }).socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    expect(ask(kernel, { from: there, data: message(1, 1) }).reason).toBe('no-kernel-socket')
    expect(answer(() => there.send(message(1, 1)))).toBe('ECONNREFUSED')
  })

  test('privilege: EPERM; who is connected needs none to go on', () => {
    const kernel = boot()
    const to = onConnector(kernel, 8)
    const user = kernel.spawn({ uid: 1000 }).socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    expect(askAndSend(kernel, user, ONE, { nl_pid: 8 }, to)).toEqual(['privilege', 'EPERM'])
    expect(askAndSend(kernel, user, ONE, { nl_groups: 1 }, to)).toEqual(['privilege', 'EPERM'])
    expect(ask(kernel, { from: user, data: message(1, 1) })).toMatchObject({ reaches: true, reason: 'callback' })
    const admin = kernel.spawn({ uid: 1000, caps: ['CAP_NET_ADMIN'] }).socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    expect(askAndSend(kernel, admin, ONE, { nl_pid: 8 }, to)).toEqual(['delivered', 'sent'])
    expect(askAndSend(kernel, bound(kernel, 7), ONE, {}, to)).toEqual(['protocol', 'ECONNREFUSED'])
  })

  test('connected: to another port than the sender’s, also if that is drawn only now', () => {
    const { kernel, from, to } = scene()
    to.connect({ nl_pid: 9 })
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)).toEqual(['connected', 'ECONNREFUSED'])
    to.connect({ nl_pid: 7 })
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)).toEqual(['delivered', 'sent'])
    const task = kernel.spawn({ pid: 7 })
    const second = task.socket(AF_NETLINK, SOCK_RAW, USER)
    expect(askAndSend(kernel, second, ONE, { nl_pid: 8 }, to)).toEqual(['connected', 'ECONNREFUSED'])
  })

  test('full: EAGAIN, with the numbers', () => {
    const { kernel, from, to } = scene()
    to.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
    let last: unknown[] = []
    for (let n = 0; n < 9 && last[1] !== 'EAGAIN'; n++) last = askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)
    expect(last).toEqual(['full', 'EAGAIN'])
    const state = stateOf(kernel, to)
    expect(ask(kernel, { from, data: ONE, to: { nl_pid: 8 } }).sentence).toContain(
      `${state?.rmem} of ${state?.rcvbuf} bytes are in use`,
    )
  })

  test('congested: since which message, until the queue is empty', () => {
    const { kernel, from, to } = scene()
    from.sendto(ONE, 0, { nl_pid: 8 })
    kernel.faults.overrun(to)
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)).toEqual(['congested', 'EAGAIN'])
    const number = kernel.inspect().sockets.at(-1)?.queue[0]?.number
    expect(ask(kernel, { from, data: ONE, to: { nl_pid: 8 } }).sentence).toContain(`message ${number} is the last`)
    received(to)
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)).toEqual(['delivered', 'sent'])
    kernel.faults.overrun(to)
  })

  test('filter: may drop it', () => {
    const { kernel, from, to } = scene()
    to.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, 9]] })
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)).toEqual(['filter', 'sent'])
  })

  test('no-memory: critical pressure', () => {
    const { kernel, from, to } = scene()
    kernel.memoryPressure = 'critical'
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, to)).toEqual(['no-memory', 'ENOBUFS'])
    expect(ask(kernel, { protocol: USER, data: ONE, to: { nl_pid: 8 } }).reason).toBe('no-memory')
    expect(kernel.inject(USER, ONE, { portid: 8 })).toBe(-12)
  })

  test('the receiver is closed, of another protocol, in another namespace', () => {
    const { kernel, from, to } = scene()
    const there = kernel.spawn({ netns: 'there' }).socket(AF_NETLINK, SOCK_RAW, USER)
    there.bind({ nl_pid: 8 })
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, there)).toEqual(['namespace', 'sent'])
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8 }, onConnector(kernel, 8))).toEqual(['protocol', 'sent'])
    to.close()
    expect(ask(kernel, { from, data: ONE, to: { nl_pid: 8 }, receiver: to }).reason).toBe('closed')
  })
})

describe('a multicast', () => {
  const scene = () => {
    const kernel = boot()
    return { kernel, from: bound(kernel, 7), to: bound(kernel, 8, 2) }
  }

  test('delivered; several receivers are counted', () => {
    const { kernel, from, to } = scene()
    expect(askAndSend(kernel, from, ONE, { nl_groups: 2 }, to)).toEqual(['delivered', 'ECONNREFUSED'])
    bound(kernel, 9, 2)
    expect(ask(kernel, { from, data: ONE, to: { nl_groups: 2 } }).sentence).toContain('2 receivers')
    expect(ask(kernel, { from, data: ONE, to: { group: 2 } }).reaches).toBe(true)
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8, nl_groups: 2 }, to)).toEqual(['delivered', 'sent'])
  })

  test('no-listener; there may be some in another namespace', () => {
    const { kernel, from } = scene()
    expect(ask(kernel, { from, data: ONE, to: { nl_groups: 4 } })).toMatchObject({
      reaches: false,
      reason: 'no-listener',
    })
    kernel.spawn({ netns: 'there' }).socket(AF_NETLINK, SOCK_RAW, USER).bind({ nl_groups: 4 })
    expect(ask(kernel, { from, data: ONE, to: { nl_groups: 4 } }).sentence).toContain('namespace 1')
    expect(kernel.inject(USER, ONE, { group: 3 })).toBe(-3)
  })

  test('not-member: which groups it has', () => {
    const { kernel, from, to } = scene()
    expect(askAndSend(kernel, from, ONE, { nl_groups: 4 }, to)).toEqual(['not-member', 'ECONNREFUSED'])
    expect(ask(kernel, { from, data: ONE, to: { nl_groups: 4 }, receiver: to }).sentence).toContain(
      'a member of 2 only',
    )
  })

  test('self: the sender is left out', () => {
    const { kernel, to } = scene()
    expect(askAndSend(kernel, to, ONE, { nl_groups: 2 }, to)).toEqual(['self', 'ECONNREFUSED'])
    expect(ask(kernel, { from: to, data: ONE, to: { nl_groups: 2 } })).toMatchObject({ reaches: false, reason: 'self' })
  })

  test('unbound: a member without a port, where port 0 is named', () => {
    const { kernel, from } = scene()
    const taken = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, USER)
    kernel.__netlink_clear_multicast_users(kernel.netlink_kernel_create(USER) as never, 2)
    expect(answer(() => taken.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 2))).toBe(undefined)
    expect(taken.getsockname().nl_pid).toBe(0)
    expect(askAndSend(kernel, from, ONE, { nl_groups: 2 }, taken)).toEqual(['unbound', 'ECONNREFUSED'])
    expect(askAndSend(kernel, from, ONE, { nl_pid: 8, nl_groups: 2 }, taken)).toEqual(['delivered', 'sent'])
  })

  test('excluded: the kernel’s message leaves a port out', () => {
    const { kernel, to } = scene()
    const question = { protocol: USER, data: ONE, to: { nl_pid: 8, group: 2 } }
    expect(ask(kernel, { ...question, receiver: to })).toMatchObject({ reaches: false, reason: 'excluded' })
    expect(ask(kernel, question).reason).toBe('excluded')
    expect([kernel.inject(USER, ONE, { portid: 8, group: 2 }), received(to)]).toEqual([-3, []])
  })

  test('full and congested are losses', () => {
    const kernel = boot()
    const [member, spared] = [onConnector(kernel, 8, 1), onConnector(kernel, 9, 1)]
    spared.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
    for (const socket of [member, spared]) socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
    const data = encodeConnectorMessage({ id: { idx: 1, val: 9 }, data: new Uint8Array(700) })
    const question = { data, to: { group: 1 }, receiver: member }
    const seen: string[] = []
    for (let n = 0; n < 4; n++) {
      seen.push(ask(kernel, question).reason)
      kernel.inject(NETLINK_CONNECTOR, data, { group: 1 })
    }
    expect([...new Set(seen)]).toEqual(['delivered', 'full', 'congested'])
    expect(ask(kernel, { ...question, receiver: spared }).reason).toBe('full')
  })
})

describe('the connector', () => {
  const scene = (profile?: 'LINUX_2_6_14') => {
    const kernel = boot(profile && { profile })
    const heard: number[] = []
    kernel.cn_add_callback({ idx: 5, val: 3 }, 'five', (msg) => heard.push(msg.seq))
    return { kernel, heard, from: onConnector(kernel, 7) }
  }

  test('callback, work-queue', () => {
    for (const profile of [undefined, 'LINUX_2_6_14'] as const) {
      const { kernel, heard, from } = scene(profile)
      const told = ask(kernel, { from, data: message(5, 3) })
      expect(told).toMatchObject({ reaches: true, reason: profile === undefined ? 'callback' : 'work-queue' })
      expect(told.sentence).toContain('five')
      from.send(message(5, 3))
      expect(heard.length).toBe(profile === undefined ? 1 : 0)
      kernel.clock.runUntilIdle()
      expect(heard.length).toBe(1)
    }
  })

  test('unregistered: the id, and the nearest one', () => {
    const { kernel, from } = scene()
    const told = ask(kernel, { from, data: message(5, 2) })
    expect(told).toMatchObject({ reaches: false, reason: 'unregistered' })
    expect(told.sentence).toBe('No callback is registered for the id 5:2; the nearest is 5:3 (five).')
  })

  test.each<[string, (bytes: DataView) => void, number, string]>([
    ['a short datagram', () => {}, 30, '30 bytes, and the headers alone have 36'],
    ['a short nlmsg_len', (view) => view.setUint32(0, 35, true), 40, 'nlmsg_len is 35, and the headers'],
    [
      'an nlmsg_len beyond the end',
      (view) => view.setUint32(0, 41, true),
      40,
      'nlmsg_len is 41, and the datagram has 40',
    ],
    ['a long cn_msg.len', (view) => view.setUint16(32, 5, true), 40, 'with its headers makes 41, and nlmsg_len is 40'],
  ])('length: %s', (_, spoil, bytes, numbers) => {
    const { kernel, heard, from } = scene()
    const whole = message(5, 3, [1, 2, 3, 4])
    spoil(new DataView(whole.buffer, whole.byteOffset))
    const data = whole.subarray(0, bytes)
    const told = ask(kernel, { from, data })
    expect(told).toMatchObject({ reaches: false, reason: 'length' })
    expect(told.sentence).toContain(numbers)
    from.send(data)
    expect(heard).toEqual([])
  })

  test('length: more than the connector takes', () => {
    const { kernel, heard, from } = scene()
    const longest = new Uint8Array(16 + 16384)
    new DataView(longest.buffer).setUint32(0, longest.length + 1, true)
    const data = new Uint8Array(longest.length + 1)
    data.set(longest)
    data.set([5, 0, 0, 0, 3], 16)
    expect(ask(kernel, { from, data })).toMatchObject({ reaches: false, reason: 'length' })
    from.send(data)
    new DataView(data.buffer).setUint32(0, longest.length, true)
    expect(ask(kernel, { from, data })).toMatchObject({ reaches: true, reason: 'callback' })
    from.send(data)
    expect(heard).toEqual([0])
  })

  test('cn_netlink_send() without a port or a group: by id', () => {
    const { kernel } = scene()
    const member = onConnector(kernel, 8)
    member.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 5)
    const send = (val: number) => kernel.cn_netlink_send({ id: { idx: 5, val } }, 0, GFP_KERNEL)
    expect(ask(kernel, { data: message(5, 3), receiver: member }).reason).toBe('delivered')
    expect(ask(kernel, { data: message(5, 9), receiver: member })).toMatchObject({
      reaches: false,
      reason: 'unregistered',
    })
    expect([send(3), send(9), received(member)]).toEqual([0, -19, [36]])
  })
})

describe('process events', () => {
  const event = () => {
    const data = new Uint8Array(76)
    data.set(encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: new Uint8Array(40) }))
    // PROC_EVENT_FORK.
    data[36] = 1
    return data
  }
  const request = (operation: number, mask?: number) => {
    const data =
      mask === undefined ? [operation, 0, 0, 0] : [operation, 0, 0, 0, mask & 0xff, 0, 0, (mask >>> 24) & 0xff]
    return message(1, 1, data)
  }

  test('not-listening: nobody has asked, then not this one any more', () => {
    const kernel = boot()
    const [one, other] = [onConnector(kernel, 7, 1), onConnector(kernel, 8, 1)]
    const forked = () => {
      kernel.spawn().fork()
      return [received(one).length, received(other).length]
    }
    const reasons = () => [one, other].map((receiver) => ask(kernel, { data: event(), receiver }).reason)
    expect([reasons(), forked()]).toEqual([
      ['not-listening', 'not-listening'],
      [0, 0],
    ])
    one.send(request(1))
    other.send(request(1))
    other.send(request(2))
    for (const socket of [one, other]) received(socket)
    expect([reasons(), forked()]).toEqual([
      ['delivered', 'not-listening'],
      [1, 0],
    ])
  })

  test('masked: it asked for other events', () => {
    const kernel = boot()
    const listener = onConnector(kernel, 7, 1)
    // PROC_EVENT_EXEC.
    listener.send(request(1, 2))
    received(listener)
    expect(ask(kernel, { data: event(), to: { group: 1 } })).toMatchObject({ reaches: false, reason: 'masked' })
    kernel.spawn().fork()
    expect(received(listener)).toEqual([])
    kernel.spawn().exec('other')
    expect(received(listener)).toHaveLength(1)
  })
})

test('a question that makes no sense is refused', () => {
  const kernel = boot()
  const from = bound(kernel, 7)
  const wrong = (question: unknown) => () => kernel.explain(question as ExplainQuestion)
  expect(wrong(null)).toThrow(TypeError)
  expect(wrong({})).toThrow(TypeError)
  expect(wrong({ data: ONE, from: {} })).toThrow(TypeError)
  expect(wrong({ data: ONE, receiver: boot().spawn().socket(AF_NETLINK, SOCK_RAW, USER) })).toThrow(TypeError)
  expect(wrong({ data: ONE, protocol: 32 })).toThrow(RangeError)
  expect(wrong({ data: ONE, from, protocol: 11 })).toThrow(RangeError)
  expect(wrong({ data: ONE, from, to: { group: 33 } })).toThrow(RangeError)
  expect(wrong({ data: ONE, to: { group: 2, nl_groups: 1 } })).toThrow(RangeError)
  from.close()
  expect(answer(wrong({ data: ONE, from }))).toBe('EBADF')
})
