// A service: what its handler gets, how it answers, what becomes of errors, and its group.
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Kernel, Task } from '../../src/api.js'
import { type Asker, connect, type ServeOptions, ServiceError, serve } from '../../src/connector/index.js'
import { CAP_NET_ADMIN, type CnMsg, SO_RCVBUF, SOL_SOCKET } from '../../src/uapi/index.js'
import { bytes, Driver, ID, NOBODY, settle, stateOf, take, world } from './world.js'

/** A handler whose promises are kept by hand. */
function slowService(options?: ServeOptions) {
  const { kernel, task } = world()
  const answers: Array<(data?: Uint8Array) => void> = []
  const handler = () => new Promise<Uint8Array | undefined>((resolve) => answers.push(resolve))
  const service = serve(kernel, ID, handler, options)
  return { kernel, answers, service, client: connect(kernel, task) }
}

/** A client whose socket takes one message. */
function narrow(kernel: Kernel, task: Task) {
  const client = connect(kernel, task)
  client.socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
  return client
}

describe('a handler', () => {
  test('gets copies: the message, the port and the group that were named, and who has sent it', async () => {
    const { kernel } = world()
    const got: Array<[CnMsg, Asker]> = []
    serve(kernel, ID, (msg, asker) => {
      got.push([msg, asker])
      return undefined
    })
    const task = kernel.spawn({ pid: 77, uid: 1000, gid: 100, caps: ['CAP_NET_ADMIN'] })
    using client = connect(kernel, task, { portid: 4321 })
    client.send(ID, bytes(1, 2, 3))
    client.send(ID, bytes(9, 9, 9), { group: 2 })
    expect(got).toEqual([
      [
        { id: ID, seq: 1, ack: expect.any(Number), len: 3, flags: 0, data: bytes(1, 2, 3) },
        { portid: 4321, dst_group: 0, creds: { pid: 77, uid: 1000, gid: 100 } },
      ],
      [
        { id: ID, seq: 2, ack: expect.any(Number), len: 3, flags: 0, data: bytes(9, 9, 9) },
        { portid: 4321, dst_group: 2, creds: { pid: 77, uid: 1000, gid: 100 } },
      ],
    ])
  })

  test('may ask what the asker is capable of, until it returns', async () => {
    const { kernel } = world()
    const askers: Asker[] = []
    serve(kernel, ID, (_msg, asker) => {
      askers.push(asker)
      return bytes(Number(asker.capable(CAP_NET_ADMIN)))
    })
    const task = kernel.spawn({ uid: 1000 })
    using opened = connect(kernel, task)
    using root = connect(kernel, kernel.spawn())
    expect((await root.request(ID)).data).toEqual(bytes(1))
    expect((await opened.request(ID)).data).toEqual(bytes(0))
    task.setcaps('all')
    expect((await opened.request(ID)).data).toEqual(bytes(0))
    using reopened = connect(kernel, task)
    expect((await reopened.request(ID)).data).toEqual(bytes(1))
    expect(() => askers[0]!.capable(CAP_NET_ADMIN)).toThrow('until the handler returns')
  })

  test('that answers at once answers within send()', () => {
    const { kernel, task } = world()
    serve(kernel, ID, ({ data }) => data)
    using client = connect(kernel, task)
    client.send(ID, bytes(1))
    expect(client.socket.recv(new Uint8Array(100))).toBe(40)
  })

  test('that returns nothing sends nothing', async () => {
    const { kernel, task } = world()
    serve(kernel, ID, () => undefined)
    serve(kernel, { idx: 5, val: 2 }, async () => undefined)
    using client = connect(kernel, task)
    expect(await stateOf(client.request(ID).catch(() => {}))).toBe('pending')
    expect(await stateOf(client.request({ idx: 5, val: 2 }).catch(() => {}))).toBe('pending')
  })

  test.each([
    ['what is no Uint8Array', 'text', 'what the handler gave must be a Uint8Array'],
    [
      'too many bytes',
      new Uint8Array(70_000),
      'the length of what the handler gave must be an integer from 0 to 65535, not 70000',
    ],
  ])('that returns %s has it told by its name', (_name, answer, message) => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, () => answer as Uint8Array)
    using client = connect(kernel, task)
    client.send(ID)
    expect(service.errors).toMatchObject([{ phase: 'reply', cause: { message } }])
  })

  test('that returns no bytes at all sends an empty reply', async () => {
    const { kernel, task } = world()
    serve(kernel, ID, () => bytes())
    using client = connect(kernel, task)
    expect(await client.request(ID, bytes(1))).toMatchObject({ len: 0, data: bytes() })
  })

  test('may be asynchronous; requests overtake each other', async () => {
    const { answers, client, service } = slowService()
    const first = client.request(ID)
    const second = client.request(ID)
    expect(service.pending).toBe(2)
    answers[1]!(bytes(2))
    expect((await second).data).toEqual(bytes(2))
    expect(service.pending).toBe(1)
    answers[0]!(bytes(1))
    expect((await first).data).toEqual(bytes(1))
    await service.idle()
    expect(service.pending).toBe(0)
  })

  test('may ask another service', async () => {
    const { kernel, task } = world()
    using inner = connect(kernel, kernel.spawn())
    serve(kernel, { idx: 5, val: 2 }, ({ data }) => data.map((value) => value + 1))
    serve(kernel, ID, async ({ data }) => (await inner.request({ idx: 5, val: 2 }, data)).data)
    using client = connect(kernel, task)
    expect((await client.request(ID, bytes(1))).data).toEqual(bytes(2))
  })
})

