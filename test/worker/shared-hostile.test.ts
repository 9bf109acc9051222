// Programs that write anything into the memory that they share: they are cut off or get errors, nothing is thrown, the others go on.
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Kernel } from '../../src/api.js'
import { boot } from '../../src/index.js'
import { connect, pumpOf, type RemoteSocket, type Served, type SharedSocket, serve } from '../../src/worker/index.js'
import {
  CONTROL_BYTES,
  ERROR_LENGTH,
  KERNEL_BEAT,
  KERNEL_WANTED,
  LEAST_RING_BYTES,
  RECEIVE,
  RECORD_EXTRA,
  RingMemory,
  TRANSMIT,
  WRAP,
} from '../../src/worker/ring-memory.js'
import { settle, userSocket } from './world.js'

interface Peer {
  readonly served: Served
  readonly port: MessagePort
  readonly rings: RingMemory
  calls(calls: unknown): Promise<void>
  readonly answers: unknown[]
}

/** The word where the rings begin. */
const RINGS_AT = CONTROL_BYTES / 4
const SOCKET = ['socket', 0, 16, 2, 2]
let kernel: Kernel
let others: { served: Served; remoteFrom: RemoteSocket; from: SharedSocket; to: SharedSocket }
const errors: unknown[] = []

beforeEach(async () => {
  kernel = boot()
  const { port1, port2 } = new MessageChannel()
  const served = serve(kernel, port1)
  const remote = await connect(port2)
  const [from, to] = [await userSocket(remote), await userSocket(remote)]
  await to.bind({ nl_pid: 7 })
  others = { served, remoteFrom: from, from: await from.share(), to: await to.share() }
})

afterEach(async () => {
  await expectOthersGoOn()
  others.served.close()
  expect(kernel.stats()).toMatchObject({ sockets: 0, tasks: 0 })
  expect(errors.splice(0)).toEqual([])
})

/** A round of two sockets that have done nothing wrong, in rings and over the port. */
async function expectOthersGoOn() {
  const buffer = new Uint8Array(8)
  others.from.send(Uint8Array.of(1, 2), { nl_pid: 7 })
  await others.to.readable()
  expect(others.to.recv(buffer)).toBe(2)
  await others.remoteFrom.sendto(Uint8Array.of(3), 0, { nl_pid: 7 })
  await others.to.readable()
  expect(others.to.recv(buffer)).toBe(1)
}

async function makePeer(): Promise<Peer> {
  const { port1, port2 } = new MessageChannel()
  const served = serve(kernel, port1, { onError: (error) => errors.push(error) })
  const got: { stamp?: number; memory?: SharedArrayBuffer; answers?: unknown[] }[] = []
  const answers: unknown[] = []
  port2.on('message', (message) => {
    got.push(message)
    answers.push(...(message.answers ?? []))
  })
  while (got.length === 0) await settle()
  const calls = async (made: unknown) => {
    const stamp = got.filter((message) => typeof message.stamp === 'number').at(-1)?.stamp
    port2.postMessage({ type: 'calls', stamp, calls: made, bytes: null })
    await settle()
  }
  await calls([SOCKET, ['bind', 0, 1, [16, 71, 0], 12], ['share', 0, 1, LEAST_RING_BYTES]])
  while (!got.some((message) => message.memory !== undefined)) await settle()
  const memory = got.find((message) => message.memory !== undefined)?.memory as SharedArrayBuffer
  return { served, port: port2, rings: new RingMemory(memory), calls, answers }
}

async function leave({ served, port }: Peer) {
  served.close()
  await served.ended
  port.close()
}

test('whether the kernel lives is told to each program in its own memory', async () => {
  const peer = await makePeer()
  const beat = () => Atomics.load(peer.rings.control, KERNEL_BEAT)
  const before = beat()
  pumpOf(kernel).turn()
  expect(beat()).toBeGreaterThan(before)
  await leave(peer)
})

test.each([
  ['unshared', (peer: Peer) => peer.calls([['unshare', 0, 1]])],
  ['closed', (peer: Peer) => peer.calls([['close', 0, 1]])],
  ['gone with its program', leave],
])('nothing in the kernel waits for rings that are %s', async (_, end) => {
  const waiting = vi.spyOn(kernel, 'waiting')
  const peer = await makePeer()
  await settle()
  const signals = () => waiting.mock.calls.map(([, options]) => options?.signal)
  expect(signals().filter((signal) => signal?.aborted === false).length).toBeGreaterThan(0)
  const before = signals().length
  await end(peer)
  const ended = signals()
    .slice(0, before)
    .filter((signal) => signal?.aborted === true)
  expect(ended.length).toBeGreaterThan(0)
  await leave(peer)
})

