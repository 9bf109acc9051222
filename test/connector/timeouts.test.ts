// A request that ends without a reply: in time or by its signal. Time is the machine's.
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { connect, serve, TimeoutError } from '../../src/connector/index.js'
import { SO_RCVTIMEO, SOL_SOCKET } from '../../src/uapi/index.js'
import { bytes, Driver, errorOf, ID, NOBODY, settle, stateOf, take, world } from './world.js'

describe('timeout', () => {
  test('nobody answers: it ends when the virtual clock says so, not before', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    const reply = client.request(NOBODY, bytes(1), { timeout: 100 })
    kernel.clock.advance(99)
    expect(await stateOf(reply)).toBe('pending')
    kernel.clock.advance(1)
    const error = await errorOf(reply)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ name: 'TimeoutError', id: NOBODY, seq: 1, timeout: 100 })
    expect(kernel.jiffies).toBe(100)
  })

  test('fractions of a millisecond: at least as long as asked for', async () => {
    const { kernel, task } = world()
    kernel.clock.advance(0.75)
    using client = connect(kernel, task)
    const reply = client.request(NOBODY, bytes(), { timeout: 1.5 })
    kernel.clock.advance(1.25)
    expect(await stateOf(reply)).toBe('pending')
    kernel.clock.advance(1)
    await expect(reply).rejects.toBeInstanceOf(TimeoutError)
  })

  test('several requests with their own timeouts, and one without', async () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    const ended: string[] = []
    const ask = (name: string, timeout: number) =>
      client.request(NOBODY, bytes(), { timeout }).catch(() => ended.push(`${name} at ${kernel.jiffies}`))
    const all = [ask('long', 300), ask('short', 100), ask('middle', 200)]
    const forever = client.request(NOBODY)
    for (let n = 0; n < 6; n++) {
      kernel.clock.advance(50)
      await settle()
    }
    await Promise.all(all)
    expect(ended).toEqual(['short at 100', 'middle at 200', 'long at 300'])
    expect(await stateOf(forever)).toBe('pending')
    client.close()
    await expect(forever).rejects.toThrow('closed')
  })

  test('a reply that comes in time counts, although the clock has gone on before anybody could look', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const reply = client.request(ID, bytes(), { timeout: 100 })
    const timer = kernel.timer_setup(() => driver.answer(driver.last, { data: bytes(1) }))
    kernel.mod_timer(timer, 50)
    kernel.clock.advance(1000)
    expect((await reply).data).toEqual(bytes(1))
  })

  test('a reply that comes too late is a new message', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const reply = client.request(ID, bytes(), { timeout: 10 })
    kernel.clock.advance(10)
    await expect(reply).rejects.toBeInstanceOf(TimeoutError)
    driver.answer(driver.last, { data: bytes(1) })
    expect(await take(client, 1)).toMatchObject([{ seq: 1, data: bytes(1) }])
  })

  test('a request that was answered leaves no timer behind', async () => {
    const { kernel, task } = world({ limits: { timers: 1 } })
    serve(kernel, ID, ({ data }) => data)
    using client = connect(kernel, task)
    await client.request(ID, bytes(1), { timeout: 10 })
    expect(
      kernel.mod_timer(
        kernel.timer_setup(() => {}),
        100,
      ),
    ).toBe(0)
  })

  test('ENOMEM when there is no timer to be had; nothing is sent then', async () => {
    const { kernel, task } = world({ limits: { timers: 1 } })
    const driver = new Driver(kernel)
    kernel.mod_timer(
      kernel.timer_setup(() => {}),
      100,
    )
    using client = connect(kernel, task)
    await expect(client.request(ID, bytes(), { timeout: 10 })).rejects.toMatchObject({ code: 'ENOMEM' })
    expect(driver.asked).toEqual([])
  })

  test('ENOMEM as well when the timer is gone that others wait for', async () => {
    const { kernel, task } = world({ limits: { timers: 1 } })
    const driver = new Driver(kernel)
    const thief = kernel.timer_setup(() => {})
    const sequence = () => {
      kernel.mod_timer(thief, 1000)
      return undefined
    }
    using client = connect(kernel, task, { groups: [ID.idx], sequence })
    const short = client.request(ID, bytes(), { timeout: 10 })
    const long = client.request(ID, bytes(), { timeout: 20 })
    const forever = client.request(ID)
    driver.tell(1)
    kernel.clock.advance(10)
    await expect(short).rejects.toBeInstanceOf(TimeoutError)
    await expect(long).rejects.toMatchObject({ code: 'ENOMEM' })
    expect(await stateOf(forever.catch(() => {}))).toBe('pending')
  })

  test('SO_RCVTIMEO of the socket is not for the client', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const timeval = new Uint8Array(16)
    timeval[0] = 1
    client.socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval)
    const reply = client.request(ID)
    for (let n = 0; n < 3; n++) {
      kernel.clock.advance(1000)
      expect(await stateOf(reply)).toBe('pending')
    }
    driver.answer(driver.last, { data: bytes(1) })
    expect((await reply).data).toEqual(bytes(1))
  })

  test.each([-1, Number.NaN])('%d is refused', async (timeout) => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    await expect(client.request(ID, bytes(), { timeout })).rejects.toBeInstanceOf(RangeError)
  })

  test('a day, and longer than a counter of 32 bits', async () => {
    const { kernel, task } = world()
    serve(kernel, ID, ({ data }) => data)
    using client = connect(kernel, task)
    expect((await client.request(ID, bytes(1), { timeout: 86_400_000 })).data).toEqual(bytes(1))
    expect((await client.request(ID, bytes(2), { timeout: 1e12 })).data).toEqual(bytes(2))
  })
})

describe('signal', () => {
  test('aborted before: the reason, and nothing is sent', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const reason = new Error('no')
    await expect(client.request(ID, bytes(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(driver.asked).toEqual([])
    expect(client.send(ID)).toBe(1)
  })

  test('aborted while it waits: the reason at once; the reply is a new message then', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const control = new AbortController()
    const reply = client.request(ID, bytes(), { signal: control.signal })
    expect(await stateOf(reply)).toBe('pending')
    const reason = new Error('enough')
    control.abort(reason)
    await expect(reply).rejects.toBe(reason)
    driver.answer(driver.last, { data: bytes(1) })
    expect(await take(client, 1)).toMatchObject([{ data: bytes(1) }])
  })

  test('aborted after the reply: nothing happens', async () => {
    const { kernel, task } = world()
    serve(kernel, ID, ({ data }) => data)
    using client = connect(kernel, task)
    const control = new AbortController()
    const reply = client.request(ID, bytes(1), { signal: control.signal })
    await reply
    expect(getEventListeners(control.signal, 'abort')).toEqual([])
    control.abort()
    expect((await reply).data).toEqual(bytes(1))
  })

  test('one request is given up, the other goes on', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const control = new AbortController()
    const first = client.request(ID, bytes(1), { signal: control.signal, timeout: 10 })
    const second = client.request(ID, bytes(2), { timeout: 20 })
    control.abort()
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    kernel.clock.advance(15)
    driver.answer(driver.last, { data: bytes(2) })
    expect((await second).data).toEqual(bytes(2))
  })
})
