// Sockets in shared memory, both ends in this thread: order, sizes, errors, backpressure, limits, ends.
import { describe, expect, test } from 'vitest'
import type { Socket } from '../../src/api.js'
import { replay } from '../../src/index.js'
import {
  AF_NETLINK,
  encodeConnectorMessage,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  POLLIN,
  SO_RCVBUF,
  SO_SNDTIMEO,
  SOCK_DGRAM,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { pumpOf, type Served, type ServeOptions, type SharedSocket } from '../../src/worker/index.js'
import { failureOf, makeWorld, settle, userSocket } from './world.js'

const bytes = (...values: number[]) => Uint8Array.from(values)
const buffer = new Uint8Array(70_000)
const to = { nl_pid: 70 }
const TOTAL = 2000

/** What a socket of this thread holds. */
function drain(socket: Socket): number[][] {
  const got: number[][] = []
  while (socket.poll(POLLIN) === POLLIN) got.push([...buffer.subarray(0, socket.recv(buffer))])
  return got
}

/** What a shared socket holds. */
function take(shared: SharedSocket): number[][] {
  const got: number[][] = []
  for (let n = shared.tryRecv(buffer); n >= 0; n = shared.tryRecv(buffer)) got.push([...buffer.subarray(0, n)])
  return got
}

/** 100 bytes with a number in them. */
const numbered = (index: number) => bytes(index & 255, index >> 8, ...new Array<number>(98).fill(1))
const numbersOf = (got: number[][]) => got.map(([low = 0, high = 0]) => low + high * 256)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

/** A client with a shared socket at port 71, and a socket of this thread at port 70. */
async function makePair(options: ServeOptions = {}, ringBytes?: number) {
  const world = makeWorld()
  const { remote, served } = await world.client(options)
  const socket = await userSocket(remote)
  const other = world.kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  await socket.bind({ nl_pid: 71 })
  other.bind(to)
  const shared = await socket.share(ringBytes === undefined ? {} : { bytes: ringBytes })
  const send = (data: Uint8Array) => other.sendto(data, 0, { nl_pid: 71 })
  return { ...world, remote, served, socket, shared, other, send, pump: pumpOf(world.kernel) }
}

describe('a shared socket', () => {
  test('sends in order, to its peer or to anybody', async () => {
    const { socket, shared, other, pump } = await makePair()
    expect(shared.send(bytes(1), to)).toBe(1)
    await socket.connect(to)
    expect(shared.send(bytes(2, 2))).toBe(2)
    expect(shared.trySend(bytes(3))).toBe(1)
    expect(shared.sendWait(bytes(4), 1000, to)).toBe(1)
    pump.turn()
    expect(drain(other)).toEqual([[1], [2, 2], [3], [4]])
    expect(shared.failures).toBe(0)
  })

  test('is seen by a tap to receive each message once', async () => {
    const { kernel, shared, send, pump } = await makePair()
    const seen: number[] = []
    kernel.tap((event) => event.kind === 'receive' && seen.push(event.result))
    for (const length of [3, 1, 100]) send(new Uint8Array(length))
    pump.turn()
    expect(take(shared).map(({ length }) => length)).toEqual([3, 1, 100])
    expect(seen).toEqual([3, 1, 100])
  })

  test('receives in order, and knows who has sent what', async () => {
    const { shared, send, pump } = await makePair()
    const room = new Uint8Array(2)
    expect(shared.tryRecv(room)).toBe(-11)
    expect(() => shared.recv(room)).toThrow('EAGAIN')
    send(bytes(1, 2, 3))
    send(bytes(4))
    pump.turn()
    expect(shared.recv(room)).toBe(2)
    expect([...room]).toEqual([1, 2])
    expect(shared.length).toBe(3)
    expect(shared.sender).toEqual({ nl_family: AF_NETLINK, nl_pad: 0, nl_pid: 70, nl_groups: 0 })
    expect(shared.recvWait(room)).toBe(1)
    expect(room[0]).toBe(4)
    expect(shared.length).toBe(1)
  })

  test('carries every size, whole, and not a byte of others', async () => {
    const { shared, other, send, pump } = await makePair()
    for (const length of [1, 7, 8, 9, 100, 1023, 16_383, 16_384, 16_385, 40_001, 65_520]) {
      const data = Uint8Array.from({ length }, (_, index) => index * 7)
      expect(shared.send(data, to)).toBe(length)
      pump.turn()
      expect(drain(other)).toEqual([[...data]])
      send(data)
      pump.turn()
      expect(take(shared)).toEqual([[...data]])
    }
    expect(() => shared.send(new Uint8Array(65_521), to)).toThrow('EMSGSIZE')
    send(new Uint8Array(70_000).fill(9))
    pump.turn()
    expect(take(shared)[0]).toHaveLength(65_520)
    expect(shared.length).toBe(70_000)
  })

  test('hears callbacks and groups by itself, with nobody who turns the pump', async () => {
    const { kernel, client } = makeWorld()
    const { remote } = await client({ uid: 0, caps: 'all' })
    const id = { idx: 5, val: 1 }
    kernel.cn_add_callback(id, 'echo', (msg, { portid }) => {
      kernel.cn_netlink_send({ id, seq: msg.seq, ack: 7 }, portid, 0, GFP_KERNEL)
      kernel.cn_netlink_send({ id, seq: msg.seq }, 0, 5, GFP_KERNEL)
    })
    const socket = await remote.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    await socket.bind({ nl_groups: 1 << 4 })
    const shared = await socket.share()
    const groups: number[] = []
    for (let seq = 0; seq < 3; seq++) {
      shared.send(encodeConnectorMessage({ id, seq }))
      while (groups.length < 2 * (seq + 1)) {
        await shared.readable()
        expect(shared.recv(buffer)).toBe(36)
        groups.push(shared.sender.nl_groups)
        expect(shared.sender.nl_pid).toBe(0)
        expect(buffer[24]).toBe(seq)
      }
    }
    expect(groups).toEqual([0, 16, 0, 16, 0, 16])
  })

  test('refuses what is none of its arguments', async () => {
    const { shared } = await makePair()
    for (const wrong of [undefined, null, 'text', [1], new Uint16Array(1)] as never[]) {
      expect(() => shared.trySend(wrong)).toThrow(TypeError)
      expect(() => shared.tryRecv(wrong)).toThrow(TypeError)
    }
    expect(() => shared.send(bytes(1), { nl_pid: 2 ** 32 })).toThrow(RangeError)
    expect(() => shared.send(bytes(1), 70 as never)).toThrow(TypeError)
    expect(() => shared.recvWait(buffer, '1' as never)).toThrow(TypeError)
    expect(await failureOf(shared.writable(1e6))).toMatchObject({ code: 'EMSGSIZE' })
    expect(shared.failures).toBe(0)
  })
})

describe('what the kernel refuses', () => {
  test('the next call says, once, and the others go on', async () => {
    const { shared, other, pump } = await makePair()
    shared.send(bytes(1), { nl_pid: 99 })
    shared.send(bytes(2), { nl_pid: 98 })
    shared.send(bytes(), to)
    shared.send(bytes(3), to)
    pump.turn()
    expect(shared.failures).toBe(3)
    expect(() => shared.send(bytes(4), to)).toThrow(expect.objectContaining({ code: 'ENODATA', syscall: 'send' }))
    expect(shared.send(bytes(5), to)).toBe(1)
    pump.turn()
    expect(drain(other)).toEqual([[3], [5]])
    shared.send(bytes(1), { nl_pid: 99 })
    await shared.readable()
    expect(() => shared.recv(buffer)).toThrow('ECONNREFUSED')
    expect(() => shared.recv(buffer)).toThrow('EAGAIN')
  })

  test('is what its task may not do', async () => {
    const { client } = makeWorld()
    const { remote } = await client({ uid: 1000 })
    const shared = await (await remote.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)).share()
    shared.send(encodeConnectorMessage({ id: { idx: 5, val: 1 } }), { nl_groups: 16 })
    await shared.readable()
    expect(() => shared.recv(buffer)).toThrow('EPERM')
  })

  test('includes what functions of its side threw: EIO, and those are told', async () => {
    const { kernel, client } = makeWorld()
    const errors: unknown[] = []
    const { remote } = await client({ onError: (error) => errors.push(error) })
    const id = { idx: 5, val: 1 }
    kernel.cn_add_callback(id, 'broken', () => {
      throw new RangeError('broken')
    })
    const shared = await (await remote.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)).share()
    shared.send(encodeConnectorMessage({ id }))
    await shared.readable()
    expect(shared.tryRecv(buffer)).toBe(-5)
    expect(errors.map(String)).toEqual(['RangeError: broken'])
  })
})

