// The kernel side: what kernel code and whoever runs the machine can call.

import type { CbId, CnMsgInit } from '../uapi/index.js'
import type { MemoryPressure, Module, SpawnOptions } from './boot.js'
import type { Faults } from './faults.js'
import type { Journal, Snapshot } from './history.js'
import type { ExplainQuestion, Explanation, KernelState, KernelStats } from './inspection.js'
import type {
  BroadcastMember,
  CnCallback,
  KernelSocket,
  NetlinkDumpControl,
  NetlinkExtAck,
  NetlinkKernelCfg,
  NetlinkNotify,
  NetlinkSkbParms,
  NlmsgHandler,
  NlmsgView,
  NotificationRequest,
  SkBuff,
} from './messages.js'
import type { Removable, TapEvent } from './tap.js'
import type { Clock, Schedule, Timer } from './time.js'
import type { Socket, Task } from './user.js'

/** A recorded stream of process events on its way to group 1 of the connector. */
export interface ProcEventSource {
  /** How many events the stream has; acknowledgements are left out. */
  readonly total: number
  /** How many of them have had their time. */
  readonly sent: number
  /** How many of those reached somebody: while nobody listens, cn_proc tells nobody. */
  readonly delivered: number
  readonly pending: boolean
  /** The rest is not sent. */
  stop(): void
}

/** The kernel side. Results are 0, a count, or -errno, as in C; a callback's own exception is the only thing thrown. */
export interface CoreKernel {
  cn_add_callback(id: CbId, name: string, callback: CnCallback): number
  cn_del_callback(id: CbId): void
  /** The document's form: to `group`, or with 0 to the group of the registered id. 0, -ESRCH, -ENODEV, -ENOMEM, -ENOBUFS. */
  cn_netlink_send(msg: CnMsgInit, group: number, gfp_mask: number): number
  /** Today's form: to `portid` (the bytes queued), to `group` without `portid` (0), or by id. */
  cn_netlink_send(msg: CnMsgInit, portid: number, group: number, gfp_mask: number): number
  /** Sends `len` bytes of msg.data, zeros behind it; msg.len is put into the header and not looked at. */
  cn_netlink_send_mult(msg: CnMsgInit, len: number, portid: number, group: number, gfp_mask: number): number
  /** Asks to be told when a matching id is registered or unregistered: by message to `group`, and by `callback`. */
  requestNotification(request: NotificationRequest, callback?: CnCallback): number

  /** null if the protocol number is out of 0..31, or has a kernel socket already. */
  netlink_kernel_create(unit: number, cfg?: NetlinkKernelCfg): KernelSocket | null
  netlink_kernel_release(ksock: KernelSocket): void
  netlink_unicast(ksock: KernelSocket, skb: Uint8Array, portid: number, nonblock: boolean): number
  netlink_broadcast(ksock: KernelSocket, skb: Uint8Array, portid: number, group: number, gfp_mask: number): number
  /** The same; true from `filter` leaves a member out. */
  netlink_broadcast_filtered(
    ksock: KernelSocket,
    skb: Uint8Array,
    portid: number,
    group: number,
    gfp_mask: number,
    filter: (dsk: BroadcastMember, skb: Uint8Array) => boolean,
  ): number
  /** Hands each request of a datagram to `cb` and answers it. Only inside an input function, with the skb that it was given. */
  netlink_rcv_skb(skb: SkBuff, cb: NlmsgHandler): number
  /** Answers one request by hand. */
  netlink_ack(in_skb: SkBuff, nlh: NlmsgView, err: number, extack?: NetlinkExtAck): void
  /** Answers a request by a dump: -EINTR if it runs, which the handler returns; -EBUSY, -ECONNREFUSED, -ENOMEM, start's error. */
  netlink_dump_start(ksock: KernelSocket, skb: SkBuff, nlh: NlmsgView, control: NetlinkDumpControl): number
  nlmsg_unicast(ksock: KernelSocket, skb: Uint8Array, portid: number): number
  nlmsg_multicast(ksock: KernelSocket, skb: Uint8Array, portid: number, group: number, gfp_mask: number): number
  nlmsg_notify(
    ksock: KernelSocket,
    skb: Uint8Array,
    portid: number,
    group: number,
    report: boolean,
    gfp_mask: number,
  ): number
  netlink_has_listeners(ksock: KernelSocket, group: number): boolean
  netlink_set_err(ksock: KernelSocket, portid: number, group: number, code: number): number
  /** Takes every member out of a group; no unbind hook is called. */
  __netlink_clear_multicast_users(ksock: KernelSocket, group: number): void
  netlink_register_notifier(callback: (notify: NetlinkNotify) => void): number
  /** Whether the sender of a message may do what `cap` allows, and could when it opened its socket. Only inside the callback. */
  netlink_capable(skb: NetlinkSkbParms, cap: number): boolean

