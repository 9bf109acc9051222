// Messages built and read where they lie: what reserve(), commit(), peek() and release() give, refuse and keep.
import { describe, expect, test } from 'vitest'
import type { Kernel, MessageView, Socket, Task } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import { boot, withKernel } from '../support/kernels.js'

const { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW } = uapi
const isDebug = process.env.KERNEL_BUILD === 'debug'

interface Pair {
  readonly kernel: Kernel
  readonly task: Task
  readonly from: Socket
  readonly to: Socket
}

function pair(kernel = boot()): Pair {
  const task = kernel.spawn({ uid: 1000, gid: 100 })
  const [from, to] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [Socket, Socket]
  to.bind({ nl_pid: 7 })
  from.connect({ nl_pid: 7 })
  return { kernel, task, from, to }
}

const bytes = (length: number, first = 1) => Uint8Array.from({ length }, (_, at) => (first + at) & 0xff)
const received = (socket: Socket, room = 64) => {
  const buffer = new Uint8Array(room)
  return buffer.subarray(0, socket.recv(buffer))
}
const view = (socket: Socket) => socket.peek() as MessageView
const put = (socket: Socket, data: Uint8Array) => socket.reserve(data.length).bytes.set(data)

describe('reserve() and commit()', () => {
  test.each([1, 2, 3, 4, 5, 36, 100, 511, 512, 513, 4000, 20_000, 200_000])('send a message of %i bytes', (length) => {
    const { from, to } = pair()
    const { bytes: room, words, length: told } = from.reserve(length)
    expect([told, room.length, words.length]).toEqual([length, length, Math.ceil(length / 4)])
    expect(words.every((word) => word === 0)).toBe(true)
    room.set(bytes(length))
    expect(from.commit()).toBe(length)
    expect(Buffer.from(received(to, length)).equals(Buffer.from(bytes(length)))).toBe(true)
  })

  test('words are the bytes, little-endian, and what pads the last one is not sent', () => {
    const { from, to } = pair()
    const { words } = from.reserve(6)
    words[0] = 0x04030201
    words[1] = 0xffff0605
    from.commit()
    expect(received(to)).toEqual(bytes(6))
    expect(to.poll(uapi.POLLIN)).toBe(0)
  })

  test('a message is all zeros, whatever lay there before', () => {
    const { from, to } = pair()
    for (const length of [100, 600]) {
      from.send(bytes(length, 7))
      received(to, length)
      expect(from.reserve(length).bytes.every((byte) => byte === 0)).toBe(true)
    }
  })

  test('the first bytes of it, if fewer are committed: they count as a message of so many', () => {
    const rmem = (send: (socket: Socket) => void) => {
      const { from, to } = pair()
      send(from)
      const [counted] = new Uint32Array(
        (to.getsockopt(uapi.SOL_SOCKET, uapi.SO_MEMINFO, 64) as Uint8Array).slice().buffer,
      )
      return [counted, received(to, 5000)]
    }
    const short = rmem((socket) => {
      put(socket, bytes(3000))
      expect(socket.commit(10)).toBe(10)
    })
    expect(short).toEqual(rmem((socket) => socket.send(bytes(10))))
  })

  test('belongs to the socket, whatever is sent meanwhile', () => {
    const { from, to } = pair()
    put(from, bytes(100))
    for (let n = 0; n < 50; n++) {
      from.send(bytes(100, 200))
      received(to)
    }
    from.send(bytes(3))
    from.commit()
    expect([received(to), received(to, 100)]).toEqual([bytes(3), bytes(100)])
  })

  test('each socket has one of its own', () => {
    const { task, from, to } = pair()
    const other = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    other.connect({ nl_pid: 7 })
    put(from, bytes(4, 10))
    put(other, bytes(4, 20))
    from.commit()
    other.commit()
    expect([received(to), received(to)]).toEqual([bytes(4, 10), bytes(4, 20)])
  })

  test('reserve() takes nothing of the kernel, and asks it nothing', () => {
    const { kernel, from } = pair()
    const { memory } = kernel.stats()
    const digest = kernel.stateHash()
    for (const length of [10, 10, 20_000, 300_000, 0]) expect(from.reserve(length).length).toBe(length)
    expect(kernel.stats().memory).toEqual(memory)
    expect(kernel.stateHash()).toBe(digest)
  })

  test('fail as send() does, in the same order', () => {
    const { from, to } = pair()
    from.reserve(0)
    expect(() => from.commit()).toThrow('ENODATA: no data available, send')
    expect(() => from.commit(undefined, uapi.MSG_OOB)).toThrow('EOPNOTSUPP')
    for (const length of [300_000, 212_992 - 31]) {
      from.reserve(length)
      expect(() => from.commit()).toThrow('EMSGSIZE: message too long, send')
    }
    from.reserve(12_000)
    from.setsockopt(uapi.SOL_SOCKET, uapi.SO_SNDBUF, 5000)
    expect(() => from.commit()).toThrow('EMSGSIZE: message too long, send')
    expect(() => from.commit(0)).toThrow('ENODATA')
    expect(() => from.commit(undefined, uapi.MSG_OOB)).toThrow('EOPNOTSUPP')
    expect(from.commit(5000)).toBe(5000)
    expect(received(to, 5000).every((byte) => byte === 0)).toBe(true)
    from.reserve(212_992 - 32)
    from.setsockopt(uapi.SOL_SOCKET, uapi.SO_SNDBUF, 212_992 / 2)
    expect(from.commit()).toBe(212_992 - 32)
  })

  test('bind the socket as send() does', () => {
    const task = boot().spawn()
    const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    socket.reserve(4)
    expect(socket.getsockname().nl_pid).toBe(0)
    expect(() => socket.commit()).toThrow('ECONNREFUSED')
    expect(socket.getsockname().nl_pid).toBe(task.pid)
  })

  test('refuse what is no length before anything happens', () => {
    const { from } = pair()
    from.reserve(4)
    for (const length of ['4', null, {}] as unknown as number[]) expect(() => from.reserve(length)).toThrow(TypeError)
    for (const length of [1.5, NaN, 2 ** 32]) expect(() => from.reserve(length)).toThrow(RangeError)
    expect(() => from.commit('4' as unknown as number)).toThrow(TypeError)
    expect(() => from.commit(4, null as unknown as number)).toThrow(TypeError)
    expect(() => from.commit(5)).toThrow(new RangeError('length must be at most the 4 bytes of reserve(), not 5'))
    expect(from.commit(4)).toBe(4)
  })

  test('without a reservation commit() says so, and every call of a closed socket EBADF', () => {
    const { from, to } = pair()
    expect(() => from.commit()).toThrow(new Error('commit() without reserve(): nothing is reserved'))
    expect(() => from.commit(3)).toThrow('nothing is reserved')
    from.reserve(3)
    from.commit()
    expect(() => from.commit()).toThrow('nothing is reserved')
    from.reserve(3)
    from.close()
    expect(() => from.reserve(3)).toThrow('EBADF: bad file descriptor, send')
    expect(() => from.commit()).toThrow('EBADF: bad file descriptor, send')
    to.close()
    expect(() => to.peek()).toThrow('EBADF: bad file descriptor, recv')
    expect(() => to.release()).toThrow('EBADF: bad file descriptor, recv')
  })

  test('a full receiver: EAGAIN, and the message is still reserved, as it was written', async () => {
    const { kernel, from, to } = pair()
    for (let n = 0; n < 256; n++) from.send(bytes(1))
    const { words } = from.reserve(8)
    words[0] = 1
    expect(() => from.commit()).toThrow('EAGAIN: resource temporarily unavailable, send')
    expect(() => from.commit(4)).toThrow('EAGAIN')
    words[1] = 2
    const sent = kernel.waiting(() => from.commit())
    for (let n = 0; n < 256; n++) received(to)
    expect(await sent).toBe(8)
    expect(received(to)).toEqual(Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0))
  })

  test('nobody there: ECONNREFUSED, and it can be sent to another', () => {
    const { from, to } = pair()
    from.connect({ nl_pid: 99 })
    put(from, bytes(4))
    expect(() => from.commit()).toThrow('ECONNREFUSED')
    from.connect({ nl_pid: 7 })
    from.commit()
    expect(received(to)).toEqual(bytes(4))
  })

  test('to a group and a port: members keep what they got if the port is full', () => {
    const { kernel } = pair()
    const root = kernel.spawn()
    const [from, to, member] = [0, 1, 2].map(() => root.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [
      Socket,
      Socket,
      Socket,
    ]
    to.bind({ nl_pid: 8 })
    member.bind({ nl_groups: 1 })
    from.connect({ nl_pid: 8, nl_groups: 1 })
    for (let n = 0; n < 256; n++) from.sendto(bytes(1), 0, { nl_pid: 8 })
    const { bytes: room } = from.reserve(4)
    room.set(bytes(4, 1))
    expect(() => from.commit()).toThrow('EAGAIN')
    room.set(bytes(4, 9))
    received(to)
    expect(from.commit()).toBe(4)
    expect([received(member), received(member)]).toEqual([bytes(4, 1), bytes(4, 9)])
  })

  test('credentials are those at commit(), as at send()', () => {
    const { kernel, to } = pair()
    to.setsockopt(uapi.SOL_SOCKET, uapi.SO_PASSCRED, 1)
    const root = kernel.spawn()
    const from = root.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    from.connect({ nl_pid: 7 })
    from.reserve(4)
    root.setresuid(5, 5, 5)
    from.commit()
    const { control } = to.recvmsg({ iov: [new Uint8Array(4)] })
    expect(new Uint32Array(Uint8Array.from(control[0]?.data ?? []).buffer)).toEqual(Uint32Array.of(root.pid, 5, 0))
  })

  test('a child has none of it, and the end of the process gives it back', () => {
    withKernel({}, (kernel) => {
      const { task, from, to } = pair(kernel)
      from.reserve(10)
      from.send(bytes(4))
      to.peek()
      const child = task.fork()
      task.exit()
      expect(() => from.commit()).toThrow('EBADF')
      child.kill(9)
    })
  })

  test('without memory: ENOBUFS, and nothing is lost', () => {
    const { kernel, from, to } = pair()
    for (const length of [3, 20_000]) {
      put(from, bytes(length))
      kernel.faults.failslab({ probability: 100, times: -1 })
      expect(() => from.commit()).toThrow('ENOBUFS: no buffer space available, send')
      kernel.faults.failslab({})
      expect(from.commit(3)).toBe(3)
      expect(received(to)).toEqual(bytes(3))
    }
    from.send(bytes(3))
    kernel.faults.failslab({ probability: 100, times: -1 })
    expect(() => to.peek()).toThrow('ENOBUFS: no buffer space available, recv')
    kernel.faults.failslab({})
    expect(view(to).length).toBe(3)
  })
})

