// A client: its loops, groups, peers, and its end.
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { ClosedError, ConnectorClient, connect, serve } from '../../src/connector/index.js'
import { encodeConnectorMessage, GFP_KERNEL, joinNlmsgs, SO_RCVBUF, SOL_SOCKET } from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'
import { bytes, Driver, errorOf, ID, NOBODY, settle, take, world } from './world.js'

test('connect() says which of its arguments is missing', () => {
  const { kernel, task } = world()
  for (const wrong of [undefined, null, 5, kernel])
    expect(() => connect(kernel, wrong as never)).toThrow(
      new TypeError('task must be a task: kernel.spawn() makes one'),
    )
  expect(() => connect(task as never, task)).toThrow(new TypeError('kernel must be a kernel: boot() makes one'))
})

test('connect() takes no task of another kernel', () => {
  const { kernel } = world()
  const other = boot()
  const task = other.spawn()
  const hash = other.stateHash()
  expect(() => connect(kernel, task)).toThrow(new TypeError('task must be a task of this kernel'))
  expect(() => kernel.run(task, async () => {})).toThrow(new TypeError('task must be a task of this kernel'))
  expect(other.stateHash()).toBe(hash)
})

describe('loops', () => {
  test('give copies that are the reader’s own', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx] })
    driver.tell(1, bytes(1, 1))
    driver.tell(2, bytes(2, 2))
    const [first, second] = await take(client, 2)
    expect(first).toEqual({
      type: 'message',
      id: ID,
      seq: 1,
      ack: 0,
      len: 2,
      flags: 0,
      data: bytes(1, 1),
      portid: 0,
      group: 5,
    })
    first!.data.fill(9)
    expect(second!.data).toEqual(bytes(2, 2))
    expect(second!.data.buffer.byteLength).toBe(2)
  })

  test('a loop that waits gets what comes later', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx] })
    const three = take(client, 3)
    for (let seq = 1; seq <= 3; seq++) {
      await settle()
      driver.tell(seq)
    }
    expect((await three).map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  test('several readers: each message to the one that has waited longest', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx] })
    const one = client.messages()
    const two = client.messages()
    const results = [one.next(), two.next(), one.next()]
    for (let seq = 1; seq <= 4; seq++) driver.tell(seq)
    expect((await Promise.all(results)).map(({ value }) => value?.seq)).toEqual([1, 2, 3])
    expect((await two.next()).value?.seq).toBe(4)
  })

  test('return() ends a next() that waits; the message goes to another', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx] })
    const one = client.messages()
    const waiting = one.next()
    const other = client.messages().next()
    await one.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
    driver.tell(1)
    expect((await other).value?.seq).toBe(1)
    expect(await one.next()).toEqual({ done: true, value: undefined })
  })

  test('a signal ends a loop with its reason, before and while it waits', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx] })
    const control = new AbortController()
    const reader = client.messages({ signal: control.signal })
    const first = reader.next()
    driver.tell(1)
    expect((await first).value?.seq).toBe(1)
    expect(getEventListeners(control.signal, 'abort')).toEqual([])
    const waiting = reader.next()
    const reason = new Error('stop')
    control.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    await expect(take(client.messages({ signal: control.signal }), 1)).rejects.toBe(reason)
    driver.tell(2)
    expect(await take(client, 1)).toMatchObject([{ seq: 2 }])
  })

  test('several messages in one datagram, of one netlink message and of several', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task, { groups: [ID.idx] })
    const more = bytes(2, 0xff, 5, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0)
    kernel.cn_netlink_send_mult({ id: ID, seq: 6, len: 2, data: more }, more.length, 0, ID.idx, GFP_KERNEL)
    expect(await take(client, 2)).toMatchObject([
      { id: ID, seq: 6, data: bytes(2, 0xff) },
      { id: { idx: 5, val: 2 }, seq: 7, ack: 8, data: bytes(3), group: 5 },
    ])
    using peer = connect(kernel, kernel.spawn())
    const parts = [1, 2, 3].map((seq) => encodeConnectorMessage({ id: ID, seq, data: bytes(seq) }))
    peer.socket.sendto(joinNlmsgs(parts), 0, { nl_pid: client.portid })
    expect((await take(client, 3)).map(({ data }) => data)).toEqual([bytes(1), bytes(2), bytes(3)])
  })

  test('the largest message', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    const data = new Uint8Array(65535).fill(7)
    expect(kernel.cn_netlink_send({ id: ID, data }, client.portid, 0, GFP_KERNEL)).toBe(65572)
    expect((await take(client, 1))[0]?.data).toEqual(data)
  })
})

