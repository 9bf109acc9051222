// Where messages are built: one socket has the window, others have arrays of their own, and nobody can tell which.
import { describe, expect, test } from 'vitest'
import type { Kernel, Socket, Task } from '../../src/api.js'
import { LAYOUT, type Machine } from '../../src/machine/index.js'
import * as uapi from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'

const { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW } = uapi
const isDebug = process.env.KERNEL_BUILD === 'debug'
const ID = { idx: 5, val: 1 }

const bytes = (length: number, first = 1) => Uint8Array.from({ length }, (_, at) => (first + at) & 0xff)
const isZeros = (data: Uint8Array | Uint32Array) => data.every((value) => value === 0)

function sockets(kernel: Kernel = boot(), count = 2): { kernel: Kernel; task: Task; senders: Socket[]; to: Socket } {
  const task = kernel.spawn()
  const open = () => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  const to = open()
  to.bind({ nl_pid: 7 })
  const senders = Array.from({ length: count }, () => {
    const socket = open()
    socket.connect({ nl_pid: 7 })
    return socket
  })
  return { kernel, task, senders, to }
}

function received(socket: Socket): Uint8Array {
  const buffer = new Uint8Array(40_000)
  return buffer.slice(0, socket.recv(buffer))
}

const put = (socket: Socket, data: Uint8Array) => socket.reserve(data.length).bytes.set(data)
/** Whether a socket builds in the kernel's memory. */
const hasWindow = (socket: Socket, length = 8) => socket.reserve(length).bytes.byteOffset === LAYOUT.RESERVE

describe.skipIf(isDebug)('the window', () => {
  test('is that of who comes first, until his message is sent, given back, or closed', () => {
    const { senders } = sockets(undefined, 3)
    const [one, two, three] = senders as [Socket, Socket, Socket]
    expect(senders.map((socket) => hasWindow(socket))).toEqual([true, false, false])
    expect([one, two].map((socket) => hasWindow(socket))).toEqual([true, false])
    one.commit()
    expect([two, three].map((socket) => hasWindow(socket))).toEqual([true, false])
    two.reserve(0)
    expect([one, three].map((socket) => hasWindow(socket))).toEqual([true, false])
    one.close()
    expect(hasWindow(three)).toBe(true)
    three.commit()
    expect(hasWindow(two)).toBe(true)
  })

  test('gives the same view for the same length, some lengths in turn too', () => {
    const { senders, to } = sockets()
    const [from] = senders as [Socket]
    const views = [100, 200, 100, 200, 100].map((length) => {
      const view = from.reserve(length)
      from.commit()
      received(to)
      return view
    })
    expect([views[2], views[3], views[4]]).toEqual([views[0], views[1], views[0]])
    expect(views[2]).toBe(views[0])
    expect(views[3]).toBe(views[1])
    expect(views[4]).toBe(views[0])
  })

  test('is too small for long messages', () => {
    const [from] = sockets().senders as [Socket]
    expect(hasWindow(from, LAYOUT.RESERVE_BYTES)).toBe(true)
    expect(hasWindow(from, LAYOUT.RESERVE_BYTES + 1)).toBe(false)
    expect(hasWindow(from, 1)).toBe(true)
  })

  test('is free for who replies to a message while that is being sent', () => {
    const kernel = boot()
    const { senders, to } = sockets(kernel)
    const [reply] = senders as [Socket]
    const from = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const had: boolean[] = []
    kernel.cn_add_callback(ID, 'five', (msg) => {
      had.push(hasWindow(reply, msg.len))
      put(reply, msg.data)
      reply.commit()
    })
    put(from, uapi.encodeConnectorMessage({ id: ID, data: bytes(9) }))
    from.commit()
    expect(received(to)).toEqual(bytes(9))
    put(from, uapi.encodeConnectorMessage({ id: ID, data: bytes(9) }))
    from.commit()
    expect(had).toEqual([true, true])
  })
})

