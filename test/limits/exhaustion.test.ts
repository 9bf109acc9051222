// Memory that ends at every point of a rich history: only errnos come back, nothing leaks, and the machine goes on.
import { describe, expect, test } from 'vitest'
import type { BootOptions, Kernel, Socket, Task } from '../../src/api.js'
import {
  AF_NETLINK,
  encodeConnectorMessage,
  GFP_ATOMIC,
  GFP_KERNEL,
  LINUX_2_6_14,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SO_ATTACH_FILTER,
  SO_PRIORITY,
  SO_RCVBUF,
  SOCK_RAW,
  SOL_SOCKET,
} from '../../src/index.js'
import { withKernel } from '../support/kernels.js'
import { join, leave, outcome } from './world.js'

const PAGE = 65_536
const USER_ERRORS = ['ENOBUFS', 'ENOMEM', 'EAGAIN', 'ECONNREFUSED', 'EADDRINUSE', 'EBADF', 'ESRCH']
const KERNEL_ERRORS = [-3, -11, -12, -19, -22, -105, -111]

/** A program that goes on whatever fails, and notes how. */
class History {
  readonly failures = new Map<string, number>()
  readonly #kernel: Kernel
  readonly #tasks: Task[] = []
  readonly #sockets: Socket[] = []

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Runs a call; any answer but a success or an errno that may be is an error of the test. */
  #try<T>(call: () => T): T | undefined {
    const result = outcome(call)
    if (typeof result === 'string') {
      expect(USER_ERRORS).toContain(result)
      this.failures.set(result, (this.failures.get(result) ?? 0) + 1)
      return undefined
    }
    if (typeof result === 'number' && result < 0) {
      expect(KERNEL_ERRORS).toContain(result)
      this.failures.set(String(result), (this.failures.get(String(result)) ?? 0) + 1)
    }
    return result
  }

  run(rounds: number): void {
    for (let round = 0; round < rounds; round++) {
      this.#populate(round)
      this.#register(round)
      for (const [index, socket] of this.#sockets.entries()) this.#use(socket, round * 31 + index)
      this.#tell(round)
      this.#try(() => this.#kernel.clock.advance(round))
      if (round % 3 === 2) this.#giveBack(round)
    }
  }

  #populate(round: number): void {
    const task = this.#try(() => this.#kernel.spawn(round % 4 === 3 ? { netns: `net${round}` } : {}))
    if (task !== undefined) this.#tasks.push(task)
    const parent = this.#tasks[round % Math.max(1, this.#tasks.length)]
    if (parent === undefined) return
    const child = this.#try(() => (round % 2 ? parent.fork() : parent.thread()))
    if (child !== undefined) this.#tasks.push(child)
    this.#try(() => parent.setresuid(-1, -1, -1))
    for (let i = 0; i < 6; i++) {
      const protocol = i % 2 ? NETLINK_USERSOCK : NETLINK_CONNECTOR
      const socket = this.#try(() => parent.socket(AF_NETLINK, SOCK_RAW, protocol))
      if (socket === undefined) continue
      this.#sockets.push(socket)
      this.#try(() => socket.bind(i % 3 ? { nl_groups: 1 << ((i + round) % 32) } : {}))
    }
  }

  #register(round: number): void {
    const kernel = this.#kernel
    const id = { idx: 100 + round, val: 1 }
    this.#try(() =>
      kernel.cn_add_callback(id, `round ${round}`, (msg, nsp) => {
        this.#try(() =>
          kernel.cn_netlink_send({ id, seq: msg.seq, ack: msg.ack + 1, data: msg.data }, nsp.portid, 0, GFP_ATOMIC),
        )
      }),
    )
    this.#try(() =>
      kernel.requestNotification(
        { idx: [{ first: 100, range: 50 }], val: [{ first: 0, range: 5 }], group: 3 + round },
        () => {},
      ),
    )
    this.#try(() =>
      kernel.mod_timer(
        kernel.timer_setup((timer) => kernel.mod_timer(timer, kernel.jiffies + 7)),
        round * 5,
      ),
    )
    kernel.printk(`round ${round}`)
    if (round === 2) this.#try(() => kernel.netlink_register_notifier(() => {}))
    if (round === 1) kernel.netlink_kernel_create(20, { input: () => {} })
  }

  #use(socket: Socket, mix: number): void {
    if (socket.closed) return
    const sizes = [4, 100, 700, 1500, 5000, 20_000]
    this.#try(() => join(socket, 1 + (mix % 9)))
    if (mix % 5 === 0) this.#try(() => leave(socket, 1 + (mix % 4)))
    if (mix % 7 === 0) this.#try(() => socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, 50]] }))
    if (mix % 4 === 0)
      this.#try(() => socket.setsockopt(SOL_SOCKET, mix % 8 ? SO_RCVBUF : SO_PRIORITY, mix % 8 ? 100_000 : 3))
    if (mix % 6 === 0) this.#try(() => socket.connect({ nl_pid: socket.getsockname().nl_pid }))
    const data = new Uint8Array(sizes[mix % sizes.length] as number)
    const other = this.#sockets[(mix * 7) % this.#sockets.length] as Socket
    if (!other.closed)
      this.#try(() => socket.sendto(data, 0, { nl_pid: other.getsockname().nl_pid, nl_groups: 1 << (mix % 9) }))
    this.#try(() => socket.send(encodeConnectorMessage({ id: { idx: 100 + (mix % 8), val: 1 }, seq: mix })))
    if (mix % 3 === 0) this.#receive(socket)
  }

  // ENOBUFS here says that messages were lost, not that memory ended.
  #receive(socket: Socket): void {
    const result = outcome(() => socket.recv(new Uint8Array(30_000)))
    if (typeof result === 'string') expect(['EAGAIN', 'ENOBUFS']).toContain(result)
  }

  #tell(round: number): void {
    const kernel = this.#kernel
    for (let group = 1; group < 10; group++) {
      const data = new Uint8Array(group * 150)
      this.#try(() =>
        kernel.cn_netlink_send({ id: { idx: group, val: 1 }, data }, group, round % 2 ? GFP_ATOMIC : GFP_KERNEL),
      )
    }
  }

  #giveBack(round: number): void {
    this.#try(() => this.#kernel.cn_del_callback({ idx: 99 + round, val: 1 }))
    for (const [index, socket] of this.#sockets.entries())
      if (index % 4 === round % 4 && !socket.closed) this.#try(() => socket.close())
    const task = this.#tasks[round]
    if (task !== undefined) this.#try(() => task.exit())
  }

  /** After everything has been closed, a machine must be as good as new. */
  end(): void {
    for (const task of this.#tasks) this.#try(() => task.exit())
    const task = this.#kernel.spawn()
    const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    socket.bind({ nl_pid: 9 })
    expect(socket.sendto(new Uint8Array(2000), 0, { nl_pid: 9 })).toBe(2000)
    expect(socket.recv(new Uint8Array(3000))).toBe(2000)
  }
}

