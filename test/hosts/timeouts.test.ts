// SO_RCVTIMEO and SO_SNDTIMEO bound what waits, on the virtual clock.
import { describe, expect, test } from 'vitest'
import { boot, type Socket } from '../../src/index.js'
import { GFP_KERNEL, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET } from '../../src/uapi/index.js'
import { ID, next, opened, pair, portOf, stateOf } from './support.js'

function limit(socket: Socket, name: number, seconds: number, micros = 0): void {
  socket.setsockopt(SOL_SOCKET, name, new Uint8Array(new BigInt64Array([BigInt(seconds), BigInt(micros)]).buffer))
}

describe('SO_RCVTIMEO', () => {
  test.each([
    ['readable()', (socket: Socket) => socket.readable()],
    ['a loop', async (socket: Socket) => socket[Symbol.asyncIterator]().next()],
  ])('%s ends with EAGAIN when the time is over, not before', async (_name, wait) => {
    const { kernel, receiver } = pair()
    limit(receiver, SO_RCVTIMEO, 1, 500_000)
    const waiting = wait(receiver)
    kernel.clock.advance(1499)
    expect(await stateOf(waiting)).toBe('pending')
    kernel.clock.advance(1)
    await expect(waiting).rejects.toMatchObject({ code: 'EAGAIN', errno: -11, syscall: 'recvmsg' })
  })

  test('kernel.waiting() around a receive, too', async () => {
    const { kernel, receiver } = pair()
    limit(receiver, SO_RCVTIMEO, 2)
    const waiting = kernel.waiting(() => next(receiver))
    kernel.clock.advance(1999.9)
    expect(await stateOf(waiting)).toBe('pending')
    kernel.clock.advance(0.1)
    await expect(waiting).rejects.toMatchObject({ code: 'EAGAIN', syscall: 'recv' })
  })

  test('a message in time stops the clock of it', async () => {
    const { kernel, receiver, send } = pair()
    limit(receiver, SO_RCVTIMEO, 1)
    const waiting = receiver.readable()
    kernel.clock.advance(999)
    send(1)
    await waiting
    next(receiver)
    kernel.clock.advance(10_000)
    const again = receiver.readable()
    kernel.clock.advance(999)
    expect(await stateOf(again)).toBe('pending')
    kernel.clock.advance(1)
    expect(await stateOf(again)).toBe('rejected: EAGAIN')
  })

  test('the time counts from the call on, however often it is woken', async () => {
    const { kernel, receiver, send } = pair()
    limit(receiver, SO_RCVTIMEO, 1)
    const greedy = kernel.waiting(() => next(receiver))
    const waiting = kernel.waiting(() => next(receiver))
    kernel.clock.advance(600)
    send(1)
    expect(await stateOf(greedy)).toBe('resolved: 1')
    kernel.clock.advance(399)
    expect(await stateOf(waiting)).toBe('pending')
    kernel.clock.advance(1)
    expect(await stateOf(waiting)).toBe('rejected: EAGAIN')
  })

  test('a negative time is not to wait at all', async () => {
    const { receiver, kernel } = pair()
    limit(receiver, SO_RCVTIMEO, -1)
    expect(await stateOf(receiver.readable())).toBe('rejected: EAGAIN')
    expect(await stateOf(kernel.waiting(() => next(receiver)))).toBe('rejected: EAGAIN')
    limit(receiver, SO_RCVTIMEO, 0)
    expect(await stateOf(receiver.readable())).toBe('pending')
  })

  test('times are kept in steps of 4 ms, rounded up', async () => {
    const { receiver, kernel } = pair()
    limit(receiver, SO_RCVTIMEO, 0, 500)
    const waiting = receiver.readable()
    kernel.clock.advance(3)
    expect(await stateOf(waiting)).toBe('pending')
    kernel.clock.advance(1)
    expect(await stateOf(waiting)).toBe('rejected: EAGAIN')
  })
})

describe('SO_SNDTIMEO', () => {
  test('bounds a send into a full socket; without it there is no bound', async () => {
    const { kernel, sender, receiver, send } = pair()
    send(1)
    send(2)
    const patient = kernel.waiting(() => send(3))
    limit(sender, SO_SNDTIMEO, 3)
    limit(sender, SO_RCVTIMEO, 1)
    const waiting = kernel.waiting(() => send(4))
    kernel.clock.advance(2999)
    expect(await stateOf(waiting)).toBe('pending')
    kernel.clock.advance(1)
    await expect(waiting).rejects.toMatchObject({ code: 'EAGAIN', errno: -11, syscall: 'sendto' })
    expect(await stateOf(patient)).toBe('pending')
    expect(next(receiver)).toBe(1)
    expect(await stateOf(patient)).toBe('resolved: 1')
    expect([next(receiver), next(receiver)]).toEqual([2, 3])
  })

  test('it is the sender that is asked, not the receiver', async () => {
    const { kernel, receiver, send } = pair()
    limit(receiver, SO_SNDTIMEO, 1)
    limit(receiver, SO_RCVTIMEO, 1)
    send(1)
    send(2)
    const waiting = kernel.waiting(() => send(3))
    kernel.clock.advance(5000)
    expect(await stateOf(waiting)).toBe('pending')
    next(receiver)
    expect(await stateOf(waiting)).toBe('resolved: 1')
  })

  test('a receive that waits is not bound by it', async () => {
    const { kernel, receiver } = pair()
    limit(receiver, SO_SNDTIMEO, 1)
    const waiting = kernel.waiting(() => next(receiver))
    kernel.clock.advance(5000)
    expect(await stateOf(waiting)).toBe('pending')
  })

  test('the kernel waits without a bound', async () => {
    const kernel = boot()
    const receiver = opened(kernel)
    receiver.setsockopt(SOL_SOCKET, 8, 0)
    limit(receiver, SO_SNDTIMEO, 1)
    const send = () => kernel.cn_netlink_send({ id: ID }, portOf(receiver), 0, GFP_KERNEL)
    send()
    send()
    const waiting = kernel.waiting(send)
    kernel.clock.advance(100_000)
    expect(await stateOf(waiting)).toBe('pending')
    next(receiver)
    expect(await stateOf(waiting)).toBe('resolved: 36')
  })
})

test('without a timer left, waiting with a bound is ENOMEM at once, and the call is not repeated', async () => {
  const { kernel, receiver, send } = pair({ limits: { timers: 0 } })
  limit(receiver, SO_RCVTIMEO, 1)
  let calls = 0
  const waiting = kernel.waiting(() => {
    calls++
    return next(receiver)
  })
  await expect(waiting).rejects.toMatchObject({ code: 'ENOMEM' })
  await expect(receiver.readable()).rejects.toMatchObject({ code: 'ENOMEM' })
  send(1)
  expect(calls).toBe(1)
  expect(next(receiver)).toBe(1)
})
