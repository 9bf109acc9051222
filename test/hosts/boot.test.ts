// boot(): profiles by name and as objects, seeds, limits, compiled modules; and what is refused.
import { describe, expect, test } from 'vitest'
import {
  type BootOptions,
  boot,
  compile,
  DEFAULT_LIMITS,
  DEFAULT_PROFILE,
  LINUX_2_6_14,
  LINUX_6,
} from '../../src/index.js'
import {
  AF_NETLINK,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SO_MEMINFO,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { codeOf, ID, message, opened, pair } from './support.js'

/** What tells the profiles apart. */
function behaviour(profile: BootOptions['profile']): object {
  const kernel = boot(profile === undefined ? {} : { profile })
  const socket = opened(kernel)
  let ran = 0
  kernel.cn_add_callback(ID, 'x', () => ran++)
  socket.send(message())
  const inside = ran
  kernel.clock.runUntilIdle()
  const asked = kernel.requestNotification({ idx: [], val: [], group: 1 })
  let anyGroup = true
  try {
    socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 1001)
  } catch {
    anyGroup = false
  }
  return { inside, after: ran, asked, anyGroup }
}

describe('profiles', () => {
  const linux6 = { inside: 1, after: 1, asked: -19, anyGroup: false }
  const linux2614 = { inside: 0, after: 1, asked: 0, anyGroup: true }
  const theDefault = { inside: 1, after: 1, asked: 0, anyGroup: true }

  test.each([
    ['LINUX_6', 'LINUX_6' as const, linux6],
    ['the object LINUX_6', LINUX_6, linux6],
    ['LINUX_2_6_14', 'LINUX_2_6_14' as const, linux2614],
    ['the object LINUX_2_6_14', LINUX_2_6_14, linux2614],
    ['none', undefined, theDefault],
    ['the object DEFAULT_PROFILE', DEFAULT_PROFILE, theDefault],
    ['a mixture', { ...LINUX_6, connectorGroups: 'any' as const }, { ...linux6, anyGroup: true }],
  ])('%s', (_name, profile, expected) => {
    expect(behaviour(profile)).toEqual(expected)
  })

  test('LINUX_6 differs from the default in what the table in DESIGN.md says', () => {
    expect({ ...DEFAULT_PROFILE, name: 'LINUX_6', notifications: false, connectorGroups: 32 }).toEqual(LINUX_6)
  })

  test('a truesize table of its own decides when a queue is full', () => {
    const table = { skbuff: 100, sharedInfo: 0, smallHead: 0, smallest: 28, largest: 4096 }
    const { receiver, send } = pair({ profile: { ...LINUX_6, truesize: table } })
    send(1)
    const meminfo = receiver.getsockopt(SOL_SOCKET, SO_MEMINFO, 64) as Uint8Array
    expect(new DataView(meminfo.buffer).getUint32(0, true)).toBe(164)
    for (let i = 1; i < Math.floor(2304 / 164); i++) send(1)
    expect(codeOf(() => send(1))).toBe('EAGAIN')
  })

  test.each([
    ['linux_6', RangeError],
    ['', RangeError],
    ['constructor', RangeError],
    ['toString', RangeError],
    [5, TypeError],
    [{}, TypeError],
    [{ ...LINUX_6, dispatch: 'later' }, TypeError],
    [{ ...LINUX_6, notifications: 1 }, TypeError],
    [{ ...LINUX_6, connectorGroups: 33 }, TypeError],
    [{ ...LINUX_6, truesize: undefined }, TypeError],
    [{ ...LINUX_6, truesize: { ...LINUX_6.truesize, skbuff: -1 } }, RangeError],
    [{ ...LINUX_6, truesize: { ...LINUX_6.truesize, smallest: 1.5 } }, RangeError],
    [{ ...LINUX_6, truesize: { ...LINUX_6.truesize, largest: '4096' } }, TypeError],
  ])('%j is none', (profile, refusal) => {
    expect(() => boot({ profile: profile as never })).toThrow(refusal)
  })
})

describe('seeds', () => {
  const drawn = (seed?: number) => {
    const kernel = boot(seed === undefined ? {} : { seed })
    const first = opened(kernel, NETLINK_USERSOCK)
    const task = kernel.spawn()
    const ports = [1, 2, 3].map(() => {
      const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
      socket.bind({})
      return socket.getsockname().nl_pid
    })
    return [first.getsockname().nl_pid, ...ports, kernel.random(), kernel.random(), kernel.stateHash()]
  }

  test('the same one gives the same numbers, another one others; without one it is 0', () => {
    expect(drawn(7)).toEqual(drawn(7))
    expect(drawn(7).slice(2)).not.toEqual(drawn(8).slice(2))
    expect(drawn()).toEqual(drawn(0))
    expect(drawn(-1)).toEqual(drawn(2 ** 32 - 1))
  })

  test('seeds beside each other give numbers that have nothing to do with each other', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => boot({ seed, limits: { memory: 131_072 } }).random())
    expect(new Set(firsts).size).toBe(1000)
    const high = firsts.filter((number) => number >= 2 ** 31).length
    expect(Math.abs(high - 500)).toBeLessThan(80)
  })

  test.each([
    ['7', TypeError],
    [1n, TypeError],
    [1.5, RangeError],
    [2 ** 32, RangeError],
    [Number.NaN, RangeError],
  ])('%s is none', (seed, refusal) => {
    expect(() => boot({ seed: seed as never })).toThrow(refusal)
  })
})

describe('limits', () => {
  test.each([
    [{ memory: '4' }, TypeError],
    [{ memory: 0 }, RangeError],
    [{ memory: 2 ** 31 }, RangeError],
    [{ sockets: -1 }, RangeError],
    [{ sockets: 1.5 }, RangeError],
    [{ callbacks: null }, TypeError],
    [{ sokets: 1 }, TypeError],
    [{ constructor: 1 }, TypeError],
    [5, TypeError],
    [null, TypeError],
  ])('%j is refused', (limits, refusal) => {
    expect(() => boot({ limits: limits as never })).toThrow(refusal)
  })

  test('undefined is what is there by default', () => {
    expect(DEFAULT_LIMITS.memory).toBe(4 * 1024 * 1024)
    expect(boot({ limits: { memory: undefined as never } }).cn_netlink_send({ id: ID }, 9, 0, GFP_KERNEL)).toBe(-111)
  })
})

test('options that are no object', () => {
  for (const options of [null, 5, 'LINUX_6']) expect(() => boot(options as never)).toThrow(TypeError)
})

test('a compiled module: any number of kernels, each its own', async () => {
  const module = await compile()
  const [a, b] = [boot({ module }), boot({ module })]
  a.cn_add_callback(ID, 'x', () => {})
  expect(a.procfs.read('/proc/net/connector')).toContain('5:1')
  expect(b.procfs.read('/proc/net/connector')).not.toContain('5:1')
  expect(boot().stateHash()).toBe(b.stateHash())
  expect(() => boot({ module: {} as never })).toThrow(TypeError)
})

test('a thing of another kernel is refused where it can be told', () => {
  const [a, b] = [boot(), boot()]
  const ksock = a.netlink_kernel_create(20)
  expect(() => b.netlink_unicast(ksock as never, new Uint8Array(1), 1, true)).toThrow(TypeError)
  expect(() => a.spawn().ptrace('attach', b.spawn())).toThrow(TypeError)
  const socket = b.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  socket.bind({})
  expect(socket.send(message())).toBe(36)
})
