// Short random histories that touch every place of the machine which allocates. Each step draws from a generator of its own, so that
// a step which fails does not change what the later ones ask for.

import { expect } from 'vitest'
import type { Kernel, KernelSocket, Socket, Task, Timer } from '../../src/api.js'
import { Kernel as Machine } from '../../src/kernel/index.js'
import * as uapi from '../../src/uapi/index.js'
import { encodeConnectorMessage } from '../../src/uapi/index.js'
import { SystemError } from '../../src/user/index.js'

const MODULE_PROTOCOL = 20
const PLAIN = 21
const CLONE_NEWNET = 0x40000000
const CLONE_NEWPID = 0x20000000

/** A generator of numbers below a bound (mulberry32, public domain). */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 15), z | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return ((z ^ (z >>> 14)) >>> 0) % below
  }
}

type Draw = ReturnType<typeof generator>

/** What a call gives, or -errno; anything else that is thrown is a fault of the machine. */
export function outcome(call: () => unknown): unknown {
  try {
    return call() ?? 0
  } catch (error) {
    if (error instanceof SystemError) return error.errno
    throw error
  }
}

/** One machine with a history. */
export class World {
  readonly kernel: Kernel
  readonly tasks: Task[]
  readonly sockets: Socket[] = []
  readonly #timers: Timer[] = []
  readonly #listeners: Disposable[] = []
  #module: KernelSocket | null

  constructor(seed: number, memory = 1024 * 1024) {
    const profile = seed % 3 === 0 ? ('LINUX_2_6_14' as const) : undefined
    this.kernel = Machine.boot({ seed, limits: { memory }, ...(profile && { profile }) })
    this.tasks = [this.kernel.spawn(), this.kernel.spawn({ uid: 1000 })]
    this.#module = this.kernel.netlink_kernel_create(MODULE_PROTOCOL, { input: (skb) => this.#input(skb) })
  }

  // Every other datagram is answered by a dump, every other by acknowledgements.
  #input(skb: Parameters<NonNullable<import('../../src/api.js').NetlinkKernelCfg['input']>>[0]): void {
    const { portid } = skb
    this.kernel.netlink_rcv_skb(skb, (_, nlh) => {
      const { nlmsg_seq: seq } = nlh
      if (seq % 2 === 0 || this.#module === null) return -uapi.EINVAL
      let parts = 3
      return this.kernel.netlink_dump_start(this.#module, skb, nlh, {
        dump: (out) => {
          if (parts-- === 0) return 0
          out.nlmsg_put(portid, seq, 30, new Uint8Array(700), uapi.NLM_F_MULTI)
          return out.len
        },
      })
    })
  }

  /** Does the step of this number: what it gave. */
  step(history: number, at: number): unknown {
    const draw = generator(history * 7919 + at)
    const action = STEPS[draw(STEPS.length)] as Step
    return outcome(() => action(this, draw))
  }

  // ---- what steps are made of

  /** What is heard shows in the log, and some of it is answered. */
  listen(socket: Socket): void {
    const { kernel } = this
    const hear = ({ length }: { length: number }) => {
      kernel.printk(`heard ${length}`)
      if (length % 3 === 0)
        kernel.cn_netlink_send({ id: { idx: 1, val: 1 }, data: new Uint8Array(1) }, 0, 1, uapi.GFP_ATOMIC)
    }
    this.#listeners.push(socket.onMessage(hear, ({ code }) => kernel.printk(`heard ${code}`)))
  }

  unlisten(draw: Draw): void {
    this.#listeners[draw(this.#listeners.length || 1)]?.[Symbol.dispose]()
  }

  task(draw: Draw): Task {
    return this.tasks[draw(this.tasks.length)] as Task
  }

  socket(draw: Draw): Socket {
    const one = this.sockets[draw(this.sockets.length || 1)]
    if (one === undefined) throw new SystemError(-uapi.EBADF, 'none')
    return one
  }

  timer(draw: Draw): Timer {
    const one = this.#timers[draw(4)]
    if (one !== undefined) return one
    this.#timers.push(this.kernel.timer_setup(() => {}))
    return this.#timers.at(-1) as Timer
  }

  module(): KernelSocket {
    this.#module ??= this.kernel.netlink_kernel_create(MODULE_PROTOCOL, { input: (skb) => this.#input(skb) })
    if (this.#module === null) throw new SystemError(-uapi.ENOMEM, 'netlink_kernel_create')
    return this.#module
  }

  release(): void {
    if (this.#module !== null) this.kernel.netlink_kernel_release(this.#module)
    this.#module = null
  }
}

type Step = (world: World, draw: Draw) => unknown

const sizes = [0, 1, 100, 700, 3000, 9000, 40000]
const size = (draw: Draw) => sizes[draw(sizes.length)] as number
const id = (draw: Draw) => ({ idx: 1 + draw(4), val: 1 + draw(3) })
const protocols = [uapi.NETLINK_USERSOCK, uapi.NETLINK_CONNECTOR, uapi.NETLINK_CONNECTOR, MODULE_PROTOCOL]

function datagram(draw: Draw): Uint8Array {
  const data = new Uint8Array(size(draw))
  if (draw(3) > 0) return encodeConnectorMessage({ id: id(draw), seq: draw(9), data })
  const request = new Uint8Array(16 + data.length)
  const view = new DataView(request.buffer)
  view.setUint32(0, request.length, true)
  view.setUint16(4, 40, true)
  view.setUint16(6, uapi.NLM_F_REQUEST | uapi.NLM_F_ACK, true)
  view.setUint32(8, draw(9), true)
  return request
}

const open: Step = (world, draw) => {
  const socket = world.task(draw).socket(uapi.AF_NETLINK, uapi.SOCK_RAW, protocols[draw(protocols.length)] as number)
  world.sockets.push(socket)
  if (draw(2)) socket.bind({ nl_groups: draw(8) })
}
const sendto: Step = (world, draw) =>
  world.socket(draw).sendto(datagram(draw), 0, { nl_pid: draw(2) ? 0 : world.task(draw).pid, nl_groups: draw(4) })
const receive: Step = (world, draw) => world.socket(draw).recvmsg({ iov: [new Uint8Array(10000)] }).n
const cnSend: Step = ({ kernel }, draw) => {
  const msg = { id: id(draw), seq: draw(99), data: new Uint8Array(size(draw)) }
  return kernel.cn_netlink_send(msg, draw(2) * 1000, draw(5), draw(2) ? uapi.GFP_KERNEL : uapi.GFP_ATOMIC)
}

/** What was not begun is no failure of the machine. */
function ifBegun(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && /^(commit|release)\(\) without/.test(error.message)) return 'not begun'
    throw error
  }
}

