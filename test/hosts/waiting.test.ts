// kernel.waiting(): repeats a call while it says EAGAIN, first come first served, when the receiver has made room or closed.
import { describe, expect, test } from 'vitest'
import { boot, type Socket, SystemError } from '../../src/index.js'
import { GFP_KERNEL, NETLINK_USERSOCK } from '../../src/uapi/index.js'
import { ID, message, next, opened, pair, portOf, stateOf, statesOf } from './support.js'

test('a call that succeeds is made once; what it gives is the result', async () => {
  const { kernel, send } = pair()
  let calls = 0
  expect(await kernel.waiting(() => send(++calls))).toBe(1)
  expect(calls).toBe(1)
  expect(await kernel.waiting(() => 'text')).toBe('text')
  expect(await kernel.waiting(() => undefined)).toBe(undefined)
})

test('another error than EAGAIN ends it at once', async () => {
  const { kernel, sender } = pair()
  let calls = 0
  const refused = kernel.waiting(() => {
    calls++
    return sender.sendto(new Uint8Array(1), 0, { nl_pid: 4242 })
  })
  await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED', syscall: 'sendto' })
  const own = new Error('own')
  await expect(
    kernel.waiting(() => {
      throw own
    }),
  ).rejects.toBe(own)
  expect(calls).toBe(1)
})

test('EAGAIN without a socket to wait for is an error, not for ever', async () => {
  const kernel = boot()
  await expect(kernel.waiting(() => -11)).rejects.toMatchObject({ code: 'EAGAIN' })
  await expect(
    kernel.waiting(() => {
      throw new SystemError(-11, 'mine')
    }),
  ).rejects.toMatchObject({ code: 'EAGAIN' })
})

describe('a full receiver', () => {
  test('each goes when there is room, in the order in which they came', async () => {
    const { kernel, receiver, send } = pair()
    const sends = [1, 2, 3, 4, 5].map((byte) => kernel.waiting(() => send(byte)))
    const states = async () => (await statesOf(sends)).map((state) => state[0])
    expect(await states()).toEqual(['r', 'r', 'p', 'p', 'p'])
    expect(next(receiver)).toBe(1)
    expect(await states()).toEqual(['r', 'r', 'r', 'p', 'p'])
    const got = [next(receiver), next(receiver), next(receiver), next(receiver)]
    expect(await states()).toEqual(['r', 'r', 'r', 'r', 'r'])
    expect(got).toEqual([2, 3, 4, 5])
  })

  test('the first keeps its place though a later one would fit', async () => {
    const { kernel, receiver, sender, send } = pair()
    const sendOf = (size: number) => sender.sendto(new Uint8Array(size).fill(size), 0, { nl_pid: portOf(receiver) })
    send(1)
    send(2)
    // 2304 bytes take the queue for themselves; 832 would fit beside one message.
    const [large, small] = [kernel.waiting(() => sendOf(1700)), kernel.waiting(() => sendOf(5))]
    next(receiver)
    expect(await statesOf([large, small])).toEqual(['pending', 'pending'])
    next(receiver)
    expect(await statesOf([large, small])).toEqual(['resolved: 1700', 'pending'])
    next(receiver)
    expect(await stateOf(small)).toBe('resolved: 5')
  })

  test('a larger SO_RCVBUF is room as well', async () => {
    const { kernel, receiver, send } = pair()
    send(1)
    send(2)
    const waiting = kernel.waiting(() => send(3))
    expect(await stateOf(waiting)).toBe('pending')
    receiver.setsockopt(1, 8, 100_000)
    expect(await stateOf(waiting)).toBe('resolved: 1')
  })

  test('it closes: ECONNREFUSED for all', async () => {
    const { kernel, receiver, sender } = pair()
    const nl_pid = portOf(receiver)
    const send = () => sender.sendto(new Uint8Array(1), 0, { nl_pid })
    send()
    send()
    const sends = [1, 2, 3].map(() => kernel.waiting(send))
    receiver.close()
    expect(await statesOf(sends)).toEqual(sends.map(() => 'rejected: ECONNREFUSED'))
  })

  test('the kernel waits for it too, with GFP_KERNEL, and the receiver notices nothing', async () => {
    const kernel = boot()
    const receiver = opened(kernel)
    receiver.setsockopt(1, 8, 0)
    const send = () => kernel.cn_netlink_send({ id: ID }, portOf(receiver), 0, GFP_KERNEL)
    expect([send(), send(), send()]).toEqual([36, 36, -11])
    const waiting = kernel.waiting(send)
    expect(await stateOf(waiting)).toBe('pending')
    receiver.recv(new Uint8Array(64))
    expect(await waiting).toBe(36)
    expect(receiver.getsockopt(1, 4)).toBe(0)
    const refused = kernel.waiting(send)
    const { nl_pid } = receiver.getsockname()
    const late = kernel.waiting(() => kernel.cn_netlink_send({ id: ID }, nl_pid, 0, GFP_KERNEL))
    receiver.close()
    expect(await statesOf([late, refused])).toEqual(['resolved: -111', 'rejected: EBADF'])
  })
})

