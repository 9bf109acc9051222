// The core of a kernel: what kernel code can do with it, tasks, and time. What is about running the machine again stands in kernel.ts.

import type {
  BootOptions,
  BroadcastMember,
  CnCallback,
  CoreKernel as CoreKernelInterface,
  KernelSocket,
  MemoryPressure,
  Module,
  NetlinkDumpControl,
  NetlinkExtAck,
  NetlinkKernelCfg,
  NetlinkNotify,
  NetlinkSkbParms,
  NlmsgHandler,
  NlmsgView,
  NotificationRequest,
  SkBuff,
  Socket as SocketInterface,
  SpawnOptions,
  Task as TaskInterface,
  Timer,
} from '../api.js'
import { Machine } from '../machine/index.js'
import { type CbId, type CnMsgInit, EAGAIN, u32 } from '../uapi/index.js'
import {
  asFunction,
  asOptions,
  asText,
  Socket,
  SystemError,
  signalOf,
  Task,
  type TaskWorld,
  Waiters,
} from '../user/index.js'
import { Clock } from './clock.js'
import { Connector } from './connector.js'
import { PROTOCOLS } from './facts.js'
import { inject } from './inject.js'
import { KernelSockets } from './kernel-socket.js'
import { Log } from './log.js'
import { Modules } from './modules.js'
import { Ownership } from './ownership.js'
import { ProcFs } from './procfs.js'
import { configWords, resolveGroupLog, resolveLimits, resolveProfile } from './profiles.js'
import { Requests } from './requests.js'
import { readStateHash } from './state-hash.js'
import { Timers } from './timers.js'

const PRESSURES: readonly MemoryPressure[] = ['none', 'low', 'high', 'critical']
/** The word of stats() that has the level. */
const STATS_PRESSURE = 19

/** The parts of a kernel, for who adds more. */
export interface Parts {
  readonly machine: Machine
  readonly world: TaskWorld
  readonly connector: Connector
  readonly sockets: KernelSockets
  readonly modules: Modules
  readonly timers: Timers
}

/** A machine as booted, by options whose names were looked at; `prepare` gets it before there is a kernel around it. */
export function bootMachine(options: Omit<BootOptions, 'journal'>, prepare?: (machine: Machine) => void): Machine {
  const limits = resolveLimits(options.limits)
  const words = configWords(resolveProfile(options.profile), limits, resolveGroupLog(options.groupLog))
  const seed = u32(options.seed ?? 0, 'seed')
  const machine = new Machine({ module: options.module, memory: limits.memory, seed, words })
  prepare?.(machine)
  return machine
}

export class CoreKernel implements CoreKernelInterface {
  readonly #machine: Machine
  readonly #world: TaskWorld
  readonly #ownership = new Ownership()
  readonly #connector: Connector
  readonly #sockets: KernelSockets
  readonly #requests: Requests
  readonly #modules: Modules
  readonly #timers: Timers
  readonly #log: Log
  readonly #waiters: Waiters
  readonly clock: Clock
  readonly procfs: ProcFs
  /** What the whole kernel builds upon. */
  protected readonly parts: Parts