describe('errors', () => {
  test('a handler that throws: recorded, told, and the asker only misses its reply', async () => {
    const { kernel, task } = world()
    const bug = new Error('bug')
    const told: ServiceError[] = []
    const handler = () => {
      throw bug
    }
    const service = serve(kernel, ID, handler, { onError: (error) => told.push(error) })
    using client = connect(kernel, task)
    expect(client.send(ID, bytes(1))).toBe(1)
    expect(service.errors).toEqual(told)
    expect(told[0]).toBeInstanceOf(ServiceError)
    expect(told[0]).toMatchObject({
      name: 'ServiceError',
      phase: 'handler',
      cause: bug,
      request: { id: ID, seq: 1, data: bytes(1) },
      asker: { portid: client.portid },
      message: `5:1, seq 1 from port ${client.portid}: handler: bug`,
    })
    const reply = client.request(ID, bytes(), { timeout: 10 })
    kernel.clock.advance(10)
    await expect(reply).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(service.errorCount).toBe(2)
  })

  test('a promise that is rejected', async () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, () => Promise.reject(new Error('later')))
    using client = connect(kernel, task)
    client.send(ID)
    await service.idle()
    expect(service.errors).toMatchObject([{ phase: 'handler', cause: { message: 'later' } }])
  })

  test('an answer that cannot be sent: too many bytes, or none', async () => {
    const { kernel, task } = world()
    const answers: unknown[] = [new Uint8Array(65536), 'text', null]
    const service = serve(kernel, ID, () => answers.shift() as Uint8Array)
    using client = connect(kernel, task)
    for (let n = 0; n < 3; n++) client.send(ID)
    expect(service.errors.map(({ cause }) => (cause as Error).name)).toEqual(['RangeError', 'TypeError', 'TypeError'])
  })

  test('an asker that has gone', async () => {
    const { answers, client, service } = slowService()
    client.send(ID)
    client.close()
    answers[0]!(bytes(1))
    await service.idle()
    expect(service.errors).toMatchObject([{ phase: 'reply', cause: { code: 'ECONNREFUSED' } }])
  })

  test('onError that throws is recorded, too', () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, () => Promise.reject(new Error('first')), {
      maxPending: 1,
      onError: () => {
        throw new Error('second')
      },
    })
    using client = connect(kernel, task)
    client.send(ID)
    client.send(ID)
    expect(service.errors.map(({ phase }) => phase)).toEqual(['limit', 'onError'])
  })

  test('the last 64 are kept, all are counted', () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, ({ seq }) => {
      throw seq
    })
    using client = connect(kernel, task)
    for (let n = 0; n < 100; n++) client.send(ID)
    expect(service.errorCount).toBe(100)
    expect(service.errors.map(({ cause }) => cause)).toEqual(Array.from({ length: 64 }, (_, n) => n + 37))
  })

  test('more requests in progress than maxPending are not handled', async () => {
    const { answers, client, service } = slowService({ maxPending: 2 })
    const replies = [client.request(ID), client.request(ID), client.request(ID)]
    expect(answers.length).toBe(2)
    expect(service.errors).toMatchObject([{ phase: 'limit', request: { seq: 3 } }])
    for (const answer of answers) answer(bytes(1))
    await Promise.all(replies.slice(0, 2))
    expect(await stateOf(replies[2]!.catch(() => {}))).toBe('pending')
    await service.idle()
    const next = client.request(ID)
    answers[2]!(bytes(4))
    expect((await next).data).toEqual(bytes(4))
  })
})

