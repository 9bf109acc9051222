// Losses are never silent: overruns, what a client could not set aside, and what cannot be read.
import { describe, expect, test } from 'vitest'
import type { Kernel } from '../../src/api.js'
import type { ConnectOptions } from '../../src/connector/index.js'
import { ClosedError, connect, LossError, type MessageOrLoss, serve } from '../../src/connector/index.js'
import {
  type CbId,
  encodeConnectorMessage,
  GFP_ATOMIC,
  joinNlmsgs,
  SK_MEMINFO_DROPS,
  SO_MEMINFO,
  SO_RCVBUF,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { bytes, Driver, errorOf, ID, settle, stateOf, take, world } from './world.js'

/** A client whose socket holds a few messages only, and more than those. */
function overrun(options: ConnectOptions = {}, messages = 100) {
  const { kernel, task } = world()
  const driver = new Driver(kernel)
  const client = connect(kernel, task, { groups: [ID.idx], ...options })
  client.socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
  const send = () => {
    for (let seq = 1; seq <= messages; seq++) driver.tell(seq)
  }
  return { kernel, driver, client, send }
}

/** What can be had from a client without waiting. */
async function drain(client: AsyncIterable<MessageOrLoss>): Promise<MessageOrLoss[]> {
  const items: MessageOrLoss[] = []
  const reader = client[Symbol.asyncIterator]()
  for (;;) {
    const next = reader.next()
    if ((await stateOf(next)) === 'pending') break
    items.push((await next).value)
  }
  await reader.return?.()
  return items
}

describe('an overrun', () => {
  test('as a value: first, then what was queued, in order', async () => {
    const { client, send } = overrun({ losses: 'values' })
    send()
    const items = await drain(client)
    expect(items[0]).toEqual({ type: 'loss', reason: 'ENOBUFS' })
    const seqs = items.slice(1).map((item) => (item.type === 'message' ? item.seq : item.type))
    expect(seqs.length).toBeGreaterThan(2)
    expect(seqs).toEqual(seqs.map((_, n) => n + 1))
  })

  test('as an error: it ends the loop once; a new loop goes on with what is queued', async () => {
    const { client, send } = overrun()
    send()
    const error = await errorOf(take(client, 1))
    expect(error).toBeInstanceOf(LossError)
    expect(error).toMatchObject({ name: 'LossError', loss: { type: 'loss', reason: 'ENOBUFS' } })
    expect(await take(client, 2)).toMatchObject([{ seq: 1 }, { seq: 2 }])
  })

  test('a loop that has ended by a loss stays ended', async () => {
    const { client, send } = overrun()
    const reader = client.messages()
    send()
    await expect(reader.next()).rejects.toBeInstanceOf(LossError)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  test('a slow reader: the gaps count exactly what was lost', async () => {
    const { driver, client, send } = overrun({ losses: 'values', sequence: 'per-id' }, 1000)
    let sent = 1000
    send()
    const items: MessageOrLoss[] = []
    for (let burst = 0; burst < 5; burst++) {
      items.push(...(await drain(client)))
      for (let n = 0; n < 50; n++) driver.tell(++sent)
    }
    items.push(...(await drain(client)))
    driver.tell(++sent)
    items.push(...(await drain(client)))

    const received = items.filter(({ type }) => type === 'message').length
    const missing = items.reduce((sum, item) => sum + (item.type === 'gap' ? item.missing : 0), 0)
    const info = client.socket.getsockopt(SOL_SOCKET, SO_MEMINFO, 36) as Uint8Array
    const drops = new DataView(info.buffer, info.byteOffset).getUint32(SK_MEMINFO_DROPS * 4, true)
    expect(missing).toBe(sent - received)
    expect(missing).toBe(drops)
    expect(items.filter(({ type }) => type === 'loss').length).toBe(6)
    expect(client.closed).toBe(false)
  })

  test('nothing is taken out of the socket while nobody waits, and one message for one that does', async () => {
    const { driver, client } = overrun()
    const rmem = () => new DataView((client.socket.getsockopt(SOL_SOCKET, SO_MEMINFO, 36) as Uint8Array).buffer)
    const before = rmem().getUint32(0, true)
    driver.tell(1)
    const one = rmem().getUint32(0, true) - before
    driver.tell(2)
    await settle()
    expect(rmem().getUint32(0, true)).toBe(2 * one)
    await take(client, 1)
    await settle()
    expect(rmem().getUint32(0, true)).toBe(one)
  })
})

describe('while requests wait and nobody reads', () => {
  test('any number of overruns and drops is told as one of each kind', async () => {
    const { driver, client, send } = overrun({ losses: 'values', keepPendingOnLoss: true, maxQueued: 1 })
    const reply = client.request(ID)
    for (let n = 0; n < 5; n++) {
      send()
      await settle()
    }
    driver.answer(driver.last)
    await reply
    const items = await drain(client)
    expect(items.map((item) => (item.type === 'loss' ? item.reason : item.type))).toEqual([
      'ENOBUFS',
      'message',
      'maxQueued',
      'ENOBUFS',
    ])
  })

  test('another client may be read from within: both see their own messages', async () => {
    const { kernel, task } = world()
    using inner = connect(kernel, kernel.spawn())
    using sender = connect(kernel, kernel.spawn())
    const inside: Array<Promise<unknown>> = []
    const sequence = () => {
      inside.push(inner.messages().next())
      return undefined
    }
    using outer = connect(kernel, task, { sequence })
    const parts = [1, 2, 3].map((seq) => encodeConnectorMessage({ id: ID, seq, data: bytes(seq) }))
    sender.socket.sendto(joinNlmsgs(parts), 0, { nl_pid: outer.portid })
    for (const fill of [7, 8, 9]) sender.send(ID, new Uint8Array(500).fill(fill), { portid: inner.portid })
    expect((await take(outer, 3)).map(({ data }) => data)).toEqual([bytes(1), bytes(2), bytes(3)])
    expect(await Promise.all(inside)).toMatchObject(
      [7, 8, 9].map((fill) => ({ value: { data: { 0: fill, 499: fill } } })),
    )
  })
})

describe('requests and an overrun', () => {
  test('a request whose reply is not in what was queued is rejected', async () => {
    const { driver, client, send } = overrun()
    const reply = client.request(ID)
    send()
    expect(driver.answer(driver.last, {}, GFP_ATOMIC)).toBeLessThan(0)
    const error = await errorOf(reply)
    expect(error).toBeInstanceOf(LossError)
    expect(error).toMatchObject({ loss: { reason: 'ENOBUFS' } })
    await expect(take(client, 1)).rejects.toBeInstanceOf(LossError)
  })

  test('one whose reply was queued before is not', async () => {
    const { driver, client, send } = overrun()
    const reply = client.request(ID)
    driver.answer(driver.last, { data: bytes(1) })
    send()
    expect((await reply).data).toEqual(bytes(1))
  })

  test('keepPendingOnLoss: it goes on to wait', async () => {
    const { driver, client, send } = overrun({ keepPendingOnLoss: true })
    const reply = client.request(ID)
    send()
    expect(await stateOf(reply)).toBe('pending')
    driver.answer(driver.last, { data: bytes(1) })
    expect((await reply).data).toEqual(bytes(1))
  })

  /** Answers within send(), and does not wait for room. */
  function hasty(kernel: Kernel): CbId {
    const id = { idx: 7, val: 7 }
    kernel.cn_add_callback(id, 'hasty', ({ seq, ack }, { portid }) => {
      kernel.cn_netlink_send({ id, seq, ack: (ack + 1) >>> 0, data: bytes(1) }, portid, 0, GFP_ATOMIC)
    })
    return id
  }

  test('a request made after an overrun that nobody has met yet has nothing to do with it', async () => {
    const { kernel, client, send } = overrun({ losses: 'values' })
    const id = hasty(kernel)
    send()
    expect((await client.request(id)).data).toEqual(bytes(1))
    expect((await take(client, 2)).map(({ type }) => type)).toEqual(['loss', 'message'])
  })

  test('nor has one made while the reader has met it, but has not read all that was queued', async () => {
    const { kernel, client, send } = overrun({ losses: 'values' })
    const id = hasty(kernel)
    send()
    expect(await take(client, 2)).toMatchObject([{ reason: 'ENOBUFS' }, { seq: 1 }])
    expect((await client.request(id, bytes(), { timeout: 10 })).data).toEqual(bytes(1))
    expect(await take(client, 1)).toMatchObject([{ seq: 2 }])
  })

  test('a service waits for room, so its reply is not lost', async () => {
    const { kernel, client, send } = overrun({ losses: 'values', keepPendingOnLoss: true })
    serve(kernel, { idx: 7, val: 1 }, ({ data }) => data)
    send()
    expect((await client.request({ idx: 7, val: 1 }, bytes(7))).data).toEqual(bytes(7))
  })
})

describe('maxQueued', () => {
  test('a request finds its reply behind more than may be set aside: the rest is dropped, and counted', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx], maxQueued: 3, losses: 'values', sequence: 'per-id' })
    const reply = client.request(ID)
    for (let seq = 1; seq <= 10; seq++) driver.tell(seq)
    driver.answer(driver.last, { data: bytes(1) })
    expect((await reply).data).toEqual(bytes(1))
    driver.tell(11)
    expect(await take(client, 6)).toMatchObject([
      { type: 'message', seq: 1 },
      { type: 'message', seq: 2 },
      { type: 'message', seq: 3 },
      { type: 'loss', reason: 'maxQueued', missing: 7 },
      { type: 'gap', expected: 4, received: 11, missing: 7 },
      { type: 'message', seq: 11 },
    ])
  })

  test('as an error it is thrown where it happened', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx], maxQueued: 1 })
    const reply = client.request(ID)
    for (let seq = 1; seq <= 3; seq++) driver.tell(seq)
    driver.answer(driver.last)
    await reply
    expect((await take(client, 1)).map(({ seq }) => seq)).toEqual([1])
    await expect(take(client, 1)).rejects.toMatchObject({ loss: { reason: 'maxQueued', missing: 2 } })
  })

  test('a client that never reads goes on to get its replies', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx], maxQueued: 2 })
    for (let n = 1; n <= 500; n++) {
      const reply = client.request(ID)
      driver.tell(n)
      driver.answer(driver.last, { data: bytes(n & 255) })
      expect((await reply).data).toEqual(bytes(n & 255))
    }
    expect((await take(client, 2)).map(({ seq }) => seq)).toEqual([1, 2])
    await expect(take(client, 1)).rejects.toMatchObject({ loss: { reason: 'maxQueued', missing: 498 } })
  })

  test('a reader that asks in its own loop does not wait for itself', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    serve(kernel, { idx: 7, val: 1 }, ({ data }) => data)
    using client = connect(kernel, task, { groups: [ID.idx], maxQueued: 1, losses: 'values' })
    for (let seq = 1; seq <= 50; seq++) driver.tell(seq)
    for await (const item of client) {
      expect((await client.request({ idx: 7, val: 1 }, bytes(1))).data).toEqual(bytes(1))
      if (item.type === 'loss') break
    }
  })

  test.each([0, -1, Number.NaN])('%d is refused', (maxQueued) => {
    const { kernel, task } = world()
    expect(() => connect(kernel, task, { maxQueued })).toThrow(RangeError)
  })
})