const write: Step = (world, draw) => {
  const socket = world.socket(draw)
  if (draw(3) > 0) socket.reserve(draw(3) ? 1 + draw(300) : 2000 + draw(3000)).bytes.fill(draw(256))
  return draw(3) > 0 && ifBegun(() => socket.commit())
}

const read: Step = (world, draw) => {
  const socket = world.socket(draw)
  const length = draw(3) > 0 && socket.peek()?.length
  return [length, draw(3) > 0 && ifBegun(() => socket.release())]
}

const drain: Step = (world, draw) => {
  const lengths: unknown[] = []
  const drained = world.socket(draw).drain((message) => {
    lengths.push(message.length)
    if (draw(4) === 0) lengths.push(outcome(() => write(world, draw)))
  }, 1 + draw(90))
  return [lengths, drained]
}

const STEPS: readonly Step[] = [
  open,
  open,
  open,
  sendto,
  sendto,
  sendto,
  receive,
  receive,
  write,
  write,
  read,
  drain,
  cnSend,
  cnSend,
  (world, draw) => world.socket(draw).close(),
  (world, draw) => world.socket(draw).connect({ nl_pid: draw(2) * 1000, nl_groups: draw(3) }),
  (world, draw) => world.socket(draw).setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, 1 + draw(40)),
  (world, draw) => world.socket(draw).setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_NO_ENOBUFS, draw(2)),
  (world, draw) => world.socket(draw).setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUF, 5000),
  (world, draw) =>
    world
      .socket(draw)
      .setsockopt(uapi.SOL_SOCKET, uapi.SO_ATTACH_FILTER, { filter: [[6, 0, 0, draw(2) ? 60 : 0xffff]] }),
  (world, draw) =>
    world.socket(draw).send(encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: Uint8Array.of(1, 0, 0, 0) })),
  (world, draw) => {
    const child = world.task(draw).fork()
    if (draw(2)) child.setresuid(5, 5, 5)
    else child.setcaps('all')
    world.tasks.push(child)
  },
  (world, draw) => world.task(draw).thread(),
  (world, draw) => world.tasks.length > 2 && world.tasks.splice(2 + draw(world.tasks.length - 2), 1)[0]?.exit(),
  (world, draw) => world.task(draw).unshare(draw(2) ? CLONE_NEWNET : CLONE_NEWPID),
  (world, draw) => world.tasks.push(world.kernel.spawn({ netns: `ns${draw(3)}` })),
  ({ kernel }, draw) => {
    const of = id(draw)
    return kernel.cn_add_callback(of, 'driver', (msg, nsp) => {
      kernel.cn_netlink_send({ id: of, seq: msg.seq, ack: msg.ack + 1 }, nsp.portid, 0, uapi.GFP_ATOMIC)
    })
  },
  ({ kernel }, draw) => kernel.cn_del_callback(id(draw)),
  ({ kernel }, draw) => {
    const ranges = [{ first: draw(3), range: 3 }]
    return kernel.requestNotification({ idx: ranges, val: ranges, group: draw(4) }, draw(2) ? () => {} : undefined)
  },
  (world, draw) => world.kernel.mod_timer(world.timer(draw), world.kernel.jiffies + draw(50)),
  ({ kernel }, draw) => kernel.clock.advance(draw(30)),
  ({ kernel }) => kernel.clock.runUntilIdle(),
  ({ kernel }, draw) => kernel.insmod({ name: `module${draw(3)}`, init: () => 0 }),
  ({ kernel }, draw) => kernel.rmmod(`module${draw(3)}`),
  ({ kernel }) => kernel.printk('a line of the log'),
  ({ kernel }) => kernel.netlink_register_notifier(() => {}),
  ({ kernel }, draw) => {
    const ksock = kernel.netlink_kernel_create(PLAIN, { bind: () => 0 })
    if (ksock !== null && draw(2)) kernel.netlink_kernel_release(ksock)
  },
  (world) => world.release(),
  (world, draw) =>
    world.kernel.netlink_unicast(world.module(), new Uint8Array(1 + size(draw)), 1000 + draw(2), draw(2) === 0),
  (world, draw) =>
    world.kernel.netlink_broadcast_filtered(
      world.module(),
      new Uint8Array(1 + size(draw)),
      0,
      1 + draw(3),
      uapi.GFP_ATOMIC,
      ({ portid }) => portid % 2 === 0,
    ),
  (world, draw) => {
    const done = new AbortController()
    const waiting = world.socket(draw).readable({ signal: done.signal })
    waiting.catch(() => {})
    done.abort()
  },
  (world, draw) => world.listen(world.socket(draw)),
  (world, draw) => world.unlisten(draw),
  ({ kernel }, draw) => kernel.faults.add({ action: 'delay', ms: draw(20), times: 1, when: { group: draw(3) } }),
]