function play(options: BootOptions, rounds: number): Map<string, number> {
  return withKernel(options, (kernel) => {
    const history = new History(kernel)
    history.run(rounds)
    history.end()
    return history.failures
  })
}

describe.each([undefined, LINUX_2_6_14])('memory that ends somewhere', (profile) => {
  const base: BootOptions = profile === undefined ? {} : { profile }

  test.each([2, 3, 4, 5, 6, 8, 10])('with %i × 64 KiB', (pages) => {
    const failures = play({ ...base, limits: { memory: pages * PAGE } }, 24)
    expect(failures.has('ENOBUFS')).toBe(true)
  })

  test('with enough of it, it does not end', () => {
    const failures = play({ ...base, limits: { memory: 1024 * PAGE } }, 12)
    expect([failures.has('ENOBUFS'), failures.has('ENOMEM'), failures.has('-12')]).toEqual([false, false, false])
  })
})

describe('memory that ends at each point of a short history', () => {
  // A socket eats memory first, 128 bytes at a time, so that what follows meets the end at another point each time.
  test('the first so many allocations of it work, the next one does not', () => {
    for (let spare = 0; spare < 120; spare++) {
      withKernel({ limits: { memory: 2 * PAGE } }, (kernel) => {
        const eater = new Eater(kernel)
        eater.leave(spare)
        new History(kernel).run(1)
        eater.finish()
        new History(kernel).end()
      })
    }
  })
})

class Eater {
  readonly #sockets: Socket[] = []
  readonly #task: Task

  constructor(kernel: Kernel) {
    this.#task = kernel.spawn({ pid: 4_000_000 })
  }

  /** Takes all memory but for `spare` small blocks, spread over the classes. */
  leave(spare: number): void {
    while (true) {
      const socket = outcome(() => this.#task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK))
      if (typeof socket === 'string') break
      this.#sockets.push(socket)
    }
    for (let i = 0; i < spare; i++) this.#sockets.pop()?.close()
  }

  finish(): void {
    this.#task.exit()
  }
}
