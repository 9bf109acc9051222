// Calls that wait at the other end: for something to read, for room, for their turn; and how they are taken back.
import { describe, expect, test } from 'vitest'
import { EAGAIN } from '../../src/index.js'
import { POLLIN, SO_RCVBUF, SO_RCVTIMEO, SOL_SOCKET } from '../../src/uapi/index.js'
import type { RemoteSocket } from '../../src/worker/index.js'
import { failureOf, makeWorld, settle, userSocket } from './world.js'

const bytes = (...values: number[]) => Uint8Array.from(values)

/** Two clients and their sockets; the second one is bound to port 70. */
async function makePair() {
  const world = makeWorld()
  const [one, two] = [await world.client(), await world.client()]
  const [from, to] = [await userSocket(one.remote), await userSocket(two.remote)]
  await to.bind({ nl_pid: 70 })
  const send = (...values: number[]) => from.sendto(bytes(...values), 0, { nl_pid: 70 })
  return { ...world, one, two, from, to, send }
}

/** What a socket holds. */
async function rest(socket: RemoteSocket) {
  return (await socket.poll(POLLIN)) === 0 ? [] : socket.receive({ most: 1000 })
}

describe('a receive', () => {
  test('that waits gets the datagram when it comes, the first one first', async () => {
    const { to, two, send } = await makePair()
    const [first, second] = [new Uint8Array(4), new Uint8Array(4)]
    const waits = [to.recv(first, 0, { wait: true }), to.recvmsg({ iov: [second] }, 0, { wait: true })]
    await settle()
    expect(two.served.usage.calls).toBeGreaterThanOrEqual(2)
    await send(1)
    await send(2, 3)
    expect(await waits[0]).toBe(1)
    expect(await waits[1]).toMatchObject({ n: 2 })
    expect([first[0], second[0], second[1]]).toEqual([1, 2, 3])
  })

  test('without waiting is EAGAIN', async () => {
    const { to } = await makePair()
    for (const call of [to.recv(bytes(1)), to.read(bytes(1)), to.recvfrom(bytes(1)), to.recvmsg({ iov: [] })]) {
      expect(await failureOf(call)).toMatchObject({ code: 'EAGAIN', errno: -EAGAIN })
    }
  })

  test('is bound by SO_RCVTIMEO, on the virtual clock', async () => {
    const { kernel, to } = await makePair()
    const timeval = new Uint8Array(16)
    timeval[8] = 100
    new DataView(timeval.buffer).setUint32(8, 500_000, true)
    await to.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval)
    const wait = failureOf(to.receive())
    await settle()
    kernel.clock.advance(501)
    expect(await wait).toMatchObject({ code: 'EAGAIN' })
  })

  test.each(['recv', 'read', 'recvfrom', 'recvmsg'] as const)('of %s has its name when time is over', async (call) => {
    const { kernel, to } = await makePair()
    const timeval = new Uint8Array(16)
    timeval[0] = 1
    await to.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval)
    const options = { wait: true }
    const waits = {
      recv: () => to.recv(bytes(1), 0, options),
      read: () => to.read(bytes(1), options),
      recvfrom: () => to.recvfrom(bytes(1), 0, undefined, options),
      recvmsg: () => to.recvmsg({ iov: [bytes(1)] }, 0, options),
    }
    const wait = failureOf(waits[call]())
    await settle()
    kernel.clock.advance(1001)
    expect(await wait).toMatchObject({ code: 'EAGAIN', syscall: call })
  })

  test('that is taken back in the turn in which another one takes its message is taken back', async () => {
    const { to } = await makePair()
    const stop = new AbortController()
    const first = failureOf(to.recv(bytes(0), 0, { wait: true, signal: stop.signal }))
    await settle()
    void to.sendto(bytes(1), 0, { nl_pid: 70 })
    const second = to.recv(bytes(0))
    stop.abort(new Error('stopped'))
    expect(await second).toBe(1)
    expect(await first).toEqual(new Error('stopped'))
  })

  test('of two that are taken back in the turn of a message at most one gets it, and no later one', async () => {
    const { to, send } = await makePair()
    const stops = [new AbortController(), new AbortController()]
    const waits = stops.map(({ signal }) =>
      to.receive({ signal }).then(
        ({ length }) => length,
        () => 'stopped',
      ),
    )
    await settle()
    void to.sendto(bytes(1), 0, { nl_pid: 70 })
    for (const stop of stops) stop.abort()
    const ends = await Promise.all(waits)
    const taken = ends.filter((end) => end === 1).length
    expect(ends.filter((end) => end === 'stopped').length).toBe(2 - taken)
    await send(9)
    expect(await rest(to)).toHaveLength(2 - taken)
  })

  test('ends when its socket is closed', async () => {
    const { to } = await makePair()
    const waits = [failureOf(to.receive()), failureOf(to.readable())]
    const loop = (async () => {
      for await (const _ of to) throw new Error('nothing was sent')
    })()
    await settle()
    await to.close()
    for (const wait of waits) expect(await wait).toMatchObject({ code: 'EBADF' })
    await loop
  })

  test('that is taken back takes nothing', async () => {
    const { to, two, send } = await makePair()
    const controller = new AbortController()
    const reason = new Error('enough')
    const waits = [to.receive({ signal: controller.signal }), to.readable({ signal: controller.signal })]
    await settle()
    controller.abort(reason)
    for (const wait of waits) expect(await failureOf(wait)).toBe(reason)
    await send(1)
    expect((await to.receive())[0]?.data).toEqual(bytes(1))
    expect(await failureOf(to.receive({ signal: controller.signal }))).toBe(reason)
    await settle()
    expect(two.served.violation).toBeUndefined()
  })

  test('that is taken back too late gives what it took', async () => {
    const { to, two, send } = await makePair()
    const controller = new AbortController()
    const wait = to.receive({ signal: controller.signal })
    await settle()
    await send(1)
    // The datagram is on its way back, or here; either way it must not get lost.
    controller.abort()
    const got = await wait.catch(async () => to.receive())
    expect(got.map(({ data }) => [...data])).toEqual([[1]])
    await settle()
    expect(two.served.violation).toBeUndefined()
  })

  test('can be taken back again and again, at every moment', async () => {
    const { to, two, send } = await makePair()
    let taken = 0
    for (let turn = 0; turn < 200; turn++) {
      const controller = new AbortController()
      const wait = to.receive({ most: 1, signal: controller.signal }).then(
        (datagrams) => datagrams.length,
        () => 0,
      )
      const sent = send(turn)
      for (let step = 0; step < turn % 7; step++) await (turn % 2 ? Promise.resolve() : settle())
      controller.abort()
      await sent
      taken += await wait
    }
    const left = await rest(to)
    expect(taken + left.length).toBe(200)
    expect(two.served.violation).toBeUndefined()
  })
})

