// Peers that do not keep to the protocol: they are cut off, nothing is thrown, nothing grows, and the others go on.
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Kernel } from '../../src/api.js'
import { boot } from '../../src/index.js'
import { connect, type RemoteSocket, type Served, type ServeOptions, serve } from '../../src/worker/index.js'
import { settle, userSocket } from './world.js'

interface Peer {
  readonly served: Served
  readonly port: MessagePort
  /** What came from the serving end. */
  readonly got: Record<string, unknown>[]
  readonly stamp: () => number
  post(message: unknown, transfer?: ArrayBuffer[]): void
  calls(calls: unknown, bytes?: unknown, stamp?: unknown): void
}

let kernel: Kernel
let others: { served: Served; from: RemoteSocket; to: RemoteSocket }
const errors: unknown[] = []
const peers: Peer[] = []

beforeEach(async () => {
  kernel = boot()
  const { port1, port2 } = new MessageChannel()
  const served = serve(kernel, port1)
  const remote = await connect(port2)
  const [from, to] = [await userSocket(remote), await userSocket(remote)]
  await to.bind({ nl_pid: 7 })
  others = { served, from, to }
})

afterEach(async () => {
  await expectOthersGoOn()
  others.served.close()
  for (const { served, port } of peers.splice(0)) {
    served.close()
    port.close()
  }
  expect(kernel.stats()).toMatchObject({ sockets: 0, tasks: 0 })
  expect(errors.splice(0)).toEqual([])
})

/** A round of the two sockets that have done nothing wrong. */
async function expectOthersGoOn() {
  expect(await others.from.sendto(Uint8Array.of(1, 2), 0, { nl_pid: 7 })).toBe(2)
  expect((await others.to.receive()).map(({ data }) => [...data])).toEqual([[1, 2]])
}

async function makePeer(options: ServeOptions = {}): Promise<Peer> {
  const { port1, port2 } = new MessageChannel()
  const served = serve(kernel, port1, { onError: (error) => errors.push(error), ...options })
  const got: Record<string, unknown>[] = []
  port2.on('message', (message) => got.push(message))
  while (got.length === 0) await settle()
  const stamp = () => got.filter((message) => typeof message.stamp === 'number').at(-1)?.stamp as number
  const peer: Peer = {
    served,
    port: port2,
    got,
    stamp,
    post: (message, transfer = []) => port2.postMessage(message, transfer),
    calls: (calls, bytes = null, given = stamp()) => port2.postMessage({ type: 'calls', stamp: given, calls, bytes }),
  }
  peers.push(peer)
  return peer
}

const SOCKET = ['socket', 0, 16, 2, 2]

describe('whoever sends', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a text', 'calls'],
    ['a list', [1]],
    ['no type', {}],
    ['an unknown type', { type: 'welcome' }],
    ['an answer to no question', { type: 'alive' }],
    ['a lock of others', { type: 'lock', name: 'theirs' }],
    ['a lock without a name', { type: 'lock' }],
    ['no calls', { type: 'calls', stamp: 1 }],
    ['a Map', new Map([['type', 'calls']])],
  ]
  test.each(cases)('%s is cut off', async (_, message) => {
    const peer = await makePeer()
    peer.post(message)
    expect(await peer.served.ended).toBe('protocol')
    expect(peer.served.violation).toMatch(/^an? /)
    await settle()
    expect(peer.got.at(-1)).toEqual({ type: 'closed', reason: 'protocol' })
  })

  const longCalls = Array.from({ length: 1000 }, () => SOCKET)
  const wrong: readonly (readonly [string, unknown, unknown?, unknown?])[] = [
    ['calls that are none', [7]],
    ['a list with holes', new Array(5)],
    ['a list without end', new Array(2 ** 32 - 1)],
    ['too many calls', longCalls],
    ['an empty call', [[]]],
    ['an unknown call', [['exit', 0]]],
    ['a call of a prototype', [['constructor', 0]]],
    ['a call with too little', [['socket', 0, 16, 2]]],
    ['a call with too much', [[...SOCKET, 1]]],
    ['a call with no integers', [['socket', 0, 16.5, 2, 2]]],
    ['a call with numbers too large', [['socket', 0, 16, 2, 2 ** 32]]],
    ['a call with NaN', [['poll', 0, 1, Number.NaN]]],
    ['a call without its bytes', [['send', 5, false, 1, 0]]],
    ['a call with fewer bytes than none', [['send', -1, false, 1, 0]]],
    ['bytes of no call', [SOCKET], new ArrayBuffer(8)],
    ['bytes that are a view', [['send', 2, false, 1, 0]], new Uint8Array(2)],
    ['bytes that are shared', [['send', 2, false, 1, 0]], new SharedArrayBuffer(2)],
    ['a wrong stamp', [SOCKET], null, 12345],
    ['a stamp that is no number', [SOCKET], null, '1'],
    ['a callback with a number of before', [1, 2].map((val) => ['cn_add_callback', 0, 1, 1, val, 'name'])],
    ['a name without end', [['cn_add_callback', 0, 1, 1, 1, 'n'.repeat(5000)]]],
    ['more than a call’s bytes', [['write', 2_000_000, false, 1]], new ArrayBuffer(2_000_000)],
  ]
  test.each(wrong)('%s is cut off', async (_, calls, bytes, stamp) => {
    const peer = await makePeer()
    peer.calls([SOCKET])
    await settle()
    peer.calls(calls, bytes, stamp)
    // What belongs to a socket that is there is looked at further.
    expect(await peer.served.ended).toBe('protocol')
    expect(peer.served.violation).toBeTruthy()
  })

  test('what is only wrong gets an error, and goes on', async () => {
    const peer = await makePeer()
    peer.calls(
      [
        ['poll', 0, 99, 1],
        ['socket', 0, 1, 1, 1],
        ['send', 300_000, false, 1, 0],
        ['abort', 0, 77],
      ],
      new ArrayBuffer(300_000),
    )
    await settle()
    expect(peer.got.at(-1)).toMatchObject({
      answers: [
        [3, 0, 0],
        [0, 1, 0, -9, 'poll'],
        [1, 1, 0, -97, 'socket'],
        [2, 1, 0, -9, 'send'],
      ].sort((a, b) => (a[0] as number) - (b[0] as number)),
    })
  })
})