describe('an asker whose socket is full', () => {
  test('replies wait until there is room, and come in order', async () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, ({ data }) => data)
    using client = narrow(kernel, task)
    for (let n = 1; n <= 10; n++) client.send(ID, new Uint8Array(1000).fill(n))
    await settle()
    expect(service.pending).toBeGreaterThan(5)
    expect((await take(client, 10)).map(({ data }) => data[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await service.idle()
    expect(service.errors).toEqual([])
  })

  test('it closes instead: the replies cannot be sent', async () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, ({ data }) => data)
    const client = narrow(kernel, task)
    for (let n = 1; n <= 4; n++) client.send(ID, new Uint8Array(3000))
    const waiting = service.pending
    expect(waiting).toBeGreaterThan(0)
    client.close()
    await service.idle()
    expect(service.errors.length).toBe(waiting)
    expect(service.errors[0]).toMatchObject({ phase: 'reply', cause: { code: 'ECONNREFUSED' } })
  })

  test('the service closes instead: nothing is sent, nothing recorded', async () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, ({ data }) => data)
    using client = narrow(kernel, task)
    for (let n = 1; n <= 4; n++) client.send(ID, new Uint8Array(3000).fill(n))
    const waiting = service.pending
    service.close()
    await service.idle()
    expect(await take(client, 4 - waiting)).toHaveLength(4 - waiting)
    expect(await stateOf(client.messages().next())).toBe('pending')
    expect(service.errors).toEqual([])
  })

  test('waiting replies count for maxPending', () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, ({ data }) => data, { maxPending: 2 })
    using client = narrow(kernel, task)
    for (let n = 1; n <= 10; n++) client.send(ID, new Uint8Array(3000))
    expect(service.pending).toBe(2)
    expect(service.errorCount).toBeGreaterThan(0)
    expect(service.errors.every(({ phase }) => phase === 'limit')).toBe(true)
  })
})