describe('an empty socket', () => {
  test('receives are served in turn', async () => {
    const { kernel, receiver, send } = pair()
    const got = ['a', 'b', 'c'].map((name) => kernel.waiting(() => `${name}${next(receiver)}`))
    send(1)
    send(2)
    send(3)
    expect(await Promise.all(got)).toEqual(['a1', 'b2', 'c3'])
  })

  test('they may wait for different sockets, one after the other', async () => {
    const { kernel, receiver, sender, send } = pair()
    let first: number | undefined
    const both = kernel.waiting(() => {
      first ??= next(receiver)
      return [first, next(sender)]
    })
    send(1)
    expect(await stateOf(both)).toBe('pending')
    receiver.sendto(new Uint8Array([2]), 0, { nl_pid: portOf(sender) })
    expect(await both).toEqual([1, 2])
  })
})

describe('a signal', () => {
  test('aborted before: the call is not made', async () => {
    const { kernel } = pair()
    let calls = 0
    await expect(kernel.waiting(() => ++calls, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(calls).toBe(0)
  })

  test('aborted meanwhile: the call is not made again, and the next in line goes', async () => {
    const { kernel, receiver, send } = pair()
    send(1)
    send(2)
    const stop = new AbortController()
    const [a, b] = [kernel.waiting(() => send(3), { signal: stop.signal }), kernel.waiting(() => send(4))]
    stop.abort(new Error('enough'))
    await expect(a).rejects.toThrow('enough')
    next(receiver)
    expect(await stateOf(b)).toBe('resolved: 1')
    expect([next(receiver), next(receiver)]).toEqual([2, 4])
  })

  test('aborted by the call itself, which then says EAGAIN', async () => {
    const { kernel, receiver } = pair()
    const stop = new AbortController()
    const waiting = kernel.waiting(
      () => {
        stop.abort('itself')
        return next(receiver)
      },
      { signal: stop.signal },
    )
    expect(await stateOf(waiting)).toBe('rejected: itself')
  })

  test('aborted by a repeated call: those behind it still get their turn', async () => {
    const { kernel, receiver, send } = pair()
    const stop = new AbortController()
    let calls = 0
    const a = kernel.waiting(
      () => {
        if (++calls === 2) stop.abort('itself')
        throw new SystemError(next(receiver) === 1 ? -11 : -5, 'mine')
      },
      { signal: stop.signal },
    )
    const b = kernel.waiting(() => next(receiver))
    send(1)
    send(2)
    expect(await statesOf([a, b])).toEqual(['rejected: itself', 'resolved: 2'])
  })
})

test('inside a callback: it waits there, and goes on when the outermost call is over', async () => {
  const kernel = boot()
  const socket = opened(kernel)
  let waiting: Promise<unknown> | undefined
  kernel.cn_add_callback(ID, 'x', (_msg, { portid }) => {
    waiting = kernel.waiting(() => socket.recv(new Uint8Array(64)))
    kernel.cn_netlink_send({ id: ID, data: new Uint8Array(4) }, portid, 0, GFP_KERNEL)
  })
  expect(socket.send(message())).toBe(36)
  expect(await waiting).toBe(40)
})

test('what a repeated call sends wakes others in the same go', async () => {
  const kernel = boot()
  const [a, b, c, d] = [1, 2, 3, 4].map(() => opened(kernel, NETLINK_USERSOCK)) as [Socket, Socket, Socket, Socket]
  const relay = (from: Socket, to: Socket) =>
    kernel.waiting(() => from.sendto(new Uint8Array([next(from) + 1]), 0, { nl_pid: portOf(to) }))
  const relays = [relay(a, b), relay(b, c), relay(c, d)]
  d.sendto(new Uint8Array([1]), 0, { nl_pid: portOf(a) })
  expect(await Promise.all(relays)).toEqual([1, 1, 1])
  expect(next(d)).toBe(4)
})
