// Hooks that turn against the very socket whose call they run in: close it, bind it, send with it, end its task, release the kernel
// socket. Every short sequence from every hook; then ports, groups and queues must still be sound, and nothing leaks.
import { describe, expect, test } from 'vitest'
import type { Kernel, KernelSocket, NetlinkDumpControl, Socket, Task } from '../../src/api.js'
import { Kernel as Machine } from '../../src/kernel/index.js'
import {
  AF_NETLINK,
  encodeNlmsg,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  SOCK_RAW,
  SOL_NETLINK,
} from '../../src/uapi/index.js'
import { sequences } from './exhaustigen.js'
import { HEALTHY, probe } from './probe.js'
import { outcome } from './real.js'

const UNIT = 20
const MOST = Number(process.env.REENTRANCY_LENGTH ?? 2)
const HOUR = 3_600_000
const REQUEST = encodeNlmsg(
  { nlmsg_type: 16, nlmsg_flags: NLM_F_REQUEST | NLM_F_DUMP, nlmsg_seq: 1, nlmsg_pid: 0 },
  new Uint8Array(4),
)
const buffer = new Uint8Array(8192)

type HookName = 'input' | 'bind' | 'unbind' | 'release' | 'filter' | 'start' | 'dump' | 'done'

/** A kernel with a module's protocol, two of its sockets, and hooks of which one runs a sequence once. */
class World {
  readonly kernel: Kernel = Machine.boot({ limits: { memory: 512 * 1024 } })
  readonly task: Task = this.kernel.spawn()
  readonly u: Socket
  readonly v: Socket
  ksock: KernelSocket | undefined
  #at: HookName | undefined
  #body = () => {}

  constructor() {
    this.kernel.netlink_register_notifier(() => this.enter('release'))
    this.create()
    this.u = this.task.socket(AF_NETLINK, SOCK_RAW, UNIT)
    this.v = this.kernel.spawn().socket(AF_NETLINK, SOCK_RAW, UNIT)
    this.v.bind({})
  }

  create(): void {
    const ksock = this.kernel.netlink_kernel_create(UNIT, {
      input: (skb) => {
        this.enter('input')
        if (this.ksock === undefined) return
        const dump = this.#dump()
        this.kernel.netlink_rcv_skb(skb, (_skb, nlh) => {
          if (this.ksock === undefined) return 0
          return this.kernel.netlink_dump_start(this.ksock, skb, nlh, dump)
        })
      },
      bind: () => this.enter('bind'),
      unbind: () => void this.enter('unbind'),
    })
    if (ksock !== null) this.ksock = ksock
  }

  #dump(): NetlinkDumpControl {
    let parts = 0
    return {
      start: () => this.enter('start'),
      dump: (part, { portid, seq }) => {
        parts++
        if (parts === 2) this.enter('dump')
        if (parts > 3) return 0
        part.nlmsg_put(portid, seq, 16, new Uint8Array(40), 0)
        return part.len
      },
      done: () => this.enter('done'),
    }
  }

  prepare(at: HookName, body: () => void): void {
    this.#at = at
    this.#body = body
  }

  enter(name: HookName): number {
    if (name !== this.#at) return 0
    this.#at = undefined
    this.#body()
    return 0
  }

  release(): void {
    if (this.ksock !== undefined) this.kernel.netlink_kernel_release(this.ksock)
    this.ksock = undefined
  }

  member(name: number, group: number): void {
    this.u.setsockopt(SOL_NETLINK, name, group)
  }
}

const ACTS: Readonly<Record<string, (w: World) => unknown>> = {
  close: ({ u }) => u.close(),
  bind: ({ u }) => u.bind({}),
  'bind a port': ({ u }) => u.bind({ nl_pid: 4242 }),
  'bind a group': ({ u }) => u.bind({ nl_pid: u.getsockname().nl_pid, nl_groups: 2 }),
  'join 1': (w) => w.member(NETLINK_ADD_MEMBERSHIP, 1),
  'join 2': (w) => w.member(NETLINK_ADD_MEMBERSHIP, 2),
  'leave 1': (w) => w.member(NETLINK_DROP_MEMBERSHIP, 1),
  send: ({ u }) => u.send(new Uint8Array(3)),
  dump: ({ u }) => u.send(REQUEST),
  recv: ({ u }) => u.recv(buffer),
  connect: ({ u, v }) => u.connect({ nl_pid: v.getsockname().nl_pid }),
  exit: ({ task }) => task.exit(),
  release: (w) => w.release(),
  create: (w) => w.create(),
}

interface Context {
  readonly name: string
  readonly hook: HookName
  readonly setUp?: (w: World) => unknown
  readonly call: (w: World) => unknown
}

const joined = (w: World) => w.u.bind({ nl_groups: 1 })
const dumping = (w: World) => w.u.send(REQUEST)