describe('its id', () => {
  test('is listed by its name while it is served', () => {
    const { kernel } = world()
    const list = () => kernel.procfs.read('/proc/net/connector')
    {
      using service = serve(kernel, ID, () => undefined, { name: 'thermometer' })
      expect(list()).toMatch(/^thermometer +5:1$/m)
      expect(service.closed).toBe(false)
    }
    expect(list()).not.toContain('thermometer')
    serve(kernel, ID, () => undefined)
    expect(list()).toMatch(/^service +5:1$/m)
  })

  test('-1 is 4294967295', () => {
    const { kernel } = world()
    using service = serve(kernel, { idx: -2, val: -1 }, () => undefined)
    expect(service.id).toEqual({ idx: 0xfffffffe, val: 0xffffffff })
  })

  test('is refused if it is registered already, and what is no id or no function', () => {
    const { kernel } = world()
    serve(kernel, ID, () => undefined)
    expect(() => serve(kernel, ID, () => undefined)).toThrow(
      expect.objectContaining({
        name: 'SystemError',
        code: 'EINVAL',
        syscall: 'cn_add_callback',
        message: `EINVAL: invalid argument, cn_add_callback: ${ID.idx}:${ID.val} is registered already`,
      }),
    )
    expect(() => serve(kernel, { idx: 2 ** 32, val: 0 }, () => undefined)).toThrow(RangeError)
    expect(() => serve(kernel, NOBODY, 'text' as never)).toThrow(TypeError)
    expect(() => serve(kernel, NOBODY, () => undefined, { maxPending: 0 })).toThrow(RangeError)
  })

  test('a closed service answers no more, and its id is free', async () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, ({ data }) => data)
    using client = connect(kernel, task)
    service.close()
    service.close()
    expect(service.closed).toBe(true)
    expect(await stateOf(client.request(ID, bytes(1)).catch(() => {}))).toBe('pending')
    expect(() => service.broadcast(bytes(1))).toThrow(expect.objectContaining({ code: 'ENODEV' }))
    serve(kernel, ID, () => bytes(2))
    expect((await client.request(ID, bytes(1))).data).toEqual(bytes(2))
  })

  test('closing while a handler runs: its signal is aborted, its answer is not sent', async () => {
    const { kernel, task } = world()
    let seen: AbortSignal | undefined
    let answer: (data: Uint8Array) => void = () => {}
    const service = serve(kernel, ID, (_msg, _asker, signal) => {
      seen = signal
      return new Promise((resolve) => {
        answer = resolve
      })
    })
    using client = connect(kernel, task)
    const reply = client.request(ID).catch(() => {})
    expect(seen?.aborted).toBe(false)
    service.close()
    expect(seen?.aborted).toBe(true)
    answer(bytes(1))
    await service.idle()
    expect(await stateOf(reply)).toBe('pending')
  })

  test('a handler that closes its own service still answers', async () => {
    const { kernel, task } = world()
    const service = serve(kernel, ID, () => {
      service.close()
      return bytes(1)
    })
    using client = connect(kernel, task)
    expect((await client.request(ID)).data).toEqual(bytes(1))
    expect(service.errors).toEqual([])
  })

  test('idle() can be given up', async () => {
    const { client, service, answers } = slowService()
    await service.idle()
    client.send(ID)
    const control = new AbortController()
    const keep = new AbortController()
    const given = service.idle({ signal: control.signal })
    const kept = service.idle({ signal: keep.signal })
    control.abort()
    await expect(given).rejects.toMatchObject({ name: 'AbortError' })
    expect(await stateOf(kept)).toBe('pending')
    answers[0]!()
    await kept
    expect(getEventListeners(keep.signal, 'abort')).toEqual([])
    await expect(service.idle({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('in a kernel that dispatches from the work queue', async () => {
    const { kernel, task } = world({ profile: 'LINUX_2_6_14' })
    serve(kernel, ID, ({ data }) => data)
    using client = connect(kernel, task)
    const reply = client.request(ID, bytes(1))
    expect(await stateOf(reply)).toBe('pending')
    kernel.clock.runUntilIdle()
    expect((await reply).data).toEqual(bytes(1))
  })
})

describe('its group', () => {
  test('a broadcast goes to the group of the id, counted up, with acknowledge numbers of the seed', async () => {
    const { kernel, task } = world()
    using service = serve(kernel, ID, () => undefined)
    using client = connect(kernel, task, { groups: [ID.idx] })
    expect(service.broadcast(bytes(1))).toBe(true)
    expect(service.broadcast(bytes(2))).toBe(true)
    const [first, second] = await take(client, 2)
    expect(first).toMatchObject({ id: ID, seq: 1, portid: 0, group: 5, data: bytes(1) })
    expect(second).toMatchObject({ id: ID, seq: 2, data: bytes(2) })
    expect(first!.ack).not.toBe(second!.ack)
  })

  test('nobody listens: false; the number is used all the same', async () => {
    const { kernel, task } = world()
    using service = serve(kernel, ID, () => undefined)
    expect(service.broadcast(bytes(1))).toBe(false)
    using client = connect(kernel, task, { groups: [ID.idx] })
    service.broadcast(bytes(2))
    expect(await take(client, 1)).toMatchObject([{ seq: 2 }])
  })

  test('another group', async () => {
    const { kernel, task } = world()
    using service = serve(kernel, ID, () => undefined)
    using client = connect(kernel, task, { groups: [7] })
    expect(service.broadcast(bytes(1), { group: 7 })).toBe(true)
    expect(service.broadcast(bytes(1))).toBe(false)
    expect(await take(client, 1)).toMatchObject([{ id: ID, group: 7 }])
  })

  test('what is no message is refused and takes no number', async () => {
    const { kernel, task } = world()
    using service = serve(kernel, ID, () => undefined)
    using client = connect(kernel, task, { groups: [ID.idx] })
    expect(() => service.broadcast(new Uint8Array(65536))).toThrow(RangeError)
    expect(() => service.broadcast('text' as never)).toThrow(TypeError)
    service.broadcast(bytes(1))
    expect(await take(client, 1)).toMatchObject([{ seq: 1 }])
  })

  test('no memory: ENOMEM, and the listeners see the gap', async () => {
    const { kernel, task } = world()
    using service = serve(kernel, ID, () => undefined)
    using client = connect(kernel, task, { groups: [ID.idx], sequence: 'per-id', losses: 'values' })
    service.broadcast(bytes(1))
    kernel.memoryPressure = 'critical'
    expect(() => service.broadcast(bytes(2))).toThrow(
      expect.objectContaining({ code: 'ENOMEM', syscall: 'cn_netlink_send' }),
    )
    kernel.memoryPressure = 'none'
    service.broadcast(bytes(3))
    expect(await take(client, 3)).toMatchObject([{ seq: 1 }, { type: 'gap', missing: 1 }, { seq: 3 }])
  })

  test('a service beside a driver: requests go to whom they name', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    serve(kernel, { idx: 5, val: 2 }, ({ data }) => data)
    using client = connect(kernel, task)
    await client.request({ idx: 5, val: 2 }, bytes(1))
    expect(driver.asked).toEqual([])
  })
})