describe('backpressure', () => {
  test('a full socket leaves messages in the ring, and a full ring is EAGAIN', async () => {
    const { shared, other, pump } = await makePair({}, 4096)
    let sent = 0
    for (; shared.trySend(numbered(sent), to) > 0; sent++) pump.turn()
    // As many as fit into the socket, and into a ring: 4096 bytes, 120 for each.
    expect(sent).toBe(256 + 34)
    expect(() => shared.send(numbered(sent), to)).toThrow('EAGAIN')
    expect(() => shared.sendWait(numbered(sent), 5, to)).toThrow('EAGAIN')
    const got = drain(other)
    expect(pump.turn()).toBe(34)
    expect(numbersOf([...got, ...drain(other)])).toEqual(upTo(sent))
    expect(shared.failures).toBe(0)
  })

  test.each([0, 4, 2 ** 31])(
    'whoever waits for room has it when there is some, whatever SO_SNDTIMEO says: %d',
    async (sec) => {
      const { socket, shared, other } = await makePair({}, 4096)
      const timeval = new Uint8Array(16)
      new DataView(timeval.buffer).setBigInt64(0, BigInt(sec | 0), true)
      await socket.setsockopt(SOL_SOCKET, SO_SNDTIMEO, timeval)
      const sending = (async () => {
        for (let index = 0; index < TOTAL; index++) {
          while (shared.trySend(numbered(index), to) < 0) await shared.writable(100)
        }
      })()
      const got: number[][] = []
      while (got.length < TOTAL) {
        await other.readable()
        got.push(...drain(other))
      }
      await sending
      expect(numbersOf(got)).toEqual(upTo(TOTAL))
      expect(shared.failures).toBe(0)
    },
  )

  test('a full receive ring leaves messages in the socket, whose senders are told', async () => {
    const { kernel, shared, send } = await makePair({}, 4096)
    const sending = (async () => {
      for (let index = 0; index < TOTAL; index++) await kernel.waiting(() => send(numbered(index)))
    })()
    const got: number[][] = []
    while (got.length < TOTAL) {
      await shared.readable()
      got.push(...take(shared))
    }
    await sending
    expect(numbersOf(got)).toEqual(upTo(TOTAL))
  })

  test('a loss is ENOBUFS in its place', async () => {
    const { kernel, client } = makeWorld()
    const { remote } = await client({ uid: 0, caps: 'all' })
    const socket = await remote.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    await socket.bind({ nl_groups: 1 << 4 })
    await socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 2048)
    const shared = await socket.share({ bytes: 4096 })
    const tell = (seq: number) => kernel.cn_netlink_send({ id: { idx: 5, val: 1 }, seq }, 0, 5, GFP_KERNEL)
    const pump = pumpOf(kernel)
    let lost = 0
    // The ring first, the socket behind it; then messages are lost.
    for (let seq = 0; lost < 3; seq++) {
      if (tell(seq) !== 0) lost++
      pump.turn()
    }
    const seen: (number | string)[] = []
    for (let idle = 0; idle < 3; idle++) {
      for (let n = shared.tryRecv(buffer); n !== -11; n = shared.tryRecv(buffer)) {
        seen.push(n < 0 ? n : (buffer[24] as number))
        idle = 0
      }
      pump.turn()
    }
    const errors = seen.flatMap((one, index) => (one === -105 ? [index] : []))
    expect(errors).toHaveLength(1)
    const before = seen.slice(0, errors[0])
    const behind = seen.slice((errors[0] ?? 0) + 1)
    expect(before.length).toBeGreaterThan(0)
    expect(behind.length).toBeGreaterThan(0)
    expect([...before, ...behind]).toEqual(upTo(before.length + behind.length))
  })

  test('one busy client leaves the others and those without rings their turn', async () => {
    const { client, shared, other, pump } = await makePair()
    const { remote } = await client()
    const second = await (await userSocket(remote)).share()
    const third = await userSocket(remote)
    for (let index = 0; index < 250; index++) shared.send(numbered(index), to)
    second.send(bytes(2), to)
    await third.sendto(bytes(3), 0, to)
    expect(pump.turn(10)).toBeLessThanOrEqual(10)
    pump.turn()
    const got = drain(other)
    expect(got.filter((one) => one.length === 1).sort()).toEqual([[2], [3]])
  })
})