const CONTEXTS: readonly Context[] = [
  { name: 'the bind hook of bind()', hook: 'bind', call: ({ u }) => u.bind({ nl_groups: 3 }) },
  { name: 'the bind hook of bind() to a port', hook: 'bind', call: ({ u }) => u.bind({ nl_pid: 4242, nl_groups: 3 }) },
  { name: 'the bind hook of NETLINK_ADD_MEMBERSHIP', hook: 'bind', call: (w) => w.member(NETLINK_ADD_MEMBERSHIP, 1) },
  {
    name: 'the unbind hook of a bind() that fails',
    hook: 'unbind',
    setUp: ({ v }) => v.getsockname(),
    call: ({ u, v }) => u.bind({ nl_pid: v.getsockname().nl_pid, nl_groups: 3 }),
  },
  {
    name: 'the unbind hook of NETLINK_DROP_MEMBERSHIP',
    hook: 'unbind',
    setUp: joined,
    call: (w) => w.member(NETLINK_DROP_MEMBERSHIP, 1),
  },
  { name: 'the unbind hook of close()', hook: 'unbind', setUp: joined, call: ({ u }) => u.close() },
  { name: 'the unbind hook of exit()', hook: 'unbind', setUp: joined, call: ({ task }) => task.exit() },
  { name: 'the release notifier', hook: 'release', setUp: joined, call: ({ u }) => u.close() },
  { name: 'the input function', hook: 'input', call: ({ u }) => u.send(new Uint8Array(3)) },
  {
    name: 'the filter of a broadcast',
    hook: 'filter',
    setUp: joined,
    call: (w) => {
      const ksock = w.ksock as KernelSocket
      return w.kernel.netlink_broadcast_filtered(
        ksock,
        new Uint8Array(4),
        0,
        1,
        GFP_KERNEL,
        () => w.enter('filter') !== 0,
      )
    },
  },
  { name: "a dump's start", hook: 'start', call: dumping },
  { name: 'a dump, in recv()', hook: 'dump', setUp: dumping, call: ({ u }) => u.recv(buffer) },
  {
    name: "a dump's done, in recv()",
    hook: 'done',
    setUp: dumping,
    call: ({ u }) => [1, 2, 3, 4].map(() => u.recv(buffer)),
  },
  { name: "a dump's done, in close()", hook: 'done', setUp: dumping, call: ({ u }) => u.close() },
]

function rows(kernel: Kernel): string[] {
  const lines = kernel.procfs.read('/proc/net/netlink').trim().split('\n').slice(1)
  return lines.map((line) => line.split(/ +/).slice(1, 3).join(':'))
}

/** Every port leads to its socket and to no other, and to nobody once that is closed. */
function checkPorts(w: World, label: string): void {
  const listed = rows(w.kernel)
  expect(new Set(listed).size, label).toBe(listed.length)
  expect(listed.filter((row) => row.startsWith(`${UNIT}:`) && !row.endsWith(':0')).length, label).toBeLessThanOrEqual(2)
  if (w.u.closed) return
  w.u.connect({ nl_family: 0 })
  if (outcome(() => w.u.bind({})) === 0) w.u.bind({ nl_pid: w.u.getsockname().nl_pid })
  for (let n = 0; n >= 0; ) n = outcome(() => w.u.recv(buffer))
  for (let n = 0; n >= 0; ) n = outcome(() => w.u.recv(buffer))
  const { nl_pid } = w.u.getsockname()
  expect(w.v.sendto(new Uint8Array(5), 0, { nl_pid }), label).toBe(5)
  expect(w.u.recv(buffer), label).toBe(5)
  w.u.close()
  expect(
    outcome(() => w.v.sendto(new Uint8Array(5), 0, { nl_pid })),
    label,
  ).toBe(-111)
}

function play({ name, hook, setUp, call }: Context, acts: readonly string[]): void {
  const label = `${name}: ${acts.join(', ')}`
  const w = new World()
  setUp?.(w)
  const given: number[] = []
  let entered = false
  w.prepare(hook, () => {
    entered = true
    for (const act of acts) given.push(outcome(() => ACTS[act]?.(w)))
  })
  const result = outcome(() => call(w))
  expect(entered, label).toBe(true)
  expect([0, 3, 4, 20, -3, -9, -11, -16, -22, -98, -111].includes(result) || result > 0, `${label}: ${result}`).toBe(
    true,
  )
  checkPorts(w, label)
  expect(probe(w.kernel), label).toEqual(HEALTHY.send)
}

describe.each(CONTEXTS.map((context) => [context.name, context] as const))('%s', (_name, context) => {
  test(
    `up to ${MOST} acts`,
    () => {
      for (const acts of sequences(Object.keys(ACTS), MOST)) play(context, acts)
    },
    HOUR,
  )
})
