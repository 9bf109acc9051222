// socket.readable(): resolves when a receive would not say EAGAIN.
import { describe, expect, test } from 'vitest'
import { boot } from '../../src/index.js'
import {
  AF_NETLINK,
  encodeConnectorMessage,
  MSG_PEEK,
  NETLINK_CONNECTOR,
  NETLINK_NO_ENOBUFS,
  NETLINK_USERSOCK,
  PROC_CN_MCAST_LISTEN,
  SO_ERROR,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { next, opened, pair, stateOf, statesOf } from './support.js'

test('at once if something is queued', async () => {
  const { receiver, send } = pair()
  send(1)
  await receiver.readable()
  await receiver.readable()
  expect(next(receiver)).toBe(1)
  expect(await stateOf(receiver.readable())).toBe('pending')
})

test('when a message comes, for everybody who waits', async () => {
  const { receiver, send } = pair()
  const waiting = [receiver.readable(), receiver.readable(), receiver.readable()]
  for (const one of waiting) expect(await stateOf(one)).toBe('pending')
  send(1)
  for (const one of waiting) expect(await stateOf(one)).toBe('resolved: undefined')
})

test('when an error is pending', async () => {
  const kernel = boot()
  const socket = opened(kernel, NETLINK_USERSOCK, 1)
  const other = opened(kernel, NETLINK_USERSOCK)
  // The first takes all of the default buffer, the second is lost.
  for (let i = 0; i < 257; i++) {
    try {
      other.sendto(new Uint8Array(1), 0, { nl_groups: 1 })
    } catch {
      // A multicast of a process to nobody's port is ECONNREFUSED, delivered or not.
    }
  }
  expect(socket.getsockopt(SOL_SOCKET, SO_ERROR)).toBe(105)
  for (let i = 0; i < 256; i++) socket.recv(new Uint8Array(1))
  const waiting = socket.readable()
  expect(await stateOf(waiting)).toBe('pending')
  const ksock = kernel.netlink_kernel_create(20, {})
  const member = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20)
  member.bind({ nl_groups: 1 })
  const failing = member.readable()
  kernel.netlink_set_err(ksock as never, 0, 1, -5)
  expect(await stateOf(failing)).toBe('resolved: undefined')
  expect(() => member.recv(new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'EIO' }))
})

describe('the socket is closed', () => {
  test('before: EBADF', async () => {
    const { receiver } = pair()
    receiver.close()
    await expect(receiver.readable()).rejects.toMatchObject({ code: 'EBADF', errno: -9 })
  })

  test('meanwhile: EBADF, for all who wait', async () => {
    const { receiver } = pair()
    const waiting = [receiver.readable(), receiver.readable()]
    receiver.close()
    expect(await statesOf(waiting)).toEqual(['rejected: EBADF', 'rejected: EBADF'])
  })

  test('by the end of its task', async () => {
    const kernel = boot()
    const task = kernel.spawn()
    const waiting = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK).readable()
    task.exit()
    expect(await stateOf(waiting)).toBe('rejected: EBADF')
  })
})

describe('a signal', () => {
  test('aborted before: its reason, though something is queued', async () => {
    const { receiver, send } = pair()
    send(1)
    await expect(receiver.readable({ signal: AbortSignal.abort('why') })).rejects.toBe('why')
    expect(next(receiver)).toBe(1)
  })

  test('aborted meanwhile: its reason; the others go on', async () => {
    const { receiver, send } = pair()
    const stop = new AbortController()
    const [a, b] = [receiver.readable({ signal: stop.signal }), receiver.readable()]
    stop.abort(new Error('enough'))
    await expect(a).rejects.toThrow('enough')
    expect(await stateOf(b)).toBe('pending')
    send(1)
    expect(await stateOf(b)).toBe('resolved: undefined')
    stop.abort()
  })

  test('aborted afterwards does nothing', async () => {
    const { receiver, send } = pair()
    const stop = new AbortController()
    const waiting = receiver.readable({ signal: stop.signal })
    send(1)
    stop.abort()
    await waiting
  })
})

test('waiting is nothing that the state shows, and peeking does not end it', async () => {
  const [a, b] = [pair(), pair()]
  const waiting = a.receiver.readable()
  expect(a.kernel.stateHash()).toBe(b.kernel.stateHash())
  a.send(1)
  a.receiver.recv(new Uint8Array(1), MSG_PEEK)
  await waiting
  expect(next(a.receiver)).toBe(1)
})

test('a process event wakes who listens, whatever call made it', async () => {
  const kernel = boot()
  const listener = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  listener.bind({ nl_groups: 1 })
  const task = kernel.spawn()
  const child = task.fork()
  const listen = new Uint8Array(new Uint32Array([PROC_CN_MCAST_LISTEN]).buffer)
  listener.send(encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: listen }))
  listener.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
  const makes: (() => unknown)[] = [
    () => task.fork(),
    () => task.thread(),
    () => task.exec('x'),
    () => task.setcomm('y'),
    () => task.setresgid(1, 1, 1),
    () => task.setresuid(1, 1, 1),
    () => child.setsid(),
    () => child.exit(),
    () => task.kill(9),
  ]
  for (const make of makes) {
    for (let n = 1; n > 0; ) n = drained(listener)
    const waiting = listener.readable()
    expect(await stateOf(waiting)).toBe('pending')
    make()
    expect(await stateOf(waiting), String(make)).toBe('resolved: undefined')
  }
})

function drained(socket: ReturnType<typeof opened>): number {
  try {
    return socket.recv(new Uint8Array(100))
  } catch {
    return 0
  }
}