describe('a function that the kernel calls', () => {
  const id = { idx: 5, val: 1 }

  async function makeCaller(callback: (around: { pump: ReturnType<typeof pumpOf>; served: Served }) => void) {
    const { kernel, client } = makeWorld()
    const { remote, served } = await client()
    let calls = 0
    kernel.cn_add_callback(id, 'calls', () => {
      calls++
      callback({ pump: pumpOf(kernel), served })
    })
    const shared = await (await remote.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)).share()
    for (let seq = 0; seq < 5; seq++) shared.send(encodeConnectorMessage({ id, seq }))
    return { kernel, shared, served, calls: () => calls }
  }

  test('may turn the pump: no message is sent twice', async () => {
    const { kernel, shared, calls } = await makeCaller(({ pump }) => expect(pump.turn()).toBe(0))
    expect(pumpOf(kernel).turn()).toBe(5)
    expect(calls()).toBe(5)
    expect(shared.failures).toBe(0)
  })

  test('may end the connection whose message it is', async () => {
    const { kernel, shared, served, calls } = await makeCaller((around) => around.served.close())
    pumpOf(kernel).turn()
    expect(await served.ended).toBe('served')
    expect(calls()).toBe(1)
    expect(shared.tryRecv(buffer)).toBeLessThan(0)
    expect(shared.closed).toBe(true)
    expect(kernel.stats().sockets).toBe(0)
  })
})

