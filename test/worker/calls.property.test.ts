// Calls of the right shape with every kind of value, from a peer that may do everything: each is answered, by a result or an errno, nothing
// is thrown, the limits hold, and when the peer is gone so is all that it had.
import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boot } from '../../src/index.js'
import { connect, DEFAULT_SERVE_LIMITS, serve } from '../../src/worker/index.js'
import { settle, userSocket } from './world.js'

/** Nobody draws this one. */
const OTHERS_PORT = 123_456_789
/** Bytes of one call at most. */
const MOST_BYTES = 48

type Value = number | string | boolean | null | Value[]

interface Drawn {
  readonly op: string
  readonly args: readonly Value[]
  readonly bytes: number
}

const small = fc.integer({ min: -2, max: 40 })
const int = fc.oneof(small, small, fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1, 0x10000, 1 << 20))
const short = fc.oneof(fc.nat(40), fc.constantFrom(0xffff, 0x8000))
const sock = fc.constantFrom(1, 1, 2, 2, 3, 4, 77)
const wait = fc.boolean()
const none = fc.constant(null)
const length = fc.oneof(fc.nat(60), fc.constantFrom(0, 65_536, 65_537, 262_144, 262_145, 2 ** 31))
const optional = (one: fc.Arbitrary<Value>) => fc.oneof(none, one)
const port = fc.constantFrom(0, 7070, 7071, 1000, 2 ** 32 - 1)
const groups = fc.constantFrom(0, 1, 0x10, 0xff, 2 ** 32 - 1, -1)
const family = fc.constantFrom(16, 16, 16, 0, 2, 65535)
const address: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value[]>([] as Value[]),
  fc.tuple(family, port, groups).map((fields): Value[] => fields),
)
const addrlen = fc.constantFrom(12, 12, 12, null, 0, 2, -1, 8, 11, 128, 129, 2 ** 31)
const level = fc.constantFrom(1, 270, 270, 0, 99)
const flags = fc.constantFrom(0, 0, 0, 1, 2, 0x20, 0x40, 0x4000, 0x2000, 2 ** 32 - 1)
const kind = fc.constantFrom('number', 'bytes', 'null', 'program')
const control = fc.array(
  fc
    .tuple(fc.constantFrom(1, 270, 5), fc.nat(4), fc.constant(0), optional(fc.integer({ min: -5, max: 99 })))
    .map((one): Value => one),
  { maxLength: 3 },
)
const id = [fc.nat(8), fc.nat(3)] as const
const message = [...id, int, int, short, short] as const

const SHAPES: Readonly<Record<string, readonly fc.Arbitrary<Value>[]>> = {
  socket: [fc.constantFrom(16, 16, 16, 2), fc.constantFrom(2, 2, 3, 5), fc.constantFrom(2, 2, 11, 11, 16, 99)],
  bind: [sock, address, addrlen],
  connect: [sock, address, addrlen],
  getsockname: [sock],
  getpeername: [sock],
  setsockopt: [sock, level, fc.integer({ min: 0, max: 60 }), kind, int],
  getsockopt: [sock, level, fc.integer({ min: 0, max: 60 }), fc.constantFrom('value', 'room'), optional(int)],
  poll: [sock, int],
  ioctl: [sock, fc.oneof(int, fc.constantFrom(0x5421, 0x5450, 0x8904)), int],
  shutdown: [sock, int],
  listen: [sock, int],
  accept: [sock],
  close: [sock],
  send: [wait, sock, flags],
  write: [wait, sock],
  sendto: [wait, sock, flags, address, addrlen],
  sendmsg: [wait, sock, flags, address, addrlen, control],
  recv: [wait, sock, length, flags],
  read: [wait, sock, length],
  recvfrom: [wait, sock, length, flags, addrlen],
  recvmsg: [wait, sock, length, flags, optional(length), addrlen],
  receive: [fc.constant(true), sock, fc.nat(200)],
  readable: [fc.constant(true), sock],
  abort: [fc.nat(40)],
  cn_add_callback: [none, ...id, fc.string({ maxLength: 60 })],
  cn_del_callback: [...id],
  cn_netlink_send: [...message, port, fc.nat(9), fc.constantFrom(0, 0x20, 0xcc0, -1)],
  cn_netlink_send_mult: [...message, short, port, fc.nat(9), fc.constantFrom(0x20, 0xcc0)],
}

/** setsockopt() has a value only where it is a number. */
function shaped(op: string, args: readonly Value[]): readonly Value[] {
  if (op !== 'setsockopt') return args
  const [socket = 0, levelOf = 0, name = 0, kindOf = 'null', value = 0] = args
  return [socket, levelOf, name, kindOf, ...(kindOf === 'number' ? [value] : []), null]
}

/** What gives receives something to find: a message to the first socket. */
const toItself = fc.constant<Drawn>({ op: 'sendto', args: [false, 1, 0, [16, 7070, 0], 12], bytes: 40 })

