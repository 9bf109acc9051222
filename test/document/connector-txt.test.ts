// connector.txt sentence by sentence, through the public surface. The numbers in the titles are those that the document prints at its
// lines. The protocol (97-112) has tests of its own: test/connector/protocol.test.ts, rule.property.test.ts.
import { describe, expect, test } from 'vitest'
import type { BootOptions, Kernel, NetlinkSkbParms, Socket, Task } from '../../src/api.js'
import { boot } from '../../src/index.js'
import {
  AF_NETLINK,
  type CnMsg,
  CONNECTOR_HDRLEN,
  CONNECTOR_ID,
  decodeConnectorMessage,
  encodeCnCtlMsg,
  encodeConnectorMessage,
  GFP_ATOMIC,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  SO_RCVBUF,
  SOCK_DGRAM,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'

const ID = { idx: 5, val: 1 }
const bytes = (...values: number[]) => new Uint8Array(values)

function open(task: Task, ...groups: number[]): Socket {
  const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({})
  for (const group of groups) socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
  return socket
}

/** A kernel, and a program whose socket is a member of some groups. */
function world({ groups = [] as readonly number[], ...options }: BootOptions & { groups?: readonly number[] } = {}) {
  const kernel = boot(options)
  const task = kernel.spawn()
  return { kernel, task, socket: open(task, ...groups) }
}

/** What waits in a socket: the cn_msg of each datagram. */
function received(socket: Socket): CnMsg[] {
  const messages: CnMsg[] = []
  const room = new Uint8Array(65_600)
  for (;;) {
    try {
      messages.push(decodeConnectorMessage(room.subarray(0, socket.recv(room))).msg)
    } catch (error) {
      if ((error as { code?: string }).code === 'EAGAIN') return messages
      throw error
    }
  }
}

/** Registers a callback that keeps copies of what it gets. */
function keep(kernel: Kernel, id = ID, name = 'user') {
  const kept: Array<{ msg: CnMsg; nsp: NetlinkSkbParms }> = []
  const result = kernel.cn_add_callback(id, name, (msg, nsp) => {
    kept.push({
      msg: { ...msg, id: { ...msg.id }, data: new Uint8Array(msg.data) },
      nsp: { ...nsp, creds: { ...nsp.creds } },
    })
  })
  return { result, kept }
}

describe('what it is', () => {
  test('connector.txt 5-6: messages go from user space to the kernel and from the kernel to user space, by netlink', () => {
    const { kernel, socket } = world()
    const { kept } = keep(kernel)
    socket.send(encodeConnectorMessage({ id: ID, data: bytes(1) }))
    expect(kept).toHaveLength(1)
    kernel.cn_netlink_send({ id: ID, data: bytes(2) }, kept[0]!.nsp.portid, 0, GFP_KERNEL)
    expect(received(socket)).toMatchObject([{ id: ID, data: bytes(2) }])
  })

  test('connector.txt 8-11: the callback of the identifier that a message names is called, no other', () => {
    const { kernel, socket } = world()
    const one = keep(kernel, { idx: 5, val: 1 })
    const two = keep(kernel, { idx: 5, val: 2 })
    const three = keep(kernel, { idx: 6, val: 1 })
    for (const [idx, val] of [
      [5, 2],
      [6, 1],
      [6, 2],
    ] as const)
      socket.send(encodeConnectorMessage({ id: { idx, val } }))
    expect([one, two, three].map(({ kept }) => kept.map(({ msg }) => msg.id))).toEqual([
      [],
      [{ idx: 5, val: 2 }],
      [{ idx: 6, val: 1 }],
    ])
  })

  test('connector.txt 8-11: agents of several programs are connected', () => {
    const { kernel, socket } = world()
    const { kept } = keep(kernel)
    const others = [1, 2, 3].map(() => open(kernel.spawn()))
    for (const [n, other] of others.entries()) other.send(encodeConnectorMessage({ id: ID, seq: n }))
    for (const { msg, nsp } of kept) kernel.cn_netlink_send({ id: ID, seq: msg.seq }, nsp.portid, 0, GFP_KERNEL)
    expect(others.map((other) => received(other).map(({ seq }) => seq))).toEqual([[0], [1], [2]])
    expect(received(socket)).toEqual([])
  })

  test('connector.txt 13-18: a program calls socket, bind, send, recv, and no more', () => {
    const { kernel, task } = world()
    kernel.cn_add_callback(ID, 'echo', (msg, { portid }) => {
      kernel.cn_netlink_send({ ...msg, ack: msg.ack + 1 }, portid, 0, GFP_KERNEL)
    })
    const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    socket.bind({ nl_pid: 4321 })
    const request = encodeConnectorMessage({ id: ID, seq: 1, ack: 2, data: bytes(1, 2, 3, 4) })
    expect(socket.send(request)).toBe(request.length)
    const room = new Uint8Array(100)
    const n = socket.recv(room)
    expect(decodeConnectorMessage(room.subarray(0, n)).msg).toMatchObject({ seq: 1, ack: 3, data: bytes(1, 2, 3, 4) })
  })

  test('connector.txt 20-24: a kernel agent needs no socket and no buffer of its own: an id, a name, a function', () => {
    const { kernel, socket } = world({ groups: [5] })
    const module = {
      name: 'agent',
      init: (inside: Kernel) =>
        inside.cn_add_callback(ID, 'agent', ({ seq }) => inside.cn_netlink_send({ id: ID, seq }, 0, GFP_KERNEL)),
      exit: (inside: Kernel) => inside.cn_del_callback(ID),
    }
    expect(kernel.insmod(module)).toBe(0)
    socket.send(encodeConnectorMessage({ id: ID, seq: 8 }))
    expect(received(socket)).toMatchObject([{ seq: 8 }])
    expect(kernel.rmmod('agent')).toBe(0)
    socket.send(encodeConnectorMessage({ id: ID, seq: 9 }))
    expect(received(socket)).toEqual([])
  })

  test('connector.txt 26-27: two functions are all of it: add a callback, send', () => {
    const { kernel, socket } = world({ groups: [5] })
    expect(kernel.cn_add_callback(ID, 'user', () => {})).toBe(0)
    expect(kernel.cn_netlink_send({ id: ID, data: bytes(1) }, 0, GFP_KERNEL)).toBe(0)
    expect(received(socket)).toHaveLength(1)
  })
})

describe('struct cb_id and struct cn_msg', () => {
  test('connector.txt 29-33: idx and val are 32 bits, unsigned', () => {
    const { kernel, socket } = world()
    const { kept } = keep(kernel, { idx: 0xfffffff0, val: 0x80000000 })
    socket.send(encodeConnectorMessage({ id: { idx: -16, val: -(2 ** 31) } }))
    expect(kept.map(({ msg }) => msg.id)).toEqual([{ idx: 0xfffffff0, val: 0x80000000 }])
  })

  test('connector.txt 35-36: idx and val together are unique', () => {
    const { kernel } = world()
    expect(keep(kernel, { idx: 5, val: 1 }).result).toBe(0)
    expect(keep(kernel, { idx: 5, val: 2 }).result).toBe(0)
    expect(keep(kernel, { idx: 6, val: 1 }).result).toBe(0)
    expect(keep(kernel, { idx: 5, val: 1 }).result).toBe(-22)
  })

  test('connector.txt 36-39: the callback gets the cn_msg that was sent', () => {
    const { kernel, socket } = world()
    const { kept } = keep(kernel)
    socket.send(encodeConnectorMessage({ id: ID, seq: 7, ack: 8, flags: 9, data: bytes(1, 2, 3) }))
    expect(kept.map(({ msg }) => msg)).toEqual([{ id: ID, seq: 7, ack: 8, len: 3, flags: 9, data: bytes(1, 2, 3) }])
  })

  test('connector.txt 41-50: id, seq, ack, length, data, in this order, little-endian, the data right behind', () => {
    const { kernel, socket } = world({ groups: [5] })
    kernel.cn_netlink_send({ id: { idx: 5, val: 6 }, seq: 7, ack: 8, data: bytes(0xaa, 0xbb, 0xcc) }, 5, GFP_KERNEL)
    const room = new Uint8Array(100)
    const n = socket.recv(room)
    expect(n).toBe(40)
    expect([...room.subarray(16, n)]).toEqual([
      ...[5, 0, 0, 0, 6, 0, 0, 0],
      ...[7, 0, 0, 0, 8, 0, 0, 0],
      ...[3, 0, 0, 0],
      ...[0xaa, 0xbb, 0xcc, 0],
    ])
  })
})

describe('the interfaces', () => {
  test('connector.txt 56-58: cn_add_callback registers', () => {
    const { kernel, socket } = world()
    socket.send(encodeConnectorMessage({ id: ID }))
    const { result, kept } = keep(kernel)
    expect(result).toBe(0)
    expect(kept).toHaveLength(0)
    socket.send(encodeConnectorMessage({ id: ID }))
    expect(kept).toHaveLength(1)
  })

  test('connector.txt 60-62: the id and the symbolic name are listed', () => {
    const { kernel } = world()
    keep(kernel, { idx: 5, val: 1 }, 'first')
    keep(kernel, { idx: 1000, val: -1 }, 'second')
    const list = kernel.procfs.read('/proc/net/connector').split('\n')
    expect(list[0]).toMatch(/^Name +ID$/)
    expect(list).toContainEqual(expect.stringMatching(/^first +5:1$/))
    expect(list).toContainEqual(expect.stringMatching(/^second +1000:4294967295$/))
  })

  test('connector.txt 63-64: the callback is given the message each time, valid until it returns', () => {
    const { kernel, socket } = world()
    const seen: number[] = []
    kernel.cn_add_callback(ID, 'user', (msg) => seen.push(msg.seq, ...msg.data))
    for (let seq = 1; seq <= 3; seq++) socket.send(encodeConnectorMessage({ id: ID, seq, data: bytes(seq * 10) }))
    expect(seen).toEqual([1, 10, 2, 20, 3, 30])
  })

  test('connector.txt 66-70: cn_del_callback unregisters that id', () => {
    const { kernel, socket } = world()
    const one = keep(kernel, { idx: 5, val: 1 })
    const two = keep(kernel, { idx: 5, val: 2 })
    kernel.cn_del_callback({ idx: 5, val: 1 })
    for (const val of [1, 2]) socket.send(encodeConnectorMessage({ id: { idx: 5, val } }))
    expect(one.kept).toEqual([])
    expect(two.kept).toHaveLength(1)
    expect(kernel.procfs.read('/proc/net/connector')).not.toContain('5:1')
    expect(keep(kernel, { idx: 5, val: 1 }).result).toBe(0)
  })

  test('connector.txt 72-74: cn_netlink_send sends to every member of the group', () => {
    const { kernel, socket } = world({ groups: [5] })
    const other = open(kernel.spawn(), 5, 7)
    const outsider = open(kernel.spawn(), 7)
    expect(kernel.cn_netlink_send({ id: ID, data: bytes(1) }, 5, GFP_KERNEL)).toBe(0)
    expect([socket, other, outsider].map((each) => received(each).length)).toEqual([1, 1, 0])
  })

  test('connector.txt 74-75: it can be called from any context: callbacks, timers, modules, notifications', () => {
    const { kernel, socket } = world({ groups: [5] })
    const send = (seq: number) => kernel.cn_netlink_send({ id: ID, seq }, 5, GFP_ATOMIC)
    kernel.cn_add_callback(ID, 'user', () => send(1))
    kernel.mod_timer(
      kernel.timer_setup(() => send(2)),
      1,
    )
    const everything = [{ first: 0, range: 100 }]
    kernel.requestNotification({ idx: everything, val: everything, group: 3 }, () => send(3))
    socket.send(encodeConnectorMessage({ id: ID }))
    kernel.clock.advance(1)
    kernel.cn_add_callback({ idx: 6, val: 1 }, 'other', () => {})
    kernel.insmod({ name: 'sender', init: () => send(4) })
    kernel.clock.runUntilIdle()
    expect(received(socket).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  })

  test('connector.txt 75: under strong memory pressure a message is lost, and nothing is thrown', () => {
    const { kernel, socket } = world({ groups: [5] })
    kernel.memoryPressure = 'critical'
    expect(kernel.cn_netlink_send({ id: ID }, 5, GFP_KERNEL)).toBeLessThan(0)
    kernel.memoryPressure = 'none'
    expect(received(socket)).toEqual([])
    expect(kernel.cn_netlink_send({ id: ID }, 5, GFP_KERNEL)).toBe(0)
  })

  test('connector.txt 77: the message is its header with the data attached', () => {
    const { kernel, socket } = world({ groups: [5] })
    for (const length of [0, 1, 4, 1000])
      kernel.cn_netlink_send({ id: ID, data: new Uint8Array(length).fill(7) }, 5, GFP_KERNEL)
    const messages = received(socket)
    expect(messages.map(({ len, data }) => [len, data.length])).toEqual([
      [0, 0],
      [1, 1],
      [4, 4],
      [1000, 1000],
    ])
    expect(messages.every(({ data }) => data.every((byte) => byte === 7))).toBe(true)
  })

  test('connector.txt 78-82: group 0 means the group that was made for the registered user with the id of the message', () => {
    const { kernel, socket } = world({ groups: [7] })
    const five = open(kernel.spawn(), 5)
    expect(kernel.cn_netlink_send({ id: { idx: 7, val: 1 } }, 0, GFP_KERNEL)).toBe(-19)
    keep(kernel, { idx: 7, val: 1 })
    expect(kernel.cn_netlink_send({ id: { idx: 7, val: 1 } }, 0, GFP_KERNEL)).toBe(0)
    expect(kernel.cn_netlink_send({ id: { idx: 7, val: 2 } }, 0, GFP_KERNEL)).toBe(-19)
    expect(received(socket)).toHaveLength(1)
    expect(received(five)).toEqual([])
  })

  test('connector.txt 83-84: any other group is the one that is sent to, whatever the id, registered or not', () => {
    const { kernel, socket } = world({ groups: [7] })
    const five = open(kernel.spawn(), 5)
    keep(kernel, ID)
    expect(kernel.cn_netlink_send({ id: ID }, 7, GFP_KERNEL)).toBe(0)
    expect(kernel.cn_netlink_send({ id: { idx: 99, val: 99 } }, 7, GFP_KERNEL)).toBe(0)
    expect(received(socket).map(({ id }) => id)).toEqual([ID, { idx: 99, val: 99 }])
    expect(received(five)).toEqual([])
  })

  test('connector.txt 85: the GFP mask decides what happens when memory is short', () => {
    const { kernel, socket } = world({ groups: [5] })
    kernel.memoryPressure = 'high'
    expect(kernel.cn_netlink_send({ id: ID, seq: 1 }, 5, GFP_ATOMIC)).toBe(-12)
    expect(kernel.cn_netlink_send({ id: ID, seq: 2 }, 5, GFP_KERNEL)).toBe(0)
    expect(received(socket).map(({ seq }) => seq)).toEqual([2])
  })

  test.each([5, 31, 32, 33, 1000, 0xffffffff])('connector.txt 87-88: idx %i is the group of its user', (idx) => {
    const { kernel, socket } = world({ groups: [idx] })
    keep(kernel, { idx, val: 77 })
    expect(kernel.cn_netlink_send({ id: { idx, val: 77 }, seq: 3 }, 0, GFP_KERNEL)).toBe(0)
    expect(received(socket)).toMatchObject([{ id: { idx, val: 77 }, seq: 3 }])
  })
})

describe('the header', () => {
  test('connector.txt 94-95: the header is the same, and as long, for every message', () => {
    const { kernel, socket } = world({ groups: [5] })
    const room = new Uint8Array(100)
    for (const length of [0, 4, 8]) {
      kernel.cn_netlink_send({ id: ID, data: new Uint8Array(length) }, 5, GFP_KERNEL)
      expect(socket.recv(room)).toBe(CONNECTOR_HDRLEN + length)
    }
  })

  test('connector.txt 114: it begins with the id, on the way in and on the way out', () => {
    const { kernel, socket } = world({ groups: [5] })
    const { kept } = keep(kernel, { idx: 0x11223344, val: 0x55667788 })
    socket.send(encodeConnectorMessage({ id: { idx: 0x11223344, val: 0x55667788 } }))
    expect(kept).toHaveLength(1)
    kernel.cn_netlink_send({ id: { idx: 0x11223344, val: 0x55667788 } }, 5, GFP_KERNEL)
    const room = new Uint8Array(100)
    socket.recv(room)
    expect([...room.subarray(16, 24)]).toEqual([0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55])
  })
})

describe('notifications', () => {
  const request = { idx: [{ first: 10, range: 3 }], val: [{ first: 1, range: 2 }], group: 3 }
  const notices = (socket: Socket) =>
    received(socket).map(({ id, ack }) => `${ack === 0 ? '+' : '-'}${id.idx}:${id.val}`)

  test('connector.txt 116-119: a driver asks to be told when selected ids are registered and unregistered', () => {
    const { kernel, socket } = world({ groups: [3] })
    const told: string[] = []
    expect(
      kernel.requestNotification(request, ({ id, seq, ack }) => told.push(`${id.idx}:${id.val} ${seq} ${ack}`)),
    ).toBe(0)
    keep(kernel, { idx: 11, val: 2 })
    kernel.cn_del_callback({ idx: 11, val: 2 })
    kernel.clock.runUntilIdle()
    expect(told).toEqual(['11:2 0 0', '11:2 0 1'])
    expect(received(socket)).toMatchObject([
      { id: { idx: 11, val: 2 }, seq: 0, ack: 0, len: 0 },
      { id: { idx: 11, val: 2 }, seq: 0, ack: 1, len: 0 },
    ])
  })

  test('connector.txt 116-119: so does a process', () => {
    const { kernel, socket } = world({ groups: [3] })
    socket.send(encodeConnectorMessage({ id: CONNECTOR_ID, data: encodeCnCtlMsg(request) }))
    keep(kernel, { idx: 12, val: 1 })
    kernel.cn_del_callback({ idx: 12, val: 1 })
    expect(notices(socket)).toEqual(['+12:1', '-12:1'])
  })

  test('connector.txt 117-119: only the selected ids: idx and val both within what was asked for', () => {
    const { kernel, socket } = world({ groups: [3] })
    kernel.requestNotification(request)
    for (const [idx, val] of [
      [9, 1],
      [10, 0],
      [10, 1],
      [12, 2],
      [12, 3],
      [13, 1],
    ] as const)
      keep(kernel, { idx, val })
    expect(notices(socket)).toEqual(['+10:1', '+12:2'])
  })

  test('connector.txt 117-119: what was not registered is not unregistered, what is refused was not registered', () => {
    const { kernel, socket } = world({ groups: [3] })
    kernel.requestNotification(request)
    kernel.cn_del_callback({ idx: 10, val: 1 })
    expect(notices(socket)).toEqual([])
    keep(kernel, { idx: 10, val: 1 })
    expect(keep(kernel, { idx: 10, val: 1 }).result).toBe(-22)
    expect(notices(socket)).toEqual(['+10:1'])
  })

  test('connector.txt 119-120: it is asked by a command to the connector, which is registered itself as {-1, -1}', () => {
    const { kernel, socket } = world({ groups: [3] })
    expect(kernel.procfs.read('/proc/net/connector')).toMatch(/^connector +4294967295:4294967295$/m)
    expect(keep(kernel, { idx: -1, val: -1 }).result).toBe(-22)
    const command = encodeCnCtlMsg({ ...request, idx: [{ first: 0xfffffff0, range: 15 }] })
    socket.send(encodeConnectorMessage({ id: { idx: -1, val: -1 }, data: command }))
    keep(kernel, { idx: -2, val: 1 })
    expect(notices(socket)).toEqual(['+4294967294:1'])
  })

  test('connector.txt 116-120: an equal request for group 0 takes it back', () => {
    const { kernel, socket } = world({ groups: [3] })
    socket.send(encodeConnectorMessage({ id: CONNECTOR_ID, data: encodeCnCtlMsg(request) }))
    socket.send(encodeConnectorMessage({ id: CONNECTOR_ID, data: encodeCnCtlMsg({ ...request, group: 0 }) }))
    keep(kernel, { idx: 10, val: 1 })
    expect(notices(socket)).toEqual([])
  })

  test('connector.txt 122-124: a module that requests notifications and sends messages', () => {
    const { kernel, socket } = world({ groups: [3, 0x123] })
    const id = { idx: 0x123, val: 0x456 }
    const all = [{ first: 0, range: 0xffffffff }]
    kernel.insmod({
      name: 'cn_test',
      init(inside) {
        inside.requestNotification({ idx: all, val: all, group: 3 })
        const result = inside.cn_add_callback(id, 'cn_test', ({ seq, ack, data }) => {
          inside.printk(`cn_test: seq=${seq}, ack=${ack}, len=${data.length}`)
        })
        let seq = 0
        const timer = inside.timer_setup(() => {
          seq += 1
          inside.cn_netlink_send({ id, seq, data: new TextEncoder().encode(`counter = ${seq}`) }, 0, GFP_ATOMIC)
          inside.mod_timer(timer, inside.jiffies + 1000)
        })
        inside.mod_timer(timer, inside.jiffies + 1000)
        return result
      },
      exit: (inside) => inside.cn_del_callback(id),
    })
    socket.send(encodeConnectorMessage({ id, seq: 5, ack: 6, data: bytes(1) }))
    kernel.clock.advance(3000)
    kernel.rmmod('cn_test')
    const texts = received(socket).map(({ data, ack }) =>
      data.length > 0 ? new TextDecoder().decode(data) : `notice ${ack}`,
    )
    expect(texts).toEqual(['notice 0', 'counter = 1', 'counter = 2', 'counter = 3', 'notice 1'])
    expect(kernel.dmesg().some((line) => line.endsWith('cn_test: seq=5, ack=6, len=1'))).toBe(true)
  })
})

describe('reliability', () => {
  /** Messages 1 to `count` for a socket with little room; which of them came, and which errors. */
  function flood(count: number) {
    const { kernel, socket } = world({ groups: [5] })
    socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
    const results = new Set<number>()
    for (let seq = 1; seq <= count; seq++) results.add(kernel.cn_netlink_send({ id: ID, seq }, 5, GFP_KERNEL))
    return { kernel, socket, results }
  }

  test('connector.txt 130-132: a queue that overflows loses messages, and the reader is told', () => {
    const { socket, results } = flood(100)
    expect(results).toEqual(new Set([0, -3]))
    expect(() => socket.recv(new Uint8Array(100))).toThrow(expect.objectContaining({ code: 'ENOBUFS' }))
    const seqs = received(socket).map(({ seq }) => seq)
    expect(seqs.length).toBeLessThan(100)
    expect(seqs).toEqual(seqs.map((_, n) => n + 1))
  })

  test('connector.txt 130-131: memory pressure loses messages', () => {
    const { kernel, socket } = world({ groups: [5] })
    const send = (seq: number) => kernel.cn_netlink_send({ id: ID, seq }, 5, GFP_ATOMIC)
    send(1)
    kernel.memoryPressure = 'high'
    send(2)
    kernel.memoryPressure = 'none'
    send(3)
    expect(received(socket).map(({ seq }) => seq)).toEqual([1, 3])
  })

  test('connector.txt 132-133: seq shows how many were lost', () => {
    const { kernel, socket } = flood(100)
    expect(() => socket.recv(new Uint8Array(100))).toThrow()
    const before = received(socket)
    kernel.cn_netlink_send({ id: ID, seq: 101 }, 5, GFP_KERNEL)
    const [after] = received(socket)
    expect(after!.seq - before.at(-1)!.seq - 1).toBe(100 - before.length)
  })

  test('connector.txt 132-133: seq and ack come through as they were sent, both ways', () => {
    const { kernel, socket } = world({ groups: [5] })
    const { kept } = keep(kernel)
    for (const [seq, ack] of [
      [0, 0xffffffff],
      [0xffffffff, 0],
      [0x80000000, 0x7fffffff],
    ] as const) {
      socket.send(encodeConnectorMessage({ id: ID, seq, ack }))
      expect(kept.at(-1)!.msg).toMatchObject({ seq, ack })
      kernel.cn_netlink_send({ id: ID, seq, ack }, 5, GFP_KERNEL)
      expect(received(socket)).toMatchObject([{ seq, ack }])
    }
  })
})