describe('a flood', () => {
  test('of calls whose answers nobody reads is cut off after those that are allowed', async () => {
    const peer = await makePeer({ limits: { calls: 10 } })
    const stamp = peer.stamp()
    for (let index = 0; index < 5000; index++) peer.calls([['poll', 0, 1, 1]], null, stamp)
    expect(await peer.served.ended).toBe('protocol')
    await settle()
    const answers = peer.got.flatMap((message) => (message.answers as unknown[] | undefined) ?? [])
    expect(answers.length).toBeLessThanOrEqual(30)
  })

  test('of receives without reading stops at the bytes that may be under way', async () => {
    const peer = await makePeer({ limits: { bytesInFlight: 10_000, callBytes: 4000 } })
    peer.calls([SOCKET, ['bind', 0, 1, [16, 7070, 0], 12]])
    await settle()
    for (let index = 0; index < 20; index++) await others.from.sendto(new Uint8Array(3000), 0, { nl_pid: 7070 })
    const stamp = peer.stamp()
    const before = peer.got.length
    for (let index = 0; index < 20; index++) peer.calls([['recv', 0, true, 1, 4000, 0]], null, stamp)
    await settle()
    const bytes = () =>
      peer.got.slice(before).reduce((sum, { bytes: some }) => sum + ((some as ArrayBuffer | null)?.byteLength ?? 0), 0)
    expect(bytes()).toBe(12_000)
    expect(kernel.sockets(peer.served.task)[0]?.poll(1)).toBe(1)
    // Once it has read, it gets more.
    peer.calls([])
    await settle()
    expect(bytes()).toBe(24_000)
    expect(peer.served.violation).toBeUndefined()
  })

  test('of confirmations, or of answers to a heartbeat, is cut off', async () => {
    const one = await makePeer()
    one.calls([SOCKET])
    await settle()
    one.calls([])
    one.calls([])
    expect(await one.served.ended).toBe('protocol')
  })

  test('of messages to a callback that nobody reads stops too', async () => {
    const peer = await makePeer({ callbacks: true, limits: { callbackMessages: 50 } })
    peer.calls([['cn_add_callback', 0, 1, 5, 1, 'deaf']])
    await settle()
    const before = peer.got.length
    const socket = kernel.spawn().socket(16, 2, 11)
    const message = new Uint8Array(36)
    new DataView(message.buffer).setUint32(0, 36, true)
    message[16] = 5
    message[20] = 1
    for (let turn = 0; turn < 20; turn++) {
      for (let index = 0; index < 100; index++) socket.send(message)
      await settle()
    }
    const seen = peer.got.slice(before).flatMap(({ messages }) => messages as unknown[])
    expect(seen.length).toBe(50)
    expect(peer.served.usage.callbackMessages).toBe(50)
    for (const task of kernel.tasks()) if (task !== peer.served.task && task !== others.served.task) task.exit()
  })

  test('of waits takes as many as are allowed, and their end takes all back', async () => {
    const peer = await makePeer({ limits: { calls: 20 } })
    peer.calls([SOCKET])
    await settle()
    peer.calls(Array.from({ length: 60 }, () => ['readable', 0, true, 1]))
    await settle()
    expect(peer.served.violation).toBeUndefined()
    peer.calls([['readable', 0, true, 1]])
    expect(await peer.served.ended).toBe('protocol')
  })
})

