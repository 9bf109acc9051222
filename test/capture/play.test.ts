// playCapture(): when each message is sent, where to, what the counts say, and what is refused.
import { describe, expect, test } from 'vitest'
import { type PlayablePacket, type PlayingKernel, type PlayOptions, playCapture } from '../../src/capture/index.js'
import {
  boot,
  ESRCH,
  encodeConnectorMessage,
  type Kernel,
  NETLINK_CONNECTOR,
  NETLINK_ROUTE,
  NETLINK_USERSOCK,
} from '../../src/index.js'

const MS = 1000000n

interface Injected {
  readonly at: number
  readonly protocol: number
  readonly data: Uint8Array
  readonly to: { portid?: number; group?: number }
}

/** A kernel's own clock and timers; what is injected is written down instead, and `answer` is the result. */
function playing(kernel: Kernel, answer: () => number = () => 0): PlayingKernel & { injected: Injected[] } {
  const injected: Injected[] = []
  return {
    get jiffies() {
      return kernel.jiffies
    },
    timer_setup: (callback) => kernel.timer_setup(callback),
    mod_timer: (timer, expires) => kernel.mod_timer(timer, expires),
    del_timer: (timer) => kernel.del_timer(timer),
    inject: (protocol, data, to) => {
      injected.push({ at: kernel.jiffies, protocol, data, to })
      return answer()
    },
    injected,
  }
}

function packet(time: bigint, idx = 1, fields: Partial<PlayablePacket> = {}): PlayablePacket {
  return { time, protocol: NETLINK_CONNECTOR, data: encodeConnectorMessage({ id: { idx, val: 1 } }), ...fields }
}

test('each message is sent as long after now as it came after the first one', () => {
  const kernel = boot()
  kernel.clock.advance(100)
  const target = playing(kernel)
  const start = 7000n * MS
  // The time that goes back counts as the latest so far; 999999 nanoseconds are no tick.
  const times = [0n, 0n, 3n * MS, 2n * MS, 5n * MS + 999999n, 6n * MS]
  const player = playCapture(
    target,
    times.map((time) => packet(start + time)),
  )
  expect(target.injected).toEqual([])
  kernel.clock.runUntilIdle()
  expect(target.injected.map(({ at }) => at)).toEqual([100, 100])
  kernel.clock.advance(4)
  expect(target.injected.map(({ at }) => at)).toEqual([100, 100, 103, 103])
  expect([player.total, player.sent, player.delivered, player.pending]).toEqual([6, 4, 4, true])
  kernel.clock.advance(1000)
  expect(target.injected.map(({ at }) => at)).toEqual([100, 100, 103, 103, 105, 106])
  expect([player.total, player.sent, player.delivered, player.pending]).toEqual([6, 6, 6, false])
})

test('a message of the connector goes to the group that is its idx; what a task sent goes nowhere', () => {
  const kernel = boot()
  const target = playing(kernel)
  const packets = [
    packet(0n, 1, { direction: 'out' }),
    packet(0n, 5),
    packet(0n, 1, { direction: 'in' }),
    packet(0n, 0xffffffff),
  ]
  const player = playCapture(target, packets)
  kernel.clock.runUntilIdle()
  expect(player.total).toBe(3)
  expect(target.injected.map(({ to }) => to)).toEqual([
    { portid: 0, group: 1 },
    { portid: 0, group: 5 },
    { portid: 0, group: 0xffffffff },
  ])
  expect(target.injected.map(({ data }) => data)).toEqual([packets[0]?.data, packets[1]?.data, packets[3]?.data])
})

test('`to` says where any message goes', () => {
  const kernel = boot()
  const target = playing(kernel)
  const packets = [
    packet(0n),
    packet(MS, 1, { protocol: NETLINK_ROUTE, direction: 'in' }),
    packet(2n * MS, 1, { protocol: NETLINK_USERSOCK }),
  ]
  const seen: PlayablePacket[] = []
  const to: PlayOptions['to'] = (one) => {
    seen.push(one)
    if (one.protocol === NETLINK_CONNECTOR) return null
    return one.protocol === NETLINK_ROUTE ? { portid: 7 } : { portid: -1, group: 3 }
  }
  const player = playCapture(target, packets, { to })
  expect(seen).toEqual(packets)
  kernel.clock.advance(2)
  expect(player.total).toBe(2)
  // What goes nowhere keeps its time: it was the first one.
  expect(target.injected.map(({ at, protocol, to }) => ({ at, protocol, to }))).toEqual([
    { at: 1, protocol: NETLINK_ROUTE, to: { portid: 7, group: 0 } },
    { at: 2, protocol: NETLINK_USERSOCK, to: { portid: 0xffffffff, group: 3 } },
  ])
})

test('delivered counts what reached somebody', () => {
  const kernel = boot()
  const answers = [0, -ESRCH, 40, -ESRCH, 0]
  const target = playing(kernel, () => answers.shift() ?? 0)
  const player = playCapture(
    target,
    [0n, MS, MS, 2n * MS, 2n * MS].map((time) => packet(time)),
  )
  kernel.clock.runUntilIdle()
  expect(player.delivered).toBe(1)
  kernel.clock.advance(1)
  expect(player.delivered).toBe(2)
  kernel.clock.advance(1)
  expect([player.sent, player.delivered]).toEqual([5, 3])
})