describe('groups', () => {
  test('are joined at once or later, and left', async () => {
    const { kernel, task } = world()
    const five = new Driver(kernel)
    const seven = new Driver(kernel, { idx: 7, val: 1 })
    using client = connect(kernel, task, { groups: [5] })
    expect(seven.tell(1)).toBeLessThan(0)
    const subscription = client.subscribe(7)
    expect(seven.tell(2)).toBe(0)
    subscription[Symbol.dispose]()
    subscription[Symbol.dispose]()
    expect(seven.tell(3)).toBeLessThan(0)
    expect(five.tell(4)).toBe(0)
    expect(await take(client, 2)).toMatchObject([
      { seq: 2, group: 7 },
      { seq: 4, group: 5 },
    ])
  })

  test('joined twice, left when both are taken back', () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    {
      using _outer = client.subscribe(5)
      {
        using _inner = client.subscribe(5)
      }
      expect(driver.tell(1)).toBe(0)
    }
    expect(driver.tell(2)).toBeLessThan(0)
  })

  test('over 32 are told by their number, too', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel, { idx: 1001, val: 1 })
    using client = connect(kernel, task, { groups: [1001, 3] })
    driver.tell(1)
    kernel.cn_netlink_send({ id: ID }, 0, 3, GFP_KERNEL)
    kernel.cn_netlink_send({ id: ID }, client.portid, 0, GFP_KERNEL)
    expect((await take(client, 3)).map(({ group }) => group)).toEqual([1001, 3, 0])
  })

  test('an even group without privilege: EPERM, and no socket is left behind', () => {
    const { kernel } = world()
    const task = kernel.spawn({ uid: 1000 })
    expect(() => connect(kernel, task, { portid: 42, groups: [3, 4] })).toThrow(
      expect.objectContaining({ code: 'EPERM', syscall: 'setsockopt' }),
    )
    using client = connect(kernel, task, { portid: 42, groups: [3] })
    expect(() => client.subscribe(4)).toThrow(expect.objectContaining({ code: 'EPERM' }))
    expect(() => client.subscribe(1.5)).toThrow(RangeError)
    expect(client.closed).toBe(false)
  })

  test('a subscription outlives its client without harm', () => {
    const { kernel, task } = world()
    const client = connect(kernel, task)
    const subscription = client.subscribe(5)
    client.close()
    subscription[Symbol.dispose]()
    expect(() => client.subscribe(5)).toThrow(ClosedError)
  })
})