describe('any value that can travel', () => {
  const integer = fc.oneof(
    fc.integer({ min: -3, max: 300 }),
    fc.integer(),
    fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 32, -1, 0.5, Number.NaN),
  )
  const leaf = fc.oneof(
    integer,
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt(),
    fc.uint8Array(),
    fc.date(),
    fc.constantFrom(new Error('x'), /x/, new Map([[1, 2]]), new Set([1]), new ArrayBuffer(3), new SharedArrayBuffer(3)),
  )
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
    ),
  })).value
  const op = fc.constantFrom(
    ...[
      'socket',
      'bind',
      'connect',
      'getsockname',
      'getpeername',
      'setsockopt',
      'getsockopt',
      'poll',
      'ioctl',
      'shutdown',
      'listen',
    ],
    ...[
      'accept',
      'close',
      'send',
      'write',
      'sendto',
      'sendmsg',
      'recv',
      'read',
      'recvfrom',
      'recvmsg',
      'receive',
      'readable',
      'abort',
    ],
    ...['cn_add_callback', 'cn_del_callback', 'cn_netlink_send', 'cn_netlink_send_mult', 'toString'],
  )
  const almost = fc.oneof(
    integer,
    integer,
    fc.boolean(),
    fc.constantFrom('number', 'bytes', 'null', 'program', 'value', 'room', null, [], [16, 7, 0], [[1, 1, 2, null]]),
    anything,
  )
  const call = fc
    .tuple(op, fc.oneof(fc.constant(0), fc.nat(8)), fc.array(almost, { maxLength: 10 }))
    .map(([name, length, args]) => [name, length, ...args])
  const batch = fc.record({
    type: fc.oneof({ weight: 20, arbitrary: fc.constant('calls') }, { weight: 1, arbitrary: anything }),
    calls: fc.oneof(
      { weight: 20, arbitrary: fc.array(call, { minLength: 1, maxLength: 6 }) },
      { weight: 1, arbitrary: anything },
    ),
    bytes: fc.oneof(
      fc.constant(null),
      fc.nat(16).map((length) => new ArrayBuffer(length)),
      anything,
    ),
  })

  test('is answered or cut off, and nobody else notices', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.oneof({ weight: 8, arbitrary: batch }, { weight: 1, arbitrary: anything }), {
        minLength: 1,
        maxLength: 8,
      }),
      async (messages) => {
        const peer = await makePeer({ callbacks: true, caps: 'all', limits: { calls: 16 } })
        peer.calls([SOCKET, SOCKET])
        await settle()
        for (const message of messages) {
          const wrapped =
            typeof message === 'object' && message !== null && 'calls' in message
              ? { stamp: peer.stamp(), ...message }
              : message
          peer.post(wrapped)
          await settle()
        }
        const { calls, bytesInFlight, sockets } = peer.served.usage
        expect(calls).toBeLessThanOrEqual(48)
        expect(bytesInFlight).toBeLessThan(1024 * 1024)
        expect(sockets).toBeLessThanOrEqual(8)
        expect(errors).toEqual([])
        await expectOthersGoOn()
        peer.served.close()
        peer.port.close()
        peers.splice(peers.indexOf(peer), 1)
        // A socket that it has bound to others' callbacks or groups would show here.
        expect(kernel.stats()).toMatchObject({ sockets: 2, tasks: 1 })
        expect(kernel.stats().memory.used).toBeLessThan(20_000)
      },
    )
    await fc.assert(property, { numRuns: 300 })
  }, 120_000)
})

test('one that does not answer for too long is told that it is gone, should it come back', async () => {
  const peer = await makePeer({ heartbeat: 5 })
  expect(await peer.served.ended).toBe('gone')
  while (peer.got.at(-1)?.type !== 'closed') await settle()
  expect(peer.got.at(-1)).toEqual({ type: 'closed', reason: 'gone' })
})

test('close() without a place in line leaves the socket open, to be closed again', async () => {
  const { port1, port2 } = new MessageChannel()
  const served = serve(kernel, port1, { limits: { calls: 1 } })
  const remote = await connect(port2, { maxQueued: 0 })
  const socket = await userSocket(remote)
  const stop = new AbortController()
  const waiting = socket.readable({ signal: stop.signal }).catch(() => 'stopped')
  await expect(socket.close()).rejects.toMatchObject({ code: 'EAGAIN' })
  expect(socket.closed).toBe(false)
  stop.abort()
  await waiting
  await socket.close()
  expect([socket.closed, served.usage.sockets]).toEqual([true, 0])
  remote.close()
  expect(await served.ended).toBe('closed')
})