test('stop() ends it, also from within', () => {
  const kernel = boot()
  const target = playing(kernel)
  const player = playCapture(target, [packet(0n), packet(MS)])
  kernel.clock.runUntilIdle()
  player.stop()
  player.stop()
  kernel.clock.advance(10)
  expect([player.sent, player.pending, target.injected.length]).toEqual([1, false, 1])

  const inside: { stop(): void } = playCapture(
    playing(kernel, () => {
      inside.stop()
      return 0
    }),
    [packet(0n), packet(0n), packet(MS)],
  )
  kernel.clock.advance(10)
  expect(inside).toMatchObject({ sent: 1, delivered: 1, pending: false })
})

test('data are copied, and nothing at all can be played', () => {
  const kernel = boot()
  const target = playing(kernel)
  const given = packet(0n)
  const before = given.data.slice()
  playCapture(target, [given])
  given.data.fill(0)
  kernel.clock.runUntilIdle()
  expect(target.injected[0]?.data).toEqual(before)
  expect(playCapture(target, [])).toMatchObject({ total: 0, sent: 0, delivered: 0, pending: false })
})

test('a function that throws does so out of the clock, and the rest is sent', () => {
  const kernel = boot()
  let count = 0
  const target = playing(kernel, () => {
    count++
    if (count < 4) throw new Error(`call ${count}`)
    return 0
  })
  const player = playCapture(
    target,
    [0n, MS, MS, MS, 2n * MS].map((time) => packet(time)),
  )
  expect(() => kernel.clock.runUntilIdle()).toThrow('call 1')
  expect(() => kernel.clock.advance(1)).toThrow('several messages of the capture met functions that threw')
  kernel.clock.advance(1)
  expect([count, player.sent, player.delivered, player.pending]).toEqual([5, 5, 2, false])
})

test('without a timer left it says ENOMEM', () => {
  const kernel = boot({ limits: { timers: 1 } })
  playCapture(playing(kernel), [packet(0n)])
  expect(() => playCapture(playing(kernel), [packet(0n)])).toThrow('ENOMEM: cannot allocate memory, mod_timer')
})

test('a kernel whose time was taken back sends the same messages again', () => {
  const kernel = boot()
  let back = 0
  const fired: (() => void)[] = []
  const target: PlayingKernel & { injected: Injected[] } = {
    ...playing(kernel),
    get jiffies() {
      return kernel.jiffies - back
    },
    timer_setup: (callback) => {
      const timer = kernel.timer_setup(callback)
      fired.push(() => callback(timer))
      return timer
    },
  }
  const player = playCapture(
    target,
    [0n, MS, 2n * MS, 3n * MS].map((time) => packet(time)),
  )
  kernel.clock.advance(3)
  expect([player.sent, player.delivered]).toEqual([4, 4])
  // What a rewind to the first tick does: the timer of that tick fires once more.
  back = 2
  fired[0]?.()
  expect([player.sent, player.delivered, player.pending]).toEqual([2, 2, true])
  expect(target.injected).toHaveLength(5)
  player.stop()
})

describe('refused is', () => {
  const play = (packets: unknown, options?: unknown) => () =>
    playCapture(playing(boot()), packets as PlayablePacket[], options as PlayOptions)
  const bad = (fields: object) => [packet(0n), { ...packet(0n), ...fields }]

  test.each<[string, unknown, unknown, Error]>([
    [
      'what is no array',
      new Set(),
      {},
      new TypeError('packets must be an array of captured packets: readCapture() makes one'),
    ],
    ['a packet that is none', [null], {}, new TypeError('packets[0] must be an object')],
    [
      'a time that is no bigint',
      bad({ time: 1 }),
      {},
      new TypeError('packets[1].time must be a bigint, in nanoseconds'),
    ],
    [
      'a protocol out of range',
      bad({ protocol: 65536 }),
      {},
      new RangeError('packets[1].protocol must be an integer from 0 to 65535, not 65536'),
    ],
    [
      'a protocol that no kernel has',
      bad({ protocol: 32 }),
      { to: () => ({}) },
      new RangeError('packets[1].protocol must be below 32 to be played, not 32'),
    ],
    ['data that are no bytes', bad({ data: 'x' }), {}, new TypeError('packets[1].data must be a Uint8Array')],
    [
      'another protocol without `to`',
      bad({ protocol: 16 }),
      {},
      new TypeError('packets[1] is of protocol 16, not of the connector: options.to must say where it goes'),
    ],
    [
      'what is no connector message',
      bad({ data: new Uint8Array(35) }),
      {},
      new RangeError('packets[1] is no message of the connector that has a group: options.to must say where it goes'),
    ],
    [
      'one of no group',
      [packet(0n, 0)],
      {},
      new RangeError('packets[0] is no message of the connector that has a group: options.to must say where it goes'),
    ],
    ['options that are none', [], null, new TypeError('options must be an object')],
    ['a `to` that is no function', [], { to: 1 }, new TypeError('to must be a function')],
    ['a target that is none', bad({}), { to: () => 7 }, new TypeError('the target of packets[0] must be an object')],
    [
      'a port out of range',
      bad({}),
      { to: () => ({ portid: 2 ** 32 }) },
      new RangeError('portid must be an integer from -2147483648 to 4294967295, not 4294967296'),
    ],
    [
      'a group that is no number',
      bad({}),
      { to: () => ({ group: 'x' }) },
      new TypeError('group must be an integer from -2147483648 to 4294967295, not string'),
    ],
  ])('%s', (_, packets, options, error) => {
    expect(play(packets, options)).toThrow(error)
  })
})