describe('peek() and release()', () => {
  test.each([1, 2, 3, 4, 5, 100, 20_000])('give a message of %i bytes, and take it', (length) => {
    const { from, to } = pair()
    from.send(bytes(length, 255))
    from.send(bytes(length, 3))
    for (const first of [255, 3]) {
      const { bytes: data, words, length: told } = view(to)
      expect([told, words.length]).toEqual([length, Math.ceil(length / 4)])
      expect(Buffer.from(data).equals(Buffer.from(bytes(length, first)))).toBe(true)
      const padded = new Uint8Array(words.length * 4)
      padded.set(data)
      expect(Buffer.from(new Uint32Array(padded.buffer).buffer).equals(Buffer.from(words.slice().buffer))).toBe(true)
      to.release()
    }
    expect(to.peek()).toBeNull()
  })

  test('nothing there is null, and no exception', () => {
    const { to } = pair()
    expect([to.peek(), to.peek()]).toEqual([null, null])
    expect(() => to.release()).toThrow(new Error('release() without peek(): nothing is peeked'))
  })

  test('peek() gives the same message until release()', () => {
    const { from, to } = pair()
    from.send(bytes(4, 1))
    from.send(bytes(4, 9))
    expect(to.peek()).toBe(to.peek())
    to.release()
    expect(() => to.release()).toThrow('nothing is peeked')
    expect(view(to).bytes).toEqual(bytes(4, 9))
  })

  test('a message that another receive takes stays as it is until release(), which takes nothing more', () => {
    const { from, to } = pair()
    from.send(bytes(100, 1))
    from.send(bytes(100, 2))
    const { bytes: data } = view(to)
    received(to, 100)
    for (let n = 0; n < 20; n++) from.send(bytes(100, 99))
    expect(data).toEqual(bytes(100, 1))
    to.release()
    expect(received(to, 100)).toEqual(bytes(100, 2))
  })

  test('after another receive peek() goes on with what is next', () => {
    const { from, to } = pair()
    for (const first of [1, 2]) from.send(bytes(4, first))
    to.peek()
    received(to)
    expect(view(to).bytes).toEqual(bytes(4, 2))
    to.release()
    expect(to.peek()).toBeNull()
  })

  test('a pending error is thrown once, then the messages come', () => {
    const { kernel, from, to } = pair()
    from.send(bytes(4))
    kernel.faults.overrun(to)
    expect(() => to.peek()).toThrow('ENOBUFS: no buffer space available, recv')
    expect(view(to).bytes).toEqual(bytes(4))
  })

  test('an error between peek() and release() stays for the next peek()', () => {
    const { kernel, from, to } = pair()
    from.send(bytes(4))
    to.peek()
    kernel.faults.overrun(to)
    to.release()
    expect(() => to.peek()).toThrow('ENOBUFS')
    expect(to.peek()).toBeNull()
  })

  test('a congested socket takes messages again when its queue was read empty', () => {
    const { kernel, from, to } = pair()
    from.send(bytes(4))
    kernel.faults.overrun(to)
    expect(() => to.peek()).toThrow('ENOBUFS')
    expect(() => from.send(bytes(4))).toThrow('EAGAIN')
    to.peek()
    expect(() => from.send(bytes(4))).toThrow('EAGAIN')
    to.release()
    expect(from.send(bytes(4))).toBe(4)
  })

  test('release() makes room for who waits to send, peek() does not', async () => {
    const { kernel, from, to } = pair()
    for (let n = 0; n < 256; n++) from.send(bytes(1))
    let done = false
    const sent = kernel
      .waiting(() => from.send(bytes(2)))
      .then(() => {
        done = true
      })
    to.peek()
    await Promise.resolve()
    expect(done).toBe(false)
    to.release()
    await sent
    expect(done).toBe(true)
  })

  test('readable() and a loop of peek() and release() go together', async () => {
    const { from, to } = pair()
    const ready = to.readable()
    from.send(bytes(3))
    await ready
    let count = 0
    for (let one = to.peek(); one !== null; one = to.peek()) {
      count += one.length
      to.release()
    }
    expect(count).toBe(3)
  })

  test('members of a group read one message', () => {
    const kernel = boot()
    const root = kernel.spawn()
    const [from, ...members] = [0, 1, 2].map(() => root.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)) as [
      Socket,
      Socket,
      Socket,
    ]
    for (const member of members) member.bind({ nl_groups: 1 })
    from.sendto(bytes(5), 0, { nl_pid: (members[0] as Socket).getsockname().nl_pid, nl_groups: 1 })
    const views = members.map((member) => view(member).bytes)
    expect(views).toEqual([bytes(5), bytes(5)])
    if (!isDebug) expect(views[0]?.byteOffset).toBe(views[1]?.byteOffset)
    members[0]?.close()
    expect(view(members[1] as Socket).bytes).toEqual(bytes(5))
  })

  test('a dump goes on at release(), in parts as large as they can be', () => {
    const drain = (read: (socket: Socket) => number) => {
      const kernel = boot()
      let parts = 0
      const ksock = kernel.netlink_kernel_create(20, {
        input: (skb) => {
          kernel.netlink_rcv_skb(skb, (_, nlh) =>
            kernel.netlink_dump_start(ksock as NonNullable<typeof ksock>, skb, nlh, {
              dump: (out, { portid, seq }) => {
                if (parts++ === 5) return 0
                while (out.nlmsg_put(portid, seq, 30, new Uint8Array(500), uapi.NLM_F_MULTI)) {}
                return out.len
              },
            }),
          )
        },
      })
      const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20)
      socket.connect({})
      const header = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP, nlmsg_seq: 3, nlmsg_pid: 0 }
      const lengths: number[] = []
      for (let n = 0; n < 2; n++) {
        put(socket, uapi.encodeNlmsg(header, new Uint8Array(0)))
        socket.commit()
        for (let length = read(socket); length > 0; length = read(socket)) lengths.push(length)
        parts = 0
      }
      return lengths
    }
    const copied = drain((socket) => {
      try {
        return socket.recv(new Uint8Array(40_000))
      } catch {
        return 0
      }
    })
    const inPlace = drain((socket) => {
      const one = socket.peek()
      if (one === null) return 0
      const { length } = one
      socket.release()
      return length
    })
    expect(inPlace.length).toBeGreaterThan(5)
    // Before its first receive a socket says nothing of its room.
    expect(inPlace.slice(1)).toEqual(copied.slice(1))
  })
})