/** Plays a history of so many steps. */
export function play(world: World, history: number, steps: number): unknown[] {
  return Array.from({ length: steps }, (_, at) => world.step(history, at))
}

/** A conversation that any machine that goes on must hold: a request, its reply, a multicast, a timer. */
export function converse({ kernel }: World): void {
  kernel.faults.clear()
  const of = { idx: 77, val: 1 }
  const task = kernel.spawn({ uid: 0 })
  const [asker, member] = [0, 1].map(() => task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)) as [
    Socket,
    Socket,
  ]
  asker.bind({ nl_pid: 0x70000001 })
  member.bind({ nl_pid: 0x70000002, nl_groups: 1 << 30 })
  const fired: string[] = []
  const added = kernel.cn_add_callback(of, 'probe', ({ id, seq, data }, { portid }) => {
    kernel.cn_netlink_send({ id, seq, ack: 1, data: new Uint8Array(data) }, portid, 0, uapi.GFP_KERNEL)
  })
  const timer = kernel.timer_setup(() => fired.push('timer'))
  kernel.mod_timer(timer, kernel.jiffies + 1)
  asker.send(encodeConnectorMessage({ id: of, seq: 5, data: Uint8Array.of(1, 2, 3, 4) }))
  kernel.clock.advance(2)
  const room = new Uint8Array(100)
  const replied = asker.recv(room)
  const told = kernel.cn_netlink_send({ id: of, seq: 6 }, 0, 31, uapi.GFP_KERNEL)
  expect({ added, fired, replied, data: [...room.subarray(36, 40)], told, heard: member.recv(room) }).toEqual({
    added: 0,
    fired: ['timer'],
    replied: 40,
    data: [1, 2, 3, 4],
    told: 0,
    heard: 36,
  })
}