describe('what cannot be read', () => {
  test.each([
    ['fewer bytes than a header', bytes(1, 2, 3)],
    ['a length beyond the datagram', encodeConnectorMessage({ id: ID }, { nlmsg_len: 100 })],
    ['a length below a header', encodeConnectorMessage({ id: ID }, { nlmsg_len: 4 })],
    ['more data than there are', encodeConnectorMessage({ id: ID, len: 1 })],
    ['no room for a cn_msg', encodeConnectorMessage({ id: ID }, { nlmsg_len: 20 })],
  ])('is reported: %s', async (_name, datagram) => {
    const { kernel, task } = world()
    using client = connect(kernel, task, { losses: 'values' })
    using other = connect(kernel, kernel.spawn())
    other.socket.sendto(datagram, 0, { nl_pid: client.portid })
    other.send(ID, bytes(1), { portid: client.portid })
    expect(await take(client, 2)).toMatchObject([
      { type: 'loss', reason: 'malformed' },
      { type: 'message', data: bytes(1) },
    ])
  })

  test('is reported: what lies behind the first 64 KiB', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task, { losses: 'values' })
    using other = connect(kernel, kernel.spawn())
    const parts = [encodeConnectorMessage({ id: ID, data: new Uint8Array(65_532) }), encodeConnectorMessage({ id: ID })]
    other.socket.sendto(joinNlmsgs(parts), 0, { nl_pid: client.portid })
    expect((await take(client, 2)).map(({ type }) => type)).toEqual(['message', 'loss'])
  })

  test('an error of the sequence option closes the client, with that error as the cause', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    const bug = new Error('bug')
    const sequence = () => {
      throw bug
    }
    const client = connect(kernel, task, { groups: [ID.idx], sequence })
    const reply = client.request(ID)
    const message = client.messages().next()
    driver.tell(1)
    await expect(message).rejects.toMatchObject({ name: 'ClosedError', cause: bug })
    await expect(reply).rejects.toBeInstanceOf(ClosedError)
    expect(client.socket.closed).toBe(true)
  })
})