describe('callbacks', () => {
  const ID = { idx: 5, val: 1 }
  function asking(kernel = boot()) {
    const from = kernel.spawn({ uid: 1000 }).socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    return { kernel, from }
  }
  const request = (data: Uint8Array) => uapi.encodeConnectorMessage({ id: ID, seq: 3, data })

  test('read the message where it lies, as bytes and as words', () => {
    const { kernel, from } = asking()
    const seen: unknown[] = []
    kernel.cn_add_callback(ID, 'five', (msg) => {
      seen.push([...msg.data], [...msg.words], Object.keys(msg), { ...msg, data: 0 })
    })
    put(from, request(bytes(6)))
    expect(from.commit()).toBe(42)
    expect(seen).toEqual([
      [1, 2, 3, 4, 5, 6],
      [0x04030201, 0x0605],
      ['id', 'seq', 'ack', 'len', 'flags', 'data'],
      { id: ID, seq: 3, ack: 0, len: 6, flags: 0, data: 0 },
    ])
  })

  test('may reserve and commit on the socket whose message they were given', () => {
    const { kernel, from } = asking()
    const lengths: number[] = []
    kernel.cn_add_callback(ID, 'five', (msg) => {
      const { data } = msg
      lengths.push(data.length)
      expect(() => from.commit()).toThrow('nothing is reserved')
      if (data.length === 0) return
      put(from, request(bytes(data.length - 1)))
      from.commit()
      expect([...data]).toEqual([...bytes(data.length)])
      from.reserve(40 + data.length)
    })
    put(from, request(bytes(3)))
    from.commit()
    expect(lengths).toEqual([3, 2, 1, 0])
    expect(from.commit(40)).toBe(40)
  })

  test('may close the socket that is committing', () => {
    withKernel({}, (kernel) => {
      const { from } = asking(kernel)
      kernel.cn_add_callback(ID, 'five', () => from.close())
      put(from, request(bytes(3)))
      expect(from.commit()).toBe(39)
      expect(() => from.commit()).toThrow('EBADF')
    })
  })
})