const anyCall = fc
  .constantFrom(...Object.keys(SHAPES))
  .chain((op) =>
    fc
      .tuple(fc.tuple(...(SHAPES[op] ?? [])), fc.oneof(fc.constant(0), fc.nat(MOST_BYTES)))
      .map(([args, bytes]): Drawn => ({ op, args: shaped(op, args), bytes })),
  )

const drawn = fc.oneof({ weight: 1, arbitrary: toItself }, { weight: 4, arbitrary: anyCall })

/** A message of the connector to one of the ids above, so that callbacks are called. */
function fill(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 36) return
  view.setUint32(0, bytes.length, true)
  view.setUint32(16, bytes.length % 9, true)
  view.setUint32(20, bytes.length % 4, true)
  view.setUint16(32, bytes.length - 36, true)
}

/** How the calls of each name ended, over all runs. */
const outcomes = new Map<string, Set<number>>()

async function play(batches: readonly (readonly Drawn[])[]): Promise<void> {
  const errors: unknown[] = []
  const kernel = boot()
  const here = new MessageChannel()
  const others = serve(kernel, here.port1)
  const remote = await connect(here.port2)
  const [from, to] = [await userSocket(remote), await userSocket(remote)]
  await to.bind({ nl_pid: OTHERS_PORT })
  const { port1, port2 } = new MessageChannel()
  const options = {
    caps: 'all' as const,
    limits: { receiveBytes: 1_000_000 },
    onError: (error: unknown) => errors.push(error),
  }
  const served = serve(kernel, port1, options)
  const ops: string[] = []
  const answered = new Map<number, number>()
  let stamp = 0
  let callbacks = 0
  port2.on('message', (got) => {
    if (typeof got.stamp === 'number') stamp = got.stamp
    for (const [number, status] of got.answers ?? []) answered.set(number, status)
  })
  while (stamp === 0) await settle()
  const post = (calls: readonly Drawn[]) => {
    const bytes = new Uint8Array(calls.reduce((sum, call) => sum + call.bytes, 0))
    let at = 0
    const wire = calls.map(({ op, args, bytes: count }) => {
      ops.push(op)
      fill(bytes.subarray(at, at + count))
      at += count
      return [op, count, ...(op === 'cn_add_callback' ? [++callbacks, ...args.slice(1)] : args)]
    })
    port2.postMessage({ type: 'calls', stamp, calls: wire, bytes: bytes.length === 0 ? null : bytes.buffer })
  }
  const socket = (protocol: number): Drawn => ({ op: 'socket', args: [16, 2, protocol], bytes: 0 })
  post([socket(2), socket(11), { op: 'bind', args: [1, [16, 7070, 0], 12], bytes: 0 }])
  for (const batch of batches) {
    post(batch)
    await settle()
    expect(served.violation).toBeUndefined()
    const { sockets, receiveBytes, memberships } = served.usage
    expect(sockets).toBeLessThanOrEqual(DEFAULT_SERVE_LIMITS.sockets)
    expect(receiveBytes).toBeLessThanOrEqual(1_000_000)
    expect(memberships).toBeLessThanOrEqual(DEFAULT_SERVE_LIMITS.memberships)
  }
  expect(errors).toEqual([])
  expect(await from.sendto(Uint8Array.of(1, 2), 0, { nl_pid: OTHERS_PORT })).toBe(2)
  expect((await to.receive()).map(({ data }) => [...data])).toEqual([[1, 2]])
  served.close()
  expect(kernel.stats()).toMatchObject({ sockets: 2, tasks: 1 })
  others.close()
  await remote.ended
  expect(kernel.halt()).toBe(0)
  for (const [number, op] of ops.entries()) {
    const status = answered.get(number)
    if (status !== undefined) outcomes.set(op, (outcomes.get(op) ?? new Set()).add(status))
  }
}

describe('calls with every kind of value', () => {
  test('are answered, within the limits, and leave nothing behind', async () => {
    const batches = fc.array(fc.array(drawn, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 8 })
    await fc.assert(fc.asyncProperty(batches, play), { numRuns: 600 })
    // Each call was really made: some came back with a result, some with an errno.
    const done = Object.keys(SHAPES).filter((op) => outcomes.get(op)?.has(0))
    const failed = Object.keys(SHAPES).filter((op) => outcomes.get(op)?.has(1))
    expect(Object.keys(SHAPES).filter((op) => !done.includes(op))).toEqual(['shutdown', 'listen', 'accept'])
    expect(Object.keys(SHAPES).filter((op) => !failed.includes(op))).toEqual(
      expect.arrayContaining(['abort', 'cn_add_callback', 'cn_del_callback']),
    )
    expect(failed.length).toBeGreaterThan(18)
  }, 120_000)
})
