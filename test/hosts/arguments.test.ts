// Every argument of every method: what is of the wrong type or out of range is refused before anything happens.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Kernel, KernelSocket, Socket, Task, Timer } from '../../src/api.js'
import { boot } from '../../src/index.js'
import {
  AF_NETLINK,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  SO_ATTACH_FILTER,
  SO_PASSCRED,
  SOCK_RAW,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import {
  address,
  badOf,
  bool,
  bytes,
  duration,
  fn,
  id,
  type Kind,
  list,
  object,
  opaque,
  optional,
  pid,
  signal,
  size,
  text,
  u16,
  u32,
} from './kinds.js'

interface World {
  readonly kernel: Kernel
  readonly task: Task
  readonly socket: Socket
  readonly ksock: KernelSocket
  readonly timer: Timer
}

function world(): World {
  const kernel = boot()
  const task = kernel.spawn()
  const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  socket.bind({ nl_pid: 7, nl_groups: 1 })
  const ksock = kernel.netlink_kernel_create(20, { input: () => {} }) as KernelSocket
  return { kernel, task, socket, ksock, timer: kernel.timer_setup(() => {}) }
}

/** A good value, made anew for each call, and its kind. */
type Argument = readonly [good: unknown, kind: Kind]
// biome-ignore lint/complexity/noBannedTypes: the methods are called with what they must refuse
type Method = (w: World) => { readonly of: object; readonly method: Function }
type Row = readonly [name: string, method: Method, args: readonly Argument[]]

const ID = { idx: 5, val: 1 }
const data = new Uint8Array(4)
const nothing = () => {}
const good = (w: World, value: unknown): unknown => (value === KSOCK ? w.ksock : value === TIMER ? w.timer : value)
const KSOCK = Symbol('ksock')
const TIMER = Symbol('timer')

const ksock: Argument = [KSOCK, opaque]
const number: Argument = [1, u32]
const skb: Argument = [data, bytes]
const flags: Argument = [0, optional(u32)]
const to: Argument = [{ nl_pid: 9 }, address]
const addrlen: Argument = [12, optional(u32)]

const MSG = { id: ID, data }
const msg: Argument = [
  MSG,
  object(MSG, {
    id,
    seq: optional(u32),
    ack: optional(u32),
    len: optional(u16),
    flags: optional(u16),
    data: optional(bytes),
  }),
]
const range = object({ first: 1, range: 1 }, { first: u32, range: u32 })
const REQUEST = { idx: [{ first: 1, range: 1 }], val: [], group: 1 }
const request: Argument = [REQUEST, object(REQUEST, { idx: list(range), val: list(range), group: u32 })]
const CONFIG = { groups: 1 }
const config = object(CONFIG, {
  groups: optional(u32),
  flags: optional(u32),
  input: optional(fn),
  bind: optional(fn),
  unbind: optional(fn),
})
const noObject: Kind = {
  bad: [
    [5, TypeError],
    ['x', TypeError],
  ],
  optional: true,
}
const anything: Kind = { bad: [], optional: true }
const MODULE = { name: 'm', init: () => 0 }
const module: Argument = [MODULE, object(MODULE, { name: text, init: fn, exit: optional(fn) })]
/** A name of capabilities(7). */
const capability: Kind = {
  bad: [...text.bad.filter(([value]) => value !== 5), ['CAP_NO_SUCH', RangeError]],
  optional: false,
}
const SPAWN = {}
const spawn = object(SPAWN, {
  pid: optional(pid),
  uid: optional(u32),
  gid: optional(u32),
  caps: optional(list(capability)),
  comm: optional(text),
  netns: optional(text),
})

const k =
  (name: keyof Kernel): Method =>
  ({ kernel }) => ({ of: kernel, method: kernel[name] as () => unknown })
const t =
  (name: keyof Task): Method =>
  ({ task }) => ({ of: task, method: task[name] as () => unknown })
const s =
  (name: keyof Socket): Method =>
  ({ socket }) => ({ of: socket, method: socket[name] as () => unknown })

const KERNEL: readonly Row[] = [
  [
    'cn_add_callback',
    k('cn_add_callback'),
    [
      [ID, id],
      ['name', text],
      [nothing, fn],
    ],
  ],
  ['cn_del_callback', k('cn_del_callback'), [[ID, id]]],
  ['cn_netlink_send of three', k('cn_netlink_send'), [msg, number, [GFP_KERNEL, u32]]],
  ['cn_netlink_send of four', k('cn_netlink_send'), [msg, number, number, [GFP_KERNEL, u32]]],
  ['cn_netlink_send_mult', k('cn_netlink_send_mult'), [msg, number, number, number, number]],
  ['requestNotification', k('requestNotification'), [request, [nothing, optional(fn)]]],
  [
    'netlink_kernel_create',
    k('netlink_kernel_create'),
    [
      [21, u32],
      [CONFIG, optional(config)],
    ],
  ],
  ['netlink_kernel_release', k('netlink_kernel_release'), [ksock]],
  ['netlink_unicast', k('netlink_unicast'), [ksock, skb, number, [true, bool]]],
  ['netlink_broadcast', k('netlink_broadcast'), [ksock, skb, number, number, number]],
  ['nlmsg_unicast', k('nlmsg_unicast'), [ksock, skb, number]],
  ['nlmsg_multicast', k('nlmsg_multicast'), [ksock, skb, number, number, number]],
  ['nlmsg_notify', k('nlmsg_notify'), [ksock, skb, number, number, [true, bool], number]],
  ['netlink_has_listeners', k('netlink_has_listeners'), [ksock, number]],
  ['netlink_set_err', k('netlink_set_err'), [ksock, number, number, [-105, u32]]],
  ['netlink_register_notifier', k('netlink_register_notifier'), [[nothing, fn]]],
  [
    'netlink_capable',
    k('netlink_capable'),
    [
      [{}, opaque],
      [1, anything],
    ],
  ],
  ['insmod', k('insmod'), [module, [{}, optional(noObject)]]],
  ['rmmod', k('rmmod'), [['m', text]]],
  ['printk', k('printk'), [['x', text]]],
  ['timer_setup', k('timer_setup'), [[nothing, fn]]],
  [
    'mod_timer',
    k('mod_timer'),
    [
      [TIMER, opaque],
      [1, duration],
    ],
  ],
  ['del_timer', k('del_timer'), [[TIMER, opaque]]],
  ['spawn', k('spawn'), [[SPAWN, optional(spawn)]]],
  ['procfs.read', ({ kernel }) => ({ of: kernel.procfs, method: kernel.procfs.read }), [['/proc/modules', text]]],
  ['clock.advance', ({ kernel }) => ({ of: kernel.clock, method: kernel.clock.advance }), [[1, duration]]],
]

const TASK: readonly Row[] = [
  [
    'socket',
    t('socket'),
    [
      [16, u32],
      [3, u32],
      [11, u32],
    ],
  ],
  [
    'socketpair',
    t('socketpair'),
    [
      [16, u32],
      [3, u32],
      [11, u32],
    ],
  ],
  ['fork', t('fork'), [[{}, optional(object({}, { pid: optional(pid) }))]]],
  ['exec', t('exec'), [['x', text]]],
  ['setcomm', t('setcomm'), [['x', text]]],
  ['exit', t('exit'), [[1, optional(u32)]]],
  ['kill', t('kill'), [[9, u32]]],
  ['setresuid', t('setresuid'), [number, number, number]],
  ['setresgid', t('setresgid'), [number, number, number]],
  ['setcaps', t('setcaps'), [[[], list(capability)]]],
]

const cmsg = object({ level: 1, type: 2, data }, { level: u32, type: u32, data: bytes, cmsg_len: optional(size) })
const SENT = { iov: [data] }
const sent = object(SENT, {
  iov: list(bytes),
  name: optional(address),
  control: optional(list(cmsg)),
})
const sentTo = object({ ...SENT, name: {} }, { namelen: optional(u32) })
const received = object({ iov: [] }, { iov: list(bytes), controllen: optional(u32), namelen: optional(u32) })
const filter = object({}, { filter: list(list(u32)) })

const SOCKET: readonly Row[] = [
  ['bind', s('bind'), [to, addrlen]],
  ['connect', s('connect'), [to, addrlen]],
  ['getsockname', s('getsockname'), [[data, optional(bytes)], addrlen]],
  ['getpeername', s('getpeername'), [[data, optional(bytes)], addrlen]],
  ['send', s('send'), [skb, flags]],
  ['sendto', s('sendto'), [skb, number, to, addrlen]],
  ['sendmsg', s('sendmsg'), [[SENT, sent], flags]],
  ['sendmsg with a name', s('sendmsg'), [[SENT, sentTo], flags]],
  ['write', s('write'), [skb]],
  ['recv', s('recv'), [skb, flags]],
  ['recvfrom', s('recvfrom'), [skb, flags, addrlen]],
  ['read', s('read'), [skb]],
  ['recvmsg', s('recvmsg'), [[{ iov: [] }, received], flags]],
  [
    'setsockopt',
    s('setsockopt'),
    [
      [SOL_SOCKET, u32],
      [SO_PASSCRED, u32],
      [1, { bad: u32.bad.filter(([value]) => value !== null), optional: false }],
      [4, optional(u32)],
    ],
  ],
  [
    'setsockopt of a filter',
    s('setsockopt'),
    [
      [SOL_SOCKET, u32],
      [SO_ATTACH_FILTER, u32],
      [null, { bad: filter.bad.filter(([value]) => value !== null && value !== 5), optional: false }],
    ],
  ],
  [
    'getsockopt',
    s('getsockopt'),
    [number, number, [4, optional({ bad: u32.bad.filter(([value]) => typeof value === 'number'), optional: true })]],
  ],
  [
    'getsockopt into a buffer',
    s('getsockopt'),
    [number, number, [data, { bad: bytes.bad.filter(([value]) => value !== 5), optional: true }], [4, optional(u32)]],
  ],
  ['poll', s('poll'), [number]],
  [
    'ioctl',
    s('ioctl'),
    [
      [0x5421, u32],
      [1, optional(u32)],
    ],
  ],
  ['shutdown', s('shutdown'), [number]],
  ['listen', s('listen'), [number]],
]

function describeValue(value: unknown): string {
  return (
    JSON.stringify(value, (_key, one: unknown) =>
      typeof one === 'bigint' || typeof one === 'symbol' || typeof one === 'number' ? String(one) : one,
    ) ?? String(value)
  )
}

let w: World
beforeEach(() => {
  w = world()
})

/** What V8 says of the inside of a function. */
const ENGINE = /Cannot |is not a function|is not iterable|\(reading /

function refuses([name, method, args]: Row): void {
  const { of, method: call } = method(w)
  const before = w.kernel.stateHash()
  args.forEach(([, kind], at) => {
    for (const [value, refusal] of badOf(kind)) {
      const given = args.map(([value]) => good(w, value))
      given[at] = value
      const label = `${name}, argument ${at}: ${describeValue(value)}`
      expect(() => call.apply(of, given), label).toThrow(refusal)
      // The way of a message has no time to look for these among its flags.
      if (!['bigint', 'symbol'].includes(typeof value)) expect(() => call.apply(of, given), label).not.toThrow(ENGINE)
      expect(w.kernel.stateHash(), label).toBe(before)
    }
  })
}

describe.each([
  ['kernel', KERNEL],
  ['task', TASK],
  ['socket', SOCKET],
] as const)('%s', (_, rows) => {
  test.each(rows.map((row) => [row[0], row] as const))('%s refuses wrong arguments and changes nothing', (_name, row) =>
    refuses(row),
  )
})

test('what wrong arguments have left alone still works', () => {
  for (const row of [...KERNEL, ...TASK, ...SOCKET]) refuses(row)
  expect(w.kernel.cn_netlink_send({ id: ID }, 7, 0, GFP_KERNEL)).toBe(36)
  expect(w.socket.recv(new Uint8Array(64))).toBe(36)
  expect(w.kernel.dmesg()).toEqual([])
})

test('readable() and waiting() refuse what is no signal, and call nothing', async () => {
  for (const [value] of signal.bad) {
    await expect(w.socket.readable({ signal: value as AbortSignal })).rejects.toThrow(TypeError)
    let calls = 0
    const waiting = async () => w.kernel.waiting(() => ++calls, { signal: value as AbortSignal })
    await expect(waiting()).rejects.toThrow(TypeError)
    expect(calls).toBe(0)
  }
  for (const [value] of fn.bad)
    await expect(async () => w.kernel.waiting(value as () => number)).rejects.toThrow(TypeError)
})

test('memoryPressure refuses what is no level', () => {
  for (const value of ['x', '', 'None'])
    expect(() => Object.assign(w.kernel, { memoryPressure: value })).toThrow(RangeError)
  for (const value of [5, null, undefined, {}])
    expect(() => Object.assign(w.kernel, { memoryPressure: value })).toThrow(TypeError)
  expect(w.kernel.memoryPressure).toBe('none')
})