test('a host without Atomics.waitAsync wakes and is woken all the same', async () => {
  const host = Atomics as { waitAsync?: unknown }
  const { waitAsync } = host
  delete host.waitAsync
  try {
    const { shared, other, send } = await makePair()
    for (let round = 0; round < 3; round++) {
      shared.send(numbered(round), to)
      await other.readable()
      expect(numbersOf(drain(other))).toEqual([round])
      send(numbered(round))
      await shared.readable()
      expect(numbersOf(take(shared))).toEqual([round])
    }
  } finally {
    host.waitAsync = waitAsync
  }
})

describe('limits', () => {
  test('of rings: ENOBUFS, and a closed socket makes room', async () => {
    const { client } = makeWorld()
    const { remote, served } = await client({ limits: { ringBytes: 3 * 8192 } })
    const [one, two] = [await userSocket(remote), await userSocket(remote)]
    await one.share({ bytes: 8192 })
    expect(served.usage.ringBytes).toBe(2 * 8192)
    expect(await failureOf(two.share({ bytes: 8192 }))).toMatchObject({ code: 'ENOBUFS', syscall: 'share' })
    await two.share({ bytes: 4096 })
    expect(await failureOf(two.share({ bytes: 4096 }))).toMatchObject({ code: 'EEXIST', syscall: 'share' })
    await one.close()
    expect(served.usage.ringBytes).toBe(8192)
    await (await userSocket(remote)).share({ bytes: 8192 })
    expect(await failureOf(one.share())).toMatchObject({ code: 'EBADF' })
  })

  test('of sizes', async () => {
    const { client } = makeWorld()
    const { remote } = await client({ limits: { callBytes: 100 } })
    const socket = await userSocket(remote)
    for (const wrong of [0, 2048, 5000, 2 ** 27])
      await expect(socket.share({ bytes: wrong })).rejects.toThrow(RangeError)
    for (const wrong of ['8192', null] as never[])
      await expect(socket.share({ bytes: wrong })).rejects.toThrow(TypeError)
    const shared = await socket.share({ bytes: 4096 })
    expect(shared.bytes).toBe(4096)
    expect(shared.trySend(new Uint8Array(101))).toBe(-90)
    expect(shared.trySend(new Uint8Array(100))).toBe(100)
  })
})