describe('ports and peers', () => {
  test('the process id first, then any that is free, or the one asked for', () => {
    const { kernel, task } = world()
    using first = connect(kernel, task)
    using second = connect(kernel, task)
    using third = connect(kernel, task, { portid: 4321 })
    expect(first.portid).toBe(task.pid)
    expect(second.portid).not.toBe(task.pid)
    expect(third.portid).toBe(4321)
    expect(() => connect(kernel, task, { portid: 4321 })).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }))
  })

  test('one program asks another', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    using peer = connect(kernel, kernel.spawn())
    const reply = client.request(ID, bytes(1), { portid: peer.portid })
    const [question] = await take(peer, 1)
    expect(question).toMatchObject({ portid: client.portid, group: 0, data: bytes(1) })
    peer.reply(question!, bytes(2))
    expect(await reply).toMatchObject({ portid: peer.portid, data: bytes(2) })
  })

  test('what goes to a group reaches its members and the kernel', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    using peer = connect(kernel, kernel.spawn(), { groups: [9] })
    client.send(ID, bytes(1), { group: 9 })
    expect(await take(peer, 1)).toMatchObject([{ portid: client.portid, group: 9, data: bytes(1) }])
    expect(driver.asked).toHaveLength(1)
    expect(() => client.send(ID, bytes(), { group: 33 })).toThrow(RangeError)
  })

  test('a port that nobody has', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    expect(() => client.send(ID, bytes(), { portid: 9 })).toThrow(expect.objectContaining({ code: 'ECONNREFUSED' }))
    await expect(client.request(ID, bytes(), { portid: 9 })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('a full peer is EAGAIN; a repeated send leaves no gap in the numbers', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    using peer = connect(kernel, kernel.spawn(), { sequence: () => 'all' })
    peer.socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
    const send = () => client.send(ID, new Uint8Array(2000), { portid: peer.portid })
    expect(send()).toBe(1)
    expect(send).toThrow(expect.objectContaining({ code: 'EAGAIN' }))
    await expect(client.request(ID, new Uint8Array(2000), { portid: peer.portid })).rejects.toMatchObject({
      code: 'EAGAIN',
    })
    const later = kernel.waiting(send)
    expect(await take(peer, 2)).toMatchObject([{ seq: 1 }, { seq: 2 }])
    expect(await later).toBe(2)
  })

  test('what a callback throws comes back from the send that caused it; a request ends with it', async () => {
    const { kernel, task } = world()
    kernel.cn_add_callback(ID, 'broken', () => {
      throw new Error('broken')
    })
    using client = connect(kernel, task)
    expect(() => client.send(ID)).toThrow('broken')
    await expect(client.request(ID)).rejects.toThrow('broken')
    expect(client.closed).toBe(false)
  })
})

describe('the end', () => {
  test('closing rejects what waits, ends loops, and frees the port', async () => {
    const { kernel, task } = world()
    const client = connect(kernel, task, { portid: 77 })
    const first = client.request(NOBODY, bytes(), { timeout: 100 })
    const second = client.request(NOBODY)
    const loop = take(client, 1)
    client.close()
    client.close()
    const error = await errorOf(first)
    expect(error).toBeInstanceOf(ClosedError)
    expect(error).toMatchObject({ name: 'ClosedError', message: 'the client is closed' })
    expect((error as Error).cause).toBeUndefined()
    await expect(second).rejects.toBeInstanceOf(ClosedError)
    expect(await loop).toEqual([])
    expect(await take(client, 1)).toEqual([])
    expect(client.closed).toBe(true)
    expect(client.socket.closed).toBe(true)
    await expect(client.request(ID)).rejects.toBeInstanceOf(ClosedError)
    expect(() => client.send(ID)).toThrow(ClosedError)
    connect(kernel, task, { portid: 77 }).close()
  })

  test('using and await using close it', async () => {
    const { kernel, task } = world()
    const seen: ConnectorClient[] = []
    {
      using client = connect(kernel, task)
      await using other = connect(kernel, task)
      seen.push(client, other)
      expect(seen.some(({ closed }) => closed)).toBe(false)
    }
    expect(seen.every(({ closed }) => closed)).toBe(true)
    expect(seen.every((client) => client instanceof ConnectorClient)).toBe(true)
  })

  test('its task exits: the same as closing', async () => {
    const { kernel, task } = world()
    const client = connect(kernel, task)
    const reply = client.request(NOBODY)
    const loop = take(client, 1)
    task.exit()
    await expect(reply).rejects.toBeInstanceOf(ClosedError)
    expect(await loop).toEqual([])
    expect(client.closed).toBe(true)
  })

  test('its task exits while nobody waits: the next call says so', async () => {
    const { kernel, task } = world()
    const client = connect(kernel, task)
    task.exit()
    expect(() => client.send(ID)).toThrow(ClosedError)
    await expect(client.request(ID)).rejects.toBeInstanceOf(ClosedError)
    expect(await take(client, 1)).toEqual([])
    client.close()
  })

  test('closed by the handler of its own request', async () => {
    const { kernel, task } = world()
    const client = connect(kernel, task)
    serve(kernel, ID, () => {
      client.close()
      return undefined
    })
    await expect(client.request(ID)).rejects.toBeInstanceOf(ClosedError)
  })
})