describe('a program that writes', () => {
  const wrong: readonly (readonly [string, (rings: RingMemory) => void])[] = [
    [
      'a tail of more than there is',
      ({ control }) => control.fill(LEAST_RING_BYTES + 8, TRANSMIT.tail, TRANSMIT.tail + 1),
    ],
    ['a tail below nothing', ({ control }) => control.fill(-8, TRANSMIT.tail, TRANSMIT.tail + 1)],
    ['a tail between records', ({ control }) => control.fill(4, TRANSMIT.tail, TRANSMIT.tail + 1)],
    ['a record that is too long', (rings) => record(rings, LEAST_RING_BYTES)],
    ['a record longer than it says', (rings) => record(rings, 100)],
    ['a record without end', (rings) => record(rings, 0xfffffff0)],
    ['only an end', (rings) => record(rings, WRAP)],
    ['an error', (rings) => record(rings, ERROR_LENGTH)],
    ['a record of no kind', (rings) => record(rings, 8, 7)],
  ]
  const record = (rings: RingMemory, length: number, extra = 0) => {
    const { numbers } = rings.ring(TRANSMIT)
    numbers[0] = length
    numbers[RECORD_EXTRA] = extra
    rings.control[TRANSMIT.tail] = 24
  }

  test.each(wrong)('%s is cut off', async (_, write) => {
    const peer = await makePeer()
    write(peer.rings)
    pumpOf(kernel).turn()
    expect(await peer.served.ended).toBe('protocol')
    expect(peer.served.violation).toMatch(/^an? /)
    await leave(peer)
  })

  test('that it has read what nobody wrote is cut off', async () => {
    const peer = await makePeer()
    peer.rings.control[RECEIVE.head] = 1 << 20
    const task = kernel.spawn()
    const socket = task.socket(16, 2, 2)
    for (let count = 0; count < 60; count++) {
      if (peer.served.violation === undefined) socket.sendto(new Uint8Array(100), 0, { nl_pid: 71 })
      pumpOf(kernel).turn()
    }
    expect(await peer.served.ended).toBe('protocol')
    task.exit()
    await leave(peer)
  })

  test('everything again and again does no harm but to itself', async () => {
    const word = fc.oneof(fc.nat(200), fc.integer(), fc.constantFrom(WRAP | 0, ERROR_LENGTH | 0, 4096, -1, 8, 24))
    const place = fc.oneof(
      fc.constantFrom(TRANSMIT.tail, TRANSMIT.tail, RECEIVE.head, TRANSMIT.head, RECEIVE.tail, KERNEL_WANTED),
      fc.nat(RINGS_AT - 1),
      fc.integer({ min: RINGS_AT, max: RINGS_AT + 14 }),
      fc.integer({ min: RINGS_AT, max: RINGS_AT + (2 * LEAST_RING_BYTES) / 4 - 1 }),
    )
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ at: place, word }) },
      { weight: 2, arbitrary: fc.constant('turn' as const) },
      { weight: 1, arbitrary: fc.constant('settle' as const) },
      { weight: 1, arbitrary: fc.constant('message' as const) },
    )
    let cut = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const peer = await makePeer()
        const task = kernel.spawn()
        const socket = task.socket(16, 2, 2)
        const words = new Int32Array(peer.rings.memory)
        for (const one of steps) {
          if (one === 'turn') pumpOf(kernel).turn()
          else if (one === 'settle') await settle()
          else if (one !== 'message') words[one.at] = one.word
          else if (peer.served.violation === undefined) socket.sendto(new Uint8Array(100), 0, { nl_pid: 71 })
        }
        pumpOf(kernel).turn()
        if (peer.served.violation !== undefined) cut++
        await expectOthersGoOn()
        task.exit()
        await leave(peer)
      }),
      { numRuns: 150 },
    )
    expect(cut).toBeGreaterThan(10)
  })

  test('nobody is kept from sleep, or kept asleep, by what it says of the kernel’s sleep', async () => {
    const peer = await makePeer()
    for (let count = 0; count < 20; count++) {
      peer.rings.control[KERNEL_WANTED] = count & 1 ? 0 : 7
      await settle()
      await expectOthersGoOn()
    }
    expect(peer.served.violation).toBeUndefined()
    await leave(peer)
  })
})

describe('a call', () => {
  test.each([
    ['of a size that there is not', ['share', 0, 1, 5000]],
    ['of a size without end', ['share', 0, 1, 2 ** 30]],
    ['with too little', ['share', 0, 1]],
    ['with too much', ['unshare', 0, 1, 1]],
  ])('%s is cut off', async (_, call) => {
    const peer = await makePeer()
    await peer.calls([call])
    expect(await peer.served.ended).toBe('protocol')
    await leave(peer)
  })

  test('may give the rings back, and ask for others', async () => {
    const peer = await makePeer()
    await peer.calls([
      ['unshare', 0, 1],
      ['unshare', 0, 1],
      ['share', 0, 1, 8192],
      ['share', 0, 1, 8192],
    ])
    await settle()
    expect(peer.answers).toContainEqual([6, 1, 0, -17, 'share'])
    expect(peer.served.usage.ringBytes).toBe(16_384)
    await leave(peer)
  })
})