  /** init's result; -EEXIST if a module of that name is loaded. */
  insmod(module: Module<CoreKernel>, params?: Readonly<Record<string, unknown>>): number
  /** 0, or -ENOENT. */
  rmmod(name: string): number
  printk(text: string): void
  /** The kernel log, a line each, stamped with the virtual time: `[    1.000000] text`. */
  dmesg(): string[]
  /** `name` is what a restored machine knows it by, with the module whose function sets it up. */
  timer_setup(callback: (timer: Timer) => void, name?: string): Timer
  /** 0 if it was idle, 1 if it was pending, -ENOMEM. */
  mod_timer(timer: Timer, expires: number): number
  /** 1 if it was pending, else 0. */
  del_timer(timer: Timer): number
  /** Ticks of 1 ms (HZ is 1000) since boot. */
  readonly jiffies: number

  spawn(options?: SpawnOptions): Task
  readonly procfs: { read(path: string): string }
  readonly clock: Clock
  /** The tasks that live, oldest first. */
  tasks(): Task[]
  /** The open sockets of a process, oldest first. */
  sockets(task: Task): Socket[]
  /** A socket's number: its inode in /proc/net/netlink. Never used twice by a machine. */
  socketId(socket: Socket): number
  /** Sends bytes as the kernel of a protocol would, with or without a kernel socket: to a port, or to a group without that port. */
  inject(protocol: number, data: Uint8Array, to: { portid?: number; group?: number }): number
  /** The next u32 of the machine's seeded generator. */
  random(): number
  /** Which allocations fail: 'low' those with GFP_NOWAIT, 'high' those with GFP_ATOMIC too, 'critical' all. */
  memoryPressure: MemoryPressure
  /** A digest of all that can matter to an answer; equal for the same seed and calls, on every host and in every build. */
  stateHash(): string
  /** Takes the machine down, as if each owner had closed what is his; bytes that nobody gave back, 0 unless something leaked. */
  halt(): number
  /** Repeats `call` while it says EAGAIN, first come first served, whenever the socket that it met has made room or closed. */
  waiting<T>(call: () => T, options?: { signal?: AbortSignal }): Promise<T>
}

/** The whole kernel: the core, and what is about running it again. */
export interface Kernel extends CoreKernel {
  insmod(module: Module, params?: Readonly<Record<string, unknown>>): number
  /**
   * Makes a recorded stream the source of process events: each datagram goes to group 1 as it is, as long after now as it came
   * after the first one (to the tick). The form of a stream: a 32-bit length and that many bytes, again and again.
   * Throws RangeError, with the place, for a stream that has anything else in it.
   */
  loadProcEvents(stream: Uint8Array): ProcEventSource
  /** Tells of every message and every receive, until it is removed. The function must not call the kernel. */
  tap(listener: (event: TapEvent) => void): Removable
  readonly faults: Faults
  readonly journal: Journal
  readonly schedule: Schedule
  /** Runs a program of a task: an async function that awaits its sockets. The schedule says when it goes on. */
  run<T>(task: Task, program: (task: Task) => Promise<T>): Promise<T>
  /** A copy of the machine. Throws inside a callback. Who waits for a socket is no part of it. */
  snapshot(): Snapshot
  /**
   * Takes this machine back, with its functions, tasks and sockets as they were; whoever waits is rejected with ECANCELED. Sockets
   * and tasks made since are closed. Throws for a snapshot of another machine, and inside a callback.
   */
  rewind(snapshot: Snapshot): void
  /**
   * Has what a program or a module keeps outside of the machine go back with it. The clients and services of
   * "kernel-connector/connector" do so.
   *
   * @param save called for each snapshot(); what it gives is called at the end of each rewind() to that one, and must not call the kernel
   * @returns ends it, until a rewind to a snapshot that was taken before
   * @throws TypeError for what is no function
   * @example
   * let count = 0
   * kernel.keep(() => {
   *   const saved = count
   *   return () => {
   *     count = saved
   *   }
   * })
   */
  keep(save: () => () => void): Disposable
  /** What a restored machine could not bind again when it was restored, a line each; empty for others. */
  readonly unbound: readonly string[]
  explain(question: ExplainQuestion): Explanation
  stats(): KernelStats
  /** What is in the machine, as plain objects. */
  inspect(): KernelState
}