  /** See boot(), which has a machine booted, and restore(), which has one that goes on from an image. */
  constructor(machine: Machine) {
    this.#machine = machine
    this.#connector = new Connector(machine, this.#ownership)
    this.#sockets = new KernelSockets(machine, this.#ownership)
    this.#requests = new Requests(machine, this.#sockets)
    this.#modules = new Modules(this, machine, this.#ownership)
    this.#timers = new Timers(machine, this.#ownership)
    this.#log = new Log(machine)
    this.#waiters = new Waiters(machine)
    this.#world = { machine, waiters: this.#waiters, tasks: new Set() }
    this.clock = new Clock(machine, this.#waiters)
    this.procfs = new ProcFs(machine)
    this.parts = {
      machine,
      world: this.#world,
      connector: this.#connector,
      sockets: this.#sockets,
      modules: this.#modules,
      timers: this.#timers,
    }
  }

  // ---- connector

  cn_add_callback(id: CbId, name: string, callback: CnCallback): number {
    return this.#connector.add(id, name, callback)
  }

  cn_del_callback(id: CbId): void {
    this.#connector.delete(id)
  }

  cn_netlink_send(msg: CnMsgInit, group: number, gfp_mask: number): number
  cn_netlink_send(msg: CnMsgInit, portid: number, group: number, gfp_mask: number): number
  cn_netlink_send(msg: CnMsgInit, a: number, b: number, c?: number): number {
    if (c !== undefined) return this.#connector.send(msg, a, b, c)
    // biome-ignore lint/complexity/noArguments: the count tells the two forms apart, and a rest parameter would cost every send an array
    if (arguments.length > 3) throw new TypeError('gfp_mask must be a number')
    return this.#connector.send(msg, 0, a, b)
  }

  cn_netlink_send_mult(msg: CnMsgInit, len: number, portid: number, group: number, gfp_mask: number): number {
    return this.#connector.sendMult(msg, len, portid, group, gfp_mask)
  }

  requestNotification(request: NotificationRequest, callback?: CnCallback): number {
    return this.#connector.request(request, callback)
  }

  // ---- kernel sockets

  netlink_kernel_create(unit: number, cfg?: NetlinkKernelCfg): KernelSocket | null {
    return this.#sockets.create(unit, cfg)
  }

  netlink_kernel_release(ksock: KernelSocket): void {
    this.#sockets.release(ksock)
  }

  netlink_unicast(ksock: KernelSocket, skb: Uint8Array, portid: number, nonblock: boolean): number {
    return this.#sockets.unicast(ksock, skb, portid, nonblock)
  }

  netlink_broadcast(ksock: KernelSocket, skb: Uint8Array, portid: number, group: number, gfp_mask: number): number {
    return this.#sockets.broadcast(ksock, skb, portid, group, gfp_mask)
  }

  netlink_broadcast_filtered(
    ksock: KernelSocket,
    skb: Uint8Array,
    portid: number,
    group: number,
    gfp_mask: number,
    filter: (dsk: BroadcastMember, skb: Uint8Array) => boolean,
  ): number {
    return this.#sockets.broadcastFiltered(ksock, skb, portid, group, gfp_mask, filter)
  }

  netlink_rcv_skb(skb: SkBuff, cb: NlmsgHandler): number {
    return this.#requests.receive(skb, cb)
  }

  netlink_ack(in_skb: SkBuff, nlh: NlmsgView, err: number, extack?: NetlinkExtAck): void {
    this.#requests.ack(in_skb, nlh, err, extack)
  }

  netlink_dump_start(ksock: KernelSocket, skb: SkBuff, nlh: NlmsgView, control: NetlinkDumpControl): number {
    return this.#requests.dumpStart(ksock, skb, nlh, control)
  }

  nlmsg_unicast(ksock: KernelSocket, skb: Uint8Array, portid: number): number {
    return Math.min(this.#sockets.unicast(ksock, skb, portid, true), 0)
  }

  nlmsg_multicast(ksock: KernelSocket, skb: Uint8Array, portid: number, group: number, gfp_mask: number): number {
    return this.#sockets.broadcast(ksock, skb, portid, group, gfp_mask)
  }

  nlmsg_notify(
    ksock: KernelSocket,
    skb: Uint8Array,
    portid: number,
    group: number,
    report: boolean,
    gfp_mask: number,
  ): number {
    return this.#sockets.notify(ksock, skb, portid, group, report, gfp_mask)
  }

  netlink_has_listeners(ksock: KernelSocket, group: number): boolean {
    return this.#sockets.hasListeners(ksock, group)
  }

  __netlink_clear_multicast_users(ksock: KernelSocket, group: number): void {
    this.#sockets.clearGroup(ksock, group)
  }

  netlink_set_err(ksock: KernelSocket, portid: number, group: number, code: number): number {
    return this.#sockets.setError(ksock, portid, group, code)
  }

  netlink_register_notifier(callback: (notify: NetlinkNotify) => void): number {
    return this.#sockets.registerNotifier(callback)
  }

  netlink_capable(skb: NetlinkSkbParms, cap: number): boolean {
    return this.#sockets.capable(skb, cap)
  }

  // ---- modules, log, timers

  insmod(module: Module<CoreKernelInterface>, params?: Readonly<Record<string, unknown>>): number {
    return this.#modules.insert(module as Module, params)
  }

  rmmod(name: string): number {
    return this.#modules.remove(name)
  }

  printk(text: string): void {
    this.#log.print(text)
  }

  dmesg(): string[] {
    return this.#log.lines()
  }

  timer_setup(callback: (timer: Timer) => void, name?: string): Timer {
    return this.#timers.setup(callback, name)
  }

  mod_timer(timer: Timer, expires: number): number {
    return this.#timers.modify(timer, expires)
  }

  del_timer(timer: Timer): number {
    return this.#timers.delete(timer)
  }

  get jiffies(): number {
    return this.#timers.jiffies
  }

  // ---- the machine as a whole

  spawn(options: SpawnOptions = {}): TaskInterface {
    return Task.spawn(this.#world, options)
  }

  tasks(): TaskInterface[] {
    return [...this.#world.tasks]
  }

  sockets(task: TaskInterface): SocketInterface[] {
    if (!Task.isOf(this.#machine, task)) throw new TypeError('task must be a task of this kernel')
    return task.sockets()
  }

  socketId(socket: SocketInterface): number {
    Socket.reference(this.#machine, socket, 'socket')
    return (socket as Socket).id
  }

  inject(protocol: number, data: Uint8Array, to: { portid?: number; group?: number }): number {
    const unit = u32(protocol, 'protocol')
    if (unit >= PROTOCOLS) throw new RangeError(`protocol must be below ${PROTOCOLS}, not ${unit}`)
    const { portid = 0, group = 0 } = asOptions(to, 'to', { portid: 1, group: 1 })
    return inject(this.#machine, unit, data, u32(portid, 'to.portid'), u32(group, 'to.group'))
  }

  random(): number {
    return this.#machine.abi.next_random() >>> 0
  }

  get memoryPressure(): MemoryPressure {
    this.#machine.raw.stats()
    return PRESSURES[this.#machine.listWord(STATS_PRESSURE)] as MemoryPressure
  }

  set memoryPressure(level: MemoryPressure) {
    const index = PRESSURES.indexOf(asText(level, 'memoryPressure') as MemoryPressure)
    if (index < 0) throw new RangeError(`memoryPressure must be one of ${PRESSURES.join(', ')}, not ${String(level)}`)
    this.#machine.abi.set_pressure(index)
  }

  stateHash(): string {
    return readStateHash(this.#machine)
  }

  waiting<T>(call: () => T, options: { signal?: AbortSignal } = {}): Promise<T> {
    asFunction(call, 'call')
    const signal = signalOf(options)
    const attempt = () => {
      try {
        const value = call()
        return value === -EAGAIN ? undefined : { value }
      } catch (error) {
        if (error instanceof SystemError && error.errno === -EAGAIN) return undefined
        throw error
      }
    }
    return this.#waiters.wait(attempt, { signal }, 'waiting')
  }

  /** Takes the machine down and says how many bytes nobody gave back: 0, or there is a leak. Nothing works afterwards. */
  halt(): number {
    const left = this.#machine.halt()
    this.clock.stop()
    return left
  }
}
