// Messages in place and the machine as a whole: its digest, snapshots, journals, the tap and the fault rules.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Kernel, MessageView, Socket, TapEvent } from '../../src/api.js'
import { replay } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'
import { expectReplays, otherBuild } from '../journal/support.js'
import { boot, restore } from '../support/kernels.js'

const { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW } = uapi
const bytes = (length: number, first = 1) => Uint8Array.from({ length }, (_, at) => (first + at) & 0xff)

let kernel: Kernel
let from: Socket
let to: Socket

beforeEach(() => {
  kernel = boot({ journal: true })
  const task = kernel.spawn()
  ;[from, to] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
  to.bind({ nl_pid: 7 })
  from.connect({ nl_pid: 7 })
})

const put = (data: Uint8Array) => from.reserve(data.length).bytes.set(data)
const received = (socket = to) => {
  const buffer = new Uint8Array(300)
  return buffer.slice(0, socket.recv(buffer))
}
/** Sockets of a kernel that was restored. */
const socketsOf = (one: Kernel) => one.sockets(one.tasks()[0] as never) as [Socket, Socket]

describe('the digest', () => {
  test('knows nothing of what is reserved, and which message is peeked', () => {
    const digest = kernel.stateHash()
    put(bytes(4))
    expect(kernel.stateHash()).toBe(digest)
    from.send(bytes(4))
    const queued = kernel.stateHash()
    to.peek()
    expect(kernel.stateHash()).not.toBe(queued)
  })

  test('of a message in place is that of one sent and received', () => {
    put(bytes(10))
    from.commit()
    to.peek()
    to.release()
    const inPlace = kernel.stateHash()
    const other = boot()
    const task = other.spawn()
    const [a, b] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
    b.bind({ nl_pid: 7 })
    a.connect({ nl_pid: 7 })
    a.send(bytes(10))
    received(b)
    expect(other.stateHash()).toBe(inPlace)
  })
})

describe('snapshots', () => {
  test("have what is peeked, not what is reserved: that is the program's", () => {
    from.send(bytes(3, 50))
    const view = to.peek() as MessageView
    expect(view.length).toBe(3)
    put(bytes(8))
    const snapshot = kernel.snapshot()
    from.commit()
    to.release()
    put(bytes(8))
    kernel.rewind(snapshot)
    to.release()
    expect(() => from.commit()).toThrow('nothing is reserved')
    expectReplays(kernel)
  })

  test('are restored by another kernel', () => {
    from.send(bytes(3, 50))
    to.peek()
    put(bytes(8))
    const other = restore(kernel.snapshot().export())
    expect(other.stateHash()).toBe(kernel.stateHash())
    const [a, b] = socketsOf(other)
    expect(() => a.commit()).toThrow('nothing is reserved')
    b.release()
    expect(() => b.release()).toThrow('nothing is peeked')
    from.commit()
    expect(other.halt()).toBe(0)
  })

  test('a journal that begins between reserve() and commit() replays', () => {
    put(bytes(8))
    kernel.journal.stop()
    kernel.journal.start()
    from.commit()
    expect(to.peek()?.length).toBe(8)
    to.release()
    expectReplays(kernel)
  })
})

describe('journals', () => {
  test('have the bytes of each commit, those too that no receiver had room for', () => {
    for (const length of [1, 2, 3, 4, 5, 100, 20_000, 200_000]) {
      put(bytes(length))
      from.commit(Math.ceil(length / 2))
      to.peek()
      to.release()
    }
    for (let n = 0; n < 256; n++) from.send(bytes(1))
    put(bytes(9, 100))
    expect(() => from.commit()).toThrow('EAGAIN')
    for (let n = 0; n < 256; n++) received()
    from.commit()
    expect(to.peek()?.bytes).toEqual(bytes(9, 100))
    const journal = expectReplays(kernel)
    expect(replay(journal, { module: otherBuild() }).difference).toBeNull()
  })

  test('end between reserve() and commit(), and between peek() and release()', () => {
    put(bytes(9))
    expectReplays(kernel)
    from.commit()
    to.peek()
    expectReplays(kernel)
  })

  test('have commits of a callback whose message is read in place', () => {
    const id = { idx: 5, val: 1 }
    const reply = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    reply.connect({ nl_pid: 7 })
    kernel.cn_add_callback(id, 'five', (msg) => {
      reply.reserve(msg.len).bytes.set(msg.data)
      reply.commit()
    })
    const asking = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const request = uapi.encodeConnectorMessage({ id, data: bytes(13) })
    asking.reserve(request.length).bytes.set(request)
    asking.commit()
    expect(received()).toEqual(bytes(13))
    expectReplays(kernel)
  })
})

describe('who watches', () => {
  /** What a tap is told of a history, but for the numbers of the sockets. */
  function told(send: (socket: Socket, data: Uint8Array) => void, receive: (socket: Socket) => void): TapEvent[] {
    const one = boot()
    const task = one.spawn()
    const [a, b] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
    b.bind({ nl_pid: 7 })
    a.connect({ nl_pid: 7 })
    const events: TapEvent[] = []
    one.tap((event) => events.push(event))
    send(a, bytes(4))
    receive(b)
    one.faults.overrun(b)
    expect(() => receive(b)).toThrow('ENOBUFS')
    const rule = one.faults.add({ action: 'fail' })
    expect(() => send(a, bytes(5))).toThrow('ENOBUFS')
    rule.remove()
    one.faults.add({ action: 'delay', ms: 3 })
    send(a, bytes(6))
    one.clock.advance(3)
    receive(b)
    return events
  }

  test('is told and asked the same', () => {
    const copied = told(
      (socket, data) => socket.send(data),
      (socket) => socket.recv(new Uint8Array(100)),
    )
    const inPlace = told(
      (socket, data) => {
        socket.reserve(data.length).bytes.set(data)
        socket.commit()
      },
      (socket) => {
        socket.peek()
        socket.release()
      },
    )
    expect(inPlace).toEqual(copied)
    expect(copied.length).toBeGreaterThan(4)
  })
})