describe('the end', () => {
  test('of the socket is EBADF, after what was sent is sent and what was received is read', async () => {
    const { socket, shared, other, send, pump } = await makePair()
    send(bytes(7))
    pump.turn()
    const waiting = shared.readable()
    for (let index = 0; index < 200; index++) shared.send(numbered(index), to)
    await socket.close()
    expect(numbersOf(drain(other))).toEqual(upTo(200))
    await waiting
    expect(take(shared)).toEqual([[7]])
    expect(shared.closed).toBe(true)
    for (const call of [() => shared.recv(buffer), () => shared.send(bytes(1)), () => shared.recvWait(buffer)]) {
      expect(call).toThrow('EBADF')
    }
  })

  test.each(['client', 'kernel'])('of the connection, by the %s, is ECONNRESET for whoever waits', async (who) => {
    const { kernel, remote, served, shared, other } = await makePair()
    const waits = [shared.readable(), shared.readable()]
    shared.send(bytes(5), to)
    if (who === 'client') remote.close()
    else {
      await settle()
      served.close()
    }
    await Promise.all([...waits, served.ended])
    expect(drain(other)).toEqual([[5]])
    expect(() => shared.recv(buffer)).toThrow('ECONNRESET')
    expect(shared.closed).toBe(true)
    expect(kernel.stats().sockets).toBe(1)
    await settle()
    expect(pumpOf(kernel).turn()).toBe(0)
  })

  test('of a wait, by its signal', async () => {
    const { shared, send } = await makePair()
    const controller = new AbortController()
    const [given, free] = [failureOf(shared.readable({ signal: controller.signal })), shared.readable()]
    await settle()
    controller.abort(new RangeError('enough'))
    expect(String(await given)).toBe('RangeError: enough')
    expect(await failureOf(shared.writable(1, { signal: controller.signal }))).toBe(await given)
    send(bytes(1))
    await free
    expect(take(shared)).toEqual([[1]])
  })
})

test('a journal has what comes out of rings', async () => {
  const { kernel, shared, other, send, pump } = await makePair()
  kernel.journal.start()
  for (const length of [1, 100, 20_000]) {
    shared.send(new Uint8Array(length).fill(length), to)
    send(new Uint8Array(length).fill(7))
  }
  shared.send(bytes(1), { nl_pid: 99 })
  pump.turn()
  expect(drain(other)).toHaveLength(3)
  expect(shared.tryRecv(buffer)).toBe(-111)
  expect(take(shared).map((data) => data.length)).toEqual([1, 100, 20_000])
  shared.send(bytes(8), to)
  pump.turn()
  expect(replay(kernel.journal.stop())).toMatchObject({ difference: null, stateHash: kernel.stateHash() })
})

describe('a kernel that goes back in time', () => {
  test('goes on with its shared sockets, or ends them', async () => {
    const { kernel, shared, send, other, remote } = await makePair()
    await settle()
    const snapshot = kernel.snapshot()
    const late = await (await userSocket(remote)).share()
    await settle()
    kernel.rewind(snapshot)
    send(bytes(1))
    await shared.readable()
    expect(take(shared)).toEqual([[1]])
    shared.send(bytes(2), to)
    await other.readable()
    expect(drain(other)).toEqual([[2]])
    late.trySend(bytes(3), to)
    await late.readable()
    expect(late.tryRecv(buffer)).toBe(-9)
    expect(late.closed).toBe(true)
  })
})