describe('messages', () => {
  const LENGTHS = [1, 2, 3, 5, 63, 64, 65, 511, 512, 513, 601, 4001, 16_896, 16_897, 20_001]

  test.each(LENGTHS)('of %i bytes are zeros at first, whatever was there before', (length) => {
    const { senders, to } = sockets()
    const [from, other] = senders as [Socket, Socket]
    const expectZeros = () => {
      for (const socket of [from, other]) {
        const { words } = socket.reserve(length)
        expect(isZeros(words)).toBe(true)
        words.fill(0xffffffff)
      }
    }
    expectZeros()
    expectZeros()
    for (const socket of [from, other]) expect(socket.commit()).toBe(length)
    for (const _ of [from, other]) expect(received(to)).toEqual(new Uint8Array(length).fill(255))
    expectZeros()
    from.commit(Math.ceil(length / 2))
    other.commit(1)
    expect(received(to).length).toBe(Math.ceil(length / 2))
    expect(received(to)).toEqual(Uint8Array.of(255))
    expectZeros()
    expectZeros()
  })

  test.each(LENGTHS)('of %i bytes that are refused stay as they were, sent whole or in part', (length) => {
    const { senders, to } = sockets()
    for (const socket of senders) socket.connect({ nl_pid: 99 })
    const views = senders.map((socket) => socket.reserve(length))
    for (const [at, view] of views.entries()) view.bytes.set(bytes(length, at))
    for (const socket of senders) {
      expect(() => socket.commit()).toThrow('ECONNREFUSED')
      expect(() => socket.commit(Math.ceil(length / 2))).toThrow('ECONNREFUSED')
      expect(() => socket.commit(1)).toThrow('ECONNREFUSED')
      expect(() => socket.commit(undefined, uapi.MSG_OOB)).toThrow('EOPNOTSUPP')
    }
    for (const [at, socket] of senders.entries()) {
      expect(Buffer.from(views[at]?.bytes ?? []).equals(bytes(length, at))).toBe(true)
      socket.connect({ nl_pid: 7 })
      expect(socket.commit()).toBe(length)
      expect(Buffer.from(received(to)).equals(bytes(length, at))).toBe(true)
      expect(() => socket.commit()).toThrow('nothing is reserved')
    }
  })

  test('of many sockets at once, of any length, are each their own', () => {
    const { senders, to } = sockets(undefined, 20)
    const data = senders.map((_, at) => bytes(at % 3 === 0 ? 20_000 + at : 10 + at, at * 9))
    for (const [at, socket] of senders.entries()) put(socket, data[at] as Uint8Array)
    for (const [at, socket] of [...senders.entries()].reverse()) {
      socket.commit()
      expect(Buffer.from(received(to)).equals(data[at] as Uint8Array)).toBe(true)
    }
  })

  test.each([10, 20_000])('of %i bytes are over with the next reserve(), in whatever place that is', (length) => {
    const { senders, to } = sockets()
    const [from, other] = senders as [Socket, Socket]
    for (const next of [10, 20_000, 11]) {
      put(from, bytes(length, 7))
      put(other, bytes(4, 50))
      put(from, bytes(next, 9))
      expect(from.commit()).toBe(next)
      expect(() => from.commit()).toThrow('nothing is reserved')
      expect(other.commit()).toBe(4)
      expect([received(to).length, received(to)]).toEqual([next, bytes(4, 50)])
    }
  })

  test.each([10, 20_000])('of %i bytes are dropped when time goes back or the socket is closed', (length) => {
    const { kernel, task, senders } = sockets()
    const snapshot = kernel.snapshot()
    for (const socket of senders) put(socket, bytes(length))
    kernel.rewind(snapshot)
    for (const socket of senders) {
      expect(() => socket.commit()).toThrow('commit() without reserve(): nothing is reserved')
      const { words } = socket.reserve(length)
      expect(isZeros(words)).toBe(true)
      words.fill(9)
    }
    for (const socket of senders) socket.close()
    // What is opened next lies where these lay.
    for (const _ of senders) {
      const next = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
      expect(() => next.commit()).toThrow('nothing is reserved')
      expect(isZeros(next.reserve(length).words)).toBe(true)
    }
  })
})

