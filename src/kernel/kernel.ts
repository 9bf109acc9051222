// A kernel: everything that kernel code and whoever runs the machine can do with it.

import type {
  BootOptions,
  BroadcastMember,
  CnCallback,
  Kernel as KernelInterface,
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
  ProcEventSource as ProcEventSourceInterface,
  SkBuff,
  SpawnOptions,
  Task as TaskInterface,
  Timer,
} from '../api.js'
import { Machine } from '../machine/index.js'
import { type CbId, type CnMsgInit, EAGAIN, u32 } from '../uapi/index.js'
import { asFunction, asObject, asSignal, asText, SystemError, Task, Waiters } from '../user/index.js'
import { Clock, Timers } from './clock.js'
import { Connector } from './connector.js'
import { KernelSockets } from './kernel-socket.js'
import { Log } from './log.js'
import { Modules } from './modules.js'
import { ProcEventSource } from './proc-source.js'
import { ProcFs } from './procfs.js'
import { configWords, resolveLimits, resolveProfile } from './profiles.js'
import { Requests } from './requests.js'

const PRESSURES: readonly MemoryPressure[] = ['none', 'low', 'high', 'critical']

export class Kernel implements KernelInterface {
  readonly #machine: Machine
  readonly #connector: Connector
  readonly #sockets: KernelSockets
  readonly #requests: Requests
  readonly #modules: Modules
  readonly #timers: Timers
  readonly #log: Log
  readonly #waiters: Waiters
  readonly clock: Clock
  readonly procfs: ProcFs
  #pressure: MemoryPressure = 'none'

  /** See boot(). */
  constructor(options: BootOptions = {}) {
    asObject(options, 'options')
    const limits = resolveLimits(options.limits)
    const words = configWords(resolveProfile(options.profile), limits)
    const seed = u32(options.seed ?? 0, 'seed')
    this.#machine = new Machine({ module: options.module, memory: limits.memory, seed, words })
    this.#connector = new Connector(this.#machine)
    this.#sockets = new KernelSockets(this.#machine)
    this.#requests = new Requests(this.#machine, this.#sockets)
    this.#modules = new Modules(this)
    this.#timers = new Timers(this.#machine)
    this.#log = new Log(this.#machine)
    this.#waiters = new Waiters(this.#machine)
    this.clock = new Clock(this.#machine)
    this.procfs = new ProcFs(this.#machine, () => this.#modules.names())
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

  insmod(module: Module, params?: Readonly<Record<string, unknown>>): number {
    return this.#modules.insert(module, params)
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

  timer_setup(callback: (timer: Timer) => void): Timer {
    return this.#timers.setup(callback)
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
    return Task.spawn({ machine: this.#machine, waiters: this.#waiters }, options)
  }

  loadProcEvents(stream: Uint8Array): ProcEventSourceInterface {
    return new ProcEventSource(this.#machine, this.#timers, stream)
  }

  random(): number {
    return this.#machine.abi.next_random() >>> 0
  }

  get memoryPressure(): MemoryPressure {
    return this.#pressure
  }

  set memoryPressure(level: MemoryPressure) {
    const index = PRESSURES.indexOf(asText(level, 'memoryPressure') as MemoryPressure)
    if (index < 0) throw new RangeError(`memoryPressure must be one of ${PRESSURES.join(', ')}, not ${String(level)}`)
    this.#machine.abi.set_pressure(index)
    this.#pressure = level
  }

  stateHash(): string {
    this.#machine.abi.state_hash()
    const hex = (word: number) => word.toString(16).padStart(8, '0')
    return hex(this.#machine.listWord(1)) + hex(this.#machine.listWord(0))
  }

  waiting<T>(call: () => T, options: { signal?: AbortSignal } = {}): Promise<T> {
    asFunction(call, 'call')
    const signal = asSignal(options.signal)
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
    return this.#machine.halt()
  }
}
