// What a caller gets wrong is said at once, and by its name.
import { describe, expect, test } from 'vitest'
import { connect, serve } from '../../src/connector/index.js'
import { bytes, ID, NOBODY, world } from './world.js'

const wrong = <T>(value: unknown) => value as T

describe('connect()', () => {
  test.each([
    [null, 'options must be an object'],
    [{ groups: 5 }, 'groups must be a list of numbers'],
    [{ groups: null }, 'groups must be a list of numbers'],
    [{ groups: ['five'] }, 'group must be an integer from -2147483648 to 4294967295, not string'],
    [{ losses: 'value' }, "losses must be 'errors' or 'values'"],
    [{ sequence: 'perId' }, "sequence must be 'none', 'per-id' or a function"],
    [{ maxQueued: '9' }, 'maxQueued must be a number'],
    [{ keepPendingOnLoss: 'no' }, 'keepPendingOnLoss must be a boolean'],
    [{ portid: 'one' }, 'portid must be an integer from -2147483648 to 4294967295, not string'],
    [{ firstSequence: '1' }, 'firstSequence must be an integer from -2147483648 to 4294967295, not string'],
  ])('refuses %j, and leaves no socket', (options, message) => {
    const { kernel, task } = world()
    expect(() => connect(kernel, task, wrong(options))).toThrow(new TypeError(message))
    expect(kernel.sockets(task)).toEqual([])
  })

  test('takes any list of groups', () => {
    const { kernel, task } = world()
    using client = connect(kernel, task, { groups: wrong(new Set([5])) })
    expect(client.socket.getsockname().nl_groups).toBe(1 << 4)
  })
})

describe('a client', () => {
  test.each([
    [undefined, undefined, undefined, 'id must be an object'],
    [NOBODY, 'text', undefined, 'data must be a Uint8Array'],
    [NOBODY, bytes(), 100, 'options must be an object'],
    [NOBODY, bytes(), { timeout: '1 s' }, 'timeout must be a number'],
    [NOBODY, bytes(), { signal: new AbortController() }, 'signal must be an AbortSignal'],
    [NOBODY, bytes(), { portid: 'one' }, 'portid must be an integer from -2147483648 to 4294967295, not string'],
  ])('refuses to ask %j %j %j', async (id, data, options, message) => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    await expect(client.request(wrong(id), wrong(data), wrong(options))).rejects.toThrow(new TypeError(message))
    expect(client.send(NOBODY), 'no number was used up').toBe(1)
  })

  test('refuses to send to what is none', () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    expect(() => client.send(wrong(5))).toThrow(new TypeError('id must be an object'))
    expect(() => client.send(NOBODY, bytes(), wrong(5))).toThrow(new TypeError('options must be an object'))
    expect(() => client.reply(wrong(undefined))).toThrow(new TypeError('message must be an object'))
  })

  test('refuses to read with what is no signal', () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    expect(() => client.messages(wrong(null))).toThrow(new TypeError('options must be an object'))
    expect(() => client.messages({ signal: wrong('stop') })).toThrow(new TypeError('signal must be an AbortSignal'))
  })
})

describe('serve()', () => {
  test.each([
    [5, {}, 'id must be an object'],
    [ID, 'thermometer', 'options must be an object'],
    [ID, { onError: 'ignore' }, 'onError must be a function'],
    [ID, { maxPending: '9' }, 'maxPending must be a number'],
    [ID, { name: 5 }, 'name must be a string'],
  ])('refuses %j with %j, and registers nothing', (id, options, message) => {
    const { kernel } = world()
    expect(() => serve(kernel, wrong(id), () => undefined, wrong(options))).toThrow(new TypeError(message))
    expect(kernel.inspect().callbacks.filter(({ idx }) => idx === ID.idx)).toEqual([])
  })

  test('refuses what is no kernel', () => {
    expect(() => serve(wrong(undefined), ID, () => undefined)).toThrow(
      new TypeError('kernel must be a kernel: boot() makes one'),
    )
  })

  test('refuses to broadcast to what is none, and to wait with what is no signal', async () => {
    using service = serve(world().kernel, ID, () => undefined)
    expect(() => service.broadcast(bytes(), wrong(5))).toThrow(new TypeError('options must be an object'))
    await expect(async () => service.idle({ signal: wrong('stop') })).rejects.toThrow(
      new TypeError('signal must be an AbortSignal'),
    )
  })
})