describe('while a message is being sent', () => {
  test.each([[undefined], [40]])('callbacks reserve, also the one of the same socket (commit(%s))', (cut) => {
    const { senders, to } = sockets()
    const [reply] = senders as [Socket]
    const kernel = boot()
    const from = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const message = uapi.encodeConnectorMessage({ id: ID, data: new Uint8Array(4) })
    const long = new Uint8Array(800).fill(255)
    long.set(message)
    let calls = 0
    kernel.cn_add_callback(ID, 'five', (msg) => {
      calls++
      if (calls === 3) return
      const { words } = from.reserve(800)
      expect(isZeros(words)).toBe(true)
      expect(msg.len).toBe(4)
      from.reserve(800).bytes.set(long)
      put(reply, bytes(5, calls))
      reply.commit()
    })
    from.reserve(cut === undefined ? 40 : 800).bytes.set(cut === undefined ? message : long)
    from.commit(cut)
    expect(calls).toBe(1)
    expect(from.commit(40)).toBe(40)
    expect(calls).toBe(2)
    expect(received(to)).toEqual(bytes(5, 1))
    expect(received(to)).toEqual(bytes(5, 2))
    expect(from.commit(40)).toBe(40)
    expect(calls).toBe(3)
    expect(() => from.commit()).toThrow('nothing is reserved')
    expect(isZeros(from.reserve(800).words)).toBe(true)
  })

  test.each([false, true])('a callback that throws has its message all the same (window taken: %s)', (isTaken) => {
    const { kernel, senders } = sockets()
    if (isTaken) senders[0]?.reserve(8)
    const from = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    kernel.cn_add_callback(ID, 'five', () => {
      throw new Error('broken')
    })
    put(from, uapi.encodeConnectorMessage({ id: ID, data: bytes(9) }))
    expect(() => from.commit()).toThrow('broken')
    expect(() => from.commit()).toThrow('nothing is reserved')
  })

  test.each([8, 20_000])('taps and fault rules can neither reserve nor commit (%i bytes)', (length) => {
    const { kernel, senders, to } = sockets()
    const [from, other] = senders as [Socket, Socket]
    const refused: string[] = []
    const attempt = (call: () => unknown) => {
      try {
        call()
      } catch (error) {
        refused.push((error as Error).message)
      }
    }
    const tap = kernel.tap(() => {
      for (const socket of senders) {
        attempt(() => socket.reserve(length))
        attempt(() => socket.reserve(8))
        attempt(() => socket.commit())
      }
    })
    put(other, bytes(length, 5))
    put(from, bytes(length))
    from.commit()
    tap.remove()
    expect(refused.length).toBeGreaterThan(0)
    expect(new Set(refused)).toEqual(new Set(['a tap or a fault rule must not call the kernel']))
    other.commit()
    expect(Buffer.from(received(to)).equals(bytes(length))).toBe(true)
    expect(Buffer.from(received(to)).equals(bytes(length, 5))).toBe(true)
  })
})

test('a call that cannot be made leaves the message as it was', () => {
  const { senders, to } = sockets()
  for (const socket of senders) put(socket, bytes(9))
  const { machine } = senders[0] as unknown as { machine: Machine }
  const { abi } = machine
  const broken = () => {
    throw new RangeError('Maximum call stack size exceeded')
  }
  machine.abi = { ...abi, send: broken, send_reserved: broken }
  for (const socket of senders) {
    for (const length of [undefined, 4]) expect(() => socket.commit(length)).toThrow('call stack')
  }
  machine.abi = abi
  for (const socket of senders) expect(socket.commit()).toBe(9)
  expect([received(to), received(to)]).toEqual([bytes(9), bytes(9)])
})

test('a machine that was taken down reserves nothing', () => {
  const { kernel, senders } = sockets()
  const [one, two] = senders as [Socket, Socket]
  one.reserve(8)
  kernel.halt()
  for (const call of [() => one.reserve(8), () => one.commit(), () => two.reserve(8)]) {
    expect(call).toThrow('this kernel was halted')
  }
})
