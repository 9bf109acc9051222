// A machine full of work: programs that send, receive, join, fork and end, a module that answers. What comes next is drawn from a seed,
// so that a machine which goes on from a snapshot can be given the same work again.
import type { BootOptions, Kernel, Socket, Task } from '../../../src/api.js'
import { boot, restore, SystemError } from '../../../src/index.js'
import * as uapi from '../../../src/uapi/index.js'
import { generator } from '../../faults/histories.js'
import { BusyModule, ECHO, NOTICE_GROUP } from './busy-module.js'
import { STEPS, type Step } from './busy-steps.js'

const FEWEST_TASKS = 3
const MOST_TASKS = 8
const MOST_SOCKETS = 24
const FILLING = 5
const MOST_READS = 10_000

export type Draw = ReturnType<typeof generator>

export class Busy {
  readonly kernel: Kernel
  readonly module: BusyModule
  readonly room = new Uint8Array(8192)
  #tasks: Task[]
  #sockets: Socket[]
  #draw: Draw

  private constructor(kernel: Kernel, module: BusyModule, seed: number) {
    this.kernel = kernel
    this.module = module
    this.#tasks = kernel.tasks().filter(({ pid, tgid }) => pid === tgid)
    this.#sockets = this.#tasks.flatMap((task) => kernel.sockets(task))
    this.#draw = generator(seed)
  }

  /** A new machine, its work drawn from `seed`. */
  static boot(seed: number, options: BootOptions = {}): Busy {
    const kernel = boot({ seed, ...options })
    const module = new BusyModule()
    const loaded = kernel.insmod(module)
    if (loaded !== 0) throw new Error(`insmod() said ${loaded}`)
    for (const uid of [0, 0, 1000]) kernel.spawn({ uid })
    return new Busy(kernel, module, seed)
  }

  /** A machine that goes on from an exported snapshot, its work drawn from `seed`. */
  static restore(snapshot: Uint8Array, seed: number): Busy {
    const module = new BusyModule()
    const kernel = restore(snapshot, { modules: [module] })
    if (kernel.unbound.length > 0) throw new Error(`not bound again: ${kernel.unbound.join(', ')}`)
    return new Busy(kernel, module, seed)
  }

  /** A machine that is there already goes on, its work drawn from `seed`, as Busy.restore() would. */
  static of(kernel: Kernel, module: BusyModule, seed: number): Busy {
    return new Busy(kernel, module, seed)
  }

  /** One piece of work: what it gave, as a number, or -errno. */
  step(): number {
    const draw = this.#draw
    const step = STEPS[draw(STEPS.length)] as Step
    try {
      return step(this, draw)
    } catch (error) {
      if (error instanceof SystemError) return error.errno
      throw error
    }
  }

  task(): Task {
    return this.#tasks[this.#draw(this.#tasks.length)] as Task
  }

  /** Any open socket; one is opened if there is none. */
  socket(): Socket {
    return this.#sockets[this.#draw(this.#sockets.length)] ?? this.open(uapi.NETLINK_CONNECTOR)
  }

  open(protocol: number): Socket {
    if (this.#sockets.length >= MOST_SOCKETS) this.close(this.socket())
    const socket = this.task().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, protocol)
    this.#sockets.push(socket)
    return socket
  }

  close(socket: Socket): void {
    socket.close()
    this.#sockets = this.#sockets.filter((one) => one !== socket)
  }

  /** A child, or a new one of root: without those soon nobody would have a capability. */
  newTask(): Task {
    if (this.#tasks.length >= MOST_TASKS) this.exit()
    const task = this.#draw(2) ? this.task().fork() : this.kernel.spawn()
    this.#tasks.push(task)
    return task
  }

  /** A task ends, unless few are left, and its sockets with it. */
  exit(): void {
    if (this.#tasks.length <= FEWEST_TASKS) return
    const task = this.task()
    task.exit(this.#draw(3))
    this.#tasks = this.#tasks.filter((one) => one !== task)
    this.#sockets = this.#sockets.filter(({ closed }) => !closed)
  }

  /** Reads every queue empty, so that no dump is under way: a snapshot could not bind it again. */
  drain(): void {
    for (const socket of this.#sockets) {
      for (let reads = 0; this.#reads(socket); reads++) {
        if (reads === MOST_READS) throw new Error('a queue does not end')
      }
    }
  }

  /** Queues messages: some for each bound socket of the module's protocol, some for the members of the connector's groups. */
  fill(): void {
    for (let n = 1; n <= FILLING; n++) {
      for (const socket of this.#sockets) {
        const { nl_pid } = socket.getsockname()
        if (nl_pid !== 0) this.kernel.netlink_unicast(this.module.socket, this.room.subarray(0, 40 + n), nl_pid, true)
      }
      const msg = { id: ECHO, seq: n, data: this.room.subarray(0, 30 * n) }
      for (let group = 1; group <= NOTICE_GROUP; group++) this.kernel.cn_netlink_send(msg, 0, group, uapi.GFP_ATOMIC)
    }
  }

  /** Whether there was something to read, an error perhaps. */
  #reads(socket: Socket): boolean {
    try {
      socket.recv(this.room)
      return true
    } catch (error) {
      if (!(error instanceof SystemError)) throw error
      return error.errno !== -uapi.EAGAIN
    }
  }
}