describe('a send', () => {
  test('into a full socket is EAGAIN, or waits for room', async () => {
    const { one, to, from, send } = await makePair()
    await to.setsockopt(SOL_SOCKET, SO_RCVBUF, 1152)
    let sent = 0
    for (let failure: unknown; failure === undefined; sent++) {
      failure = await send(sent).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (failure !== undefined) expect(failure).toMatchObject({ code: 'EAGAIN', syscall: 'sendto' })
    }
    const waiting = from.sendto(bytes(77), 0, { nl_pid: 70 }, undefined, { wait: true })
    const controller = new AbortController()
    const given = { wait: true, signal: controller.signal }
    const aborted = failureOf(from.sendto(bytes(78), 0, { nl_pid: 70 }, undefined, given))
    await settle()
    controller.abort(new Error('enough'))
    expect(String(await aborted)).toBe('Error: enough')
    const got = await to.receive({ most: 1000 })
    expect(await waiting).toBe(1)
    got.push(...(await rest(to)))
    expect(got.map(({ data }) => data[0])).toEqual([...Array.from({ length: sent - 1 }, (_, index) => index), 77])
    expect(one.served.usage.callBytes).toBeLessThan(100)
  })
})

describe('backpressure', () => {
  test('only so many calls are under way, the others stand in line, and beyond that is EAGAIN', async () => {
    const { client } = makeWorld()
    const { remote, served } = await client({ limits: { calls: 4 } }, { maxQueued: 10 })
    const socket = await userSocket(remote)
    await socket.bind({ nl_pid: 70 })
    const waits = Array.from({ length: 4 }, () => socket.receive({ most: 1 }))
    await settle()
    expect(served.usage.calls).toBe(4)
    const lined = Array.from({ length: 10 }, () => socket.poll(1))
    expect(await failureOf(socket.poll(1))).toMatchObject({ code: 'EAGAIN', syscall: 'poll' })
    await settle()
    expect(served.usage.calls).toBe(4)
    const other = await client()
    const from = await userSocket(other.remote)
    for (let index = 0; index < 4; index++) await from.sendto(bytes(index), 0, { nl_pid: 70 })
    expect((await Promise.all(waits)).flat().map(({ data }) => data[0])).toEqual([0, 1, 2, 3])
    await Promise.all(lined)
    expect(served.violation).toBeUndefined()
  })

  test('a call in line can be taken back at once', async () => {
    const { client } = makeWorld()
    const { remote, served } = await client({ limits: { calls: 1 } })
    const socket = await userSocket(remote)
    const [first, second] = [new AbortController(), new AbortController()]
    const waits = [first, second].map(({ signal }) => failureOf(socket.readable({ signal })))
    await settle()
    second.abort('second')
    expect(await waits[1]).toBe('second')
    first.abort('first')
    expect(await waits[0]).toBe('first')
    expect(await socket.poll(1)).toBe(0)
    expect(served.violation).toBeUndefined()
  })

  test('bytes under way are bounded in both directions', async () => {
    const { client } = makeWorld()
    const limits = { bytesInFlight: 5000, callBytes: 4000 }
    const { remote, served } = await client({ limits })
    const socket = await userSocket(remote)
    await socket.bind({ nl_pid: 70 })
    const most = { call: 0, answer: 0 }
    const look = () => {
      most.call = Math.max(most.call, served.usage.callBytes)
      most.answer = Math.max(most.answer, served.usage.bytesInFlight)
    }
    const room = Array.from({ length: 20 }, () => new Uint8Array(3000))
    const sends = room.map((data, index) => () => socket.sendto(data.fill(index), 0, { nl_pid: 70 }).then(look))
    // One is under way, one stands in line, and a third one would be too much for the line.
    for (let index = 0; index < sends.length; index += 2) {
      const pair = [sends[index]!(), sends[index + 1]!()]
      expect(await failureOf(sends[index]!())).toMatchObject({ code: 'EAGAIN' })
      await Promise.all(pair)
    }
    const reads = room.map((buffer) => socket.recv(buffer.fill(255)).then(look))
    await Promise.all(reads)
    expect(room.map((data) => data[2999])).toEqual(room.map((_, index) => index))
    expect(most.call).toBeLessThanOrEqual(limits.bytesInFlight)
    expect(most.answer).toBeLessThanOrEqual(limits.bytesInFlight + limits.callBytes)
    expect(await failureOf(socket.send(new Uint8Array(4001)))).toMatchObject({ code: 'EMSGSIZE' })
  })
})
