// The public surface as types: what a program may call, what it gets back, which errors it may meet.
// The classes in kernel/ and user/ implement these interfaces.

import type { CbId, CnMsg, CnMsgInit, Nlmsghdr, Profile, SockaddrNl } from './uapi/index.js'

export type { Profile, TruesizeTable } from './uapi/index.js'

/** Ticks of a second: what jiffies count. */
export const HZ = 1000

/** The credentials that travel with a message: process id, user id, group id, as the receiver's world numbers them. */
export interface Creds {
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/** What the kernel knows about a message beside its bytes. Valid until the callback returns. */
export interface NetlinkSkbParms {
  /** The sender's port. */
  readonly portid: number
  /** The group that the sender named, 0 for none. */
  readonly dst_group: number
  readonly creds: Creds
}

/** A message handed to a kernel socket's input function. `data` is valid until the function returns. */
export interface SkBuff extends NetlinkSkbParms {
  readonly data: Uint8Array
}

/** A connector callback. `msg`, its data and `nsp` are valid until it returns; copy what must live longer. */
export type CnCallback = (msg: CnMsg, nsp: NetlinkSkbParms) => void

/** Upper bounds of one machine. Each has an errno; nothing is lost or leaked when it is reached. */
export interface Limits {
  /** Bytes of linear memory, rounded up to 64 KiB; default 4 MiB. ENOBUFS (user side) or -ENOMEM (kernel side). */
  readonly memory: number
  /** Open sockets of all tasks; ENFILE. */
  readonly sockets: number
  /** Registered connector callbacks; -ENOMEM. */
  readonly callbacks: number
  /** Living tasks (threads included); EAGAIN, as fork(2) says. */
  readonly tasks: number
  /** Pending timers; -ENOMEM. */
  readonly timers: number
  /** Groups with at least one member; ENOBUFS. */
  readonly groups: number
  /** Network namespaces beside the initial one; ENOSPC. */
  readonly namespaces: number
}

export interface BootOptions {
  /** A profile or its name; by default LINUX_6 with notifications and any group number. */
  readonly profile?: Profile | 'LINUX_6' | 'LINUX_2_6_14'
  /** Seed of everything that is random; 0 if none is given. */
  readonly seed?: number
  readonly limits?: Partial<Limits>
  /** A compiled kernel (see compile()); by default the embedded bytes are compiled. */
  readonly module?: WebAssembly.Module
  /** Whether kernel.journal records, from the first call on; false by default. */
  readonly journal?: boolean
}

/** A kernel module written in TypeScript. A negative result of init is what insmod() returns. */
export interface Module<K extends CoreKernel = Kernel> {
  readonly name: string
  init(kernel: K, params: Readonly<Record<string, unknown>>): number
  exit?(kernel: K): void
  /** Called by restore() instead of init: binds the module's functions to what the machine has of it. */
  restore?(kernel: K, bind: Rebinding): void
}

/** A timer on the virtual clock. It fires once, `expires` being a number of jiffies; arm it again for the next time. */
export interface Timer {
  /** When it will fire, or last fired, in jiffies. */
  readonly expires: number
  /** Whether it is armed. */
  readonly pending: boolean
}

/** A kernel socket; a name for netlink_unicast() and its like. */
export interface KernelSocket {
  readonly protocol: number
}

export interface NetlinkKernelCfg {
  /** How many groups the protocol has; 32 is the least. */
  readonly groups?: number
  /** NL_CFG_F_NONROOT_RECV, NL_CFG_F_NONROOT_SEND. */
  readonly flags?: number
  /** Called for every datagram to port 0, inside the sender's call. Without it every send is ECONNREFUSED. */
  readonly input?: (skb: SkBuff) => void
  /** Called before a socket joins a group; a negative result refuses and becomes the caller's error. */
  readonly bind?: (group: number) => number
  /** Called when a socket leaves a group. */
  readonly unbind?: (group: number) => void
  /**
   * Saves what the hooks keep outside of the machine: called for each snapshot(); what it gives is called for each rewind() to that
   * one, and puts it back.
   */
  readonly keep?: () => () => void
}

/** A request inside a datagram. `payload` is a view, valid until the handler returns. */
export interface NlmsgView extends Nlmsghdr {
  readonly payload: Uint8Array
  /** Where its header begins in the datagram. */
  readonly offset: number
}

/** What a handler may add to the answer, for who has NETLINK_EXT_ACK on. */
export interface NetlinkExtAck {
  /** A text. */
  _msg?: string
  /** Where the attribute to blame begins, counted from the request's header; told with errors only. */
  bad_attr?: number
  /** At most 20 bytes. */
  cookie?: Uint8Array
  /** What the refused attribute should have been: the payload of NLMSGERR_ATTR_POLICY; told with errors only. */
  policy?: Uint8Array
  /** Which attribute is missing (NLMSGERR_ATTR_MISS_TYPE); told with errors only. */
  miss_type?: number
  /** In which nested attribute it is missing: where that one begins, counted from the request's header. */
  miss_nest?: number
}

/** 0, or -errno, which becomes the answer; -EINTR for no answer at all. */
export type NlmsgHandler = (skb: SkBuff, nlh: NlmsgView, extack: NetlinkExtAck) => number

/** A dump as its hooks see it. */
export interface NetlinkCallback {
  /** The request's header and a copy of its payload. */
  readonly nlh: Nlmsghdr
  readonly payload: Uint8Array
  /** The requester's port. */
  readonly portid: number
  readonly seq: number
  /** Six numbers for the hook's own use, 0 at first. They go back with rewind(); what a hook keeps elsewhere does not. */
  readonly args: number[]
  data: unknown
}

/** One part of a dump on its way. */
export interface DumpSkb {
  /** Bytes put so far. */
  readonly len: number
  /** Bytes that still fit. */
  readonly tailroom: number
  /** Puts a message, padded to a multiple of 4; false if it does not fit. */
  nlmsg_put(portid: number, seq: number, type: number, payload: Uint8Array, flags: number): boolean
}

export interface NetlinkDumpControl {
  /** Before the first part; -errno ends it. */
  start?(cb: NetlinkCallback): number
  /** Fills a part: skb.len to be called again, 0 at the end, -errno to end with that error. */
  dump(skb: DumpSkb, cb: NetlinkCallback): number
  /** Once, after the end, or when the socket is closed before. */
  done?(cb: NetlinkCallback): number
  data?: unknown
  /** The least room of a part, in bytes. */
  min_dump_alloc?: number
}

/** Which member a broadcast is about to reach. */
export interface BroadcastMember {
  readonly portid: number
}

/** struct netlink_notify: which bound socket was closed (NETLINK_URELEASE). */
export interface NetlinkNotify {
  readonly protocol: number
  readonly portid: number
}

export interface NotifyRange {
  readonly first: number
  readonly range: number
}

/** Which ids to watch. An id matches if some idx range holds its idx and some val range its val. */
export interface NotificationRequest {
  readonly idx: readonly NotifyRange[]
  readonly val: readonly NotifyRange[]
  /** Where the notices go; 0 takes every equal request back. */
  readonly group: number
}

/** Virtual time. It stands still until it is told to move. */
export interface Clock {
  /** Milliseconds since boot, with fractions. */
  readonly now: number
  /** Nanoseconds since boot. */
  readonly now_ns: bigint
  /** Moves time by `ms`, running due timers and queued work in order. */
  advance(ms: number): void
  /** Runs what is queued or due now; time does not move. */
  runUntilIdle(): void
  /** Resolves `ms` of virtual time later; 0 gives up the turn of a program. Rejects with the signal's reason, or ENOMEM. */
  sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void>
  /** Ties virtual time to real time, for applications: from now on it moves by itself until stop(). */
  follow(options?: FollowOptions): Follower
}

export interface FollowOptions {
  /** Virtual milliseconds for each real one; 1 by default. */
  readonly speed?: number
  /** Real milliseconds between two looks at the real clock; 10 by default. */
  readonly interval?: number
  /** Virtual milliseconds of one step at most, for hosts that sleep; without end by default. */
  readonly longest?: number
  /** Who is told what a callback threw; by default nobody catches it, as with any timer of the host. */
  readonly onError?: (error: unknown) => void
}

/** Virtual time that follows real time. */
export interface Follower {
  readonly running: boolean
  stop(): void
  [Symbol.dispose](): void
}

export type MemoryPressure = 'none' | 'low' | 'high' | 'critical'

export interface SpawnOptions {
  readonly pid?: number
  readonly uid?: number
  readonly gid?: number
  /** Effective capabilities: names as in capabilities(7), or "all". By default "all" for uid 0, none for others. */
  readonly caps?: 'all' | readonly string[]
  /** Name of the task, at most 15 bytes. */
  readonly comm?: string
  /** Name of the network namespace; by default the initial one. An unknown name makes a new, empty namespace. */
  readonly netns?: string
}

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

/** What became of a message at one receiver. */
export type TapVerdict =
  /** It is in the receiver's queue. */
  | 'queued'
  /** The receive buffer is full: lost by a multicast or a kernel that must not wait, refused to others. */
  | 'no-room'
  /** The machine's memory ended. */
  | 'no-memory'
  /** The receiver lost one before, and takes nothing until its queue has been read empty. */
  | 'congested'
  /** The receiver's socket filter, its request to cn_proc, or a broadcast's filter function left it out. */
  | 'filtered'
  /** The receiver has connected to another port. */
  | 'refused'
  /** A kernel socket or the connector has taken it. */
  | 'handled'
  /** A fault rule had it lost. */
  | 'dropped'
  /** A fault rule delays it. */
  | 'delayed'

/** One receiver of a message. */
export interface TapDelivery {
  /** The receiver's port, 0 for the kernel. */
  readonly portid: number
  /** The number of the receiver's socket (its inode in /proc/net/netlink), 0 for the kernel. */
  readonly socket: number
  /** The process that owns the socket, 0 for the kernel, and its name. */
  readonly pid: number
  readonly comm: string
  readonly verdict: TapVerdict
}

/** A message that was sent, and what became of it. */
export interface TapMessage {
  readonly kind: 'message'
  /** Virtual time in nanoseconds. */
  readonly time: bigint
  /** The message's number: a later one has a larger one. Other things that have an order take numbers too, so there are gaps. */
  readonly number: number
  readonly protocol: number
  /** A copy of its bytes. */
  readonly data: Uint8Array
  /** The sender's port, 0 for the kernel. */
  readonly portid: number
  readonly creds: Creds
  /** The name of the sending process, '' for the kernel. */
  readonly comm: string
  /** Where it was sent to. */
  readonly to: { readonly portid: number; readonly group: number }
  /** What the call answered: bytes, 0, or -errno. */
  readonly result: number
  /** In the order of service. */
  readonly deliveries: readonly TapDelivery[]
}

/** A message that was received, or an error that was. */
export interface TapReceive {
  readonly kind: 'receive'
  readonly time: bigint
  /** The message's number, 0 where an error was received. */
  readonly number: number
  readonly protocol: number
  readonly socket: number
  /** The receiver's port, process and its name. */
  readonly portid: number
  readonly pid: number
  readonly comm: string
  /** The sender's port, and the length of the whole message. */
  readonly from: number
  readonly length: number
  /** Bytes copied, or -errno. */
  readonly result: number
}

export type TapEvent = TapMessage | TapReceive

/** Something that goes on until it is removed. */
export interface Removable {
  remove(): void
  [Symbol.dispose](): void
}

/** A message as a fault rule sees it. `data` is a view, valid until the predicate returns. */
export interface FaultMessage {
  readonly protocol: number
  /** The sender's port, 0 for the kernel. */
  readonly portid: number
  /** The group it was sent to, 0 for none. */
  readonly group: number
  /** Where it is about to go: a receiver's port, 0 for the kernel, null before anybody is chosen (the action "fail"). */
  readonly to: number | null
  /** The connector's id; null for other protocols, and for what is too short to have one. */
  readonly id: CbId | null
  readonly data: Uint8Array
}

/** What a message must have; every field that is given must agree. */
export interface FaultMatch {
  readonly protocol?: number
  readonly portid?: number
  readonly group?: number
  readonly to?: number
  readonly id?: Partial<CbId>
}

export type FaultAction =
  /** Rules behind this one are not asked. */
  | 'pass'
  /**
   * Lost at that receiver, as if its buffer were full. Only where Linux could lose it: a multicast, a unicast of a kernel that must not
   * wait, or a queued callback; anything else passes.
   */
  | 'drop'
  /**
   * Comes to that receiver `ms` of virtual time later, even if it has left the group by then; the sender is told that it was taken.
   * Without a timer left (limits.timers) it comes at once.
   */
  | 'delay'
  /** The allocation of the message fails: ENOBUFS for a task, -ENOMEM for the kernel. Nobody gets it. */
  | 'fail'

export interface FaultRuleInit {
  readonly action: FaultAction
  /** Which messages; all by default. A function must be quick and must not call the kernel. */
  readonly when?: FaultMatch | ((message: FaultMessage) => boolean)
  /** Virtual milliseconds, for "delay". */
  readonly ms?: number
  /** Lets so many matching messages pass first. */
  readonly skip?: number
  /** Acts so often at most; without end by default. */
  readonly times?: number
  /** Acts with this probability, 0 to 1, drawn from the machine's generator of faults. */
  readonly probability?: number
  /** Acts only while this says true: a guard over anything outside. */
  readonly guard?: () => boolean
}

export interface FaultRule extends Removable {
  /** How often it acted. */
  readonly hits: number
}

/** Linux's knobs of allocation failures (fault-injection: failslab). */
export interface Failslab {
  /** In percent; 0 turns it off. */
  readonly probability: number
  /** Only every so manyth allocation that could fail does. */
  readonly interval: number
  /** How many fail at most; -1: without end. */
  readonly times: number
  /** Bytes that are given before any failure. */
  readonly space: number
}

export interface Faults {
  /** Adds a rule behind the others. The first rule that matches and acts decides. */
  add(rule: FaultRuleInit): FaultRule
  /** Takes all rules away, and turns failslab off. */
  clear(): void
  /** Sets the knobs; those that are left out are as at boot: probability 0, interval 1, times 1, space 0. */
  failslab(knobs: Partial<Failslab>): void
  /** How many allocations failed because of failslab. */
  readonly failed: number
  /** How many allocations failslab was asked about since its knobs were set; it is asked while its probability is above 0. */
  readonly allocations: number
  /** A socket overruns now, as if a message to it had been lost. */
  overrun(socket: Socket): void
}

/** Counts of one machine. */
export interface KernelStats {
  /** Messages made, delivered copies (each listener's counts), and losses at sockets. */
  readonly messages: number
  readonly delivered: number
  readonly dropped: number
  /** How many there are. */
  readonly sockets: number
  readonly callbacks: number
  readonly tasks: number
  readonly timers: number
  readonly groups: number
  readonly namespaces: number
  /** Queued work, and messages that a fault rule delays. */
  readonly work: number
  readonly delayed: number
  /** Bytes: in blocks, in pages that hold something, and of the whole machine. */
  readonly memory: { readonly used: number; readonly pages: number; readonly total: number }
  /** Allocations that failslab was asked about since its knobs were set, and those that it refused since boot. */
  readonly allocations: number
  readonly failslab: number
}

/** A message in a queue. */
export interface QueuedMessage {
  readonly number: number
  /** The sender's port. */
  readonly portid: number
  readonly group: number
  /** What it counts of the receive buffer. */
  readonly truesize: number
  /** A copy. */
  readonly data: Uint8Array
}

/** A socket as the kernel has it. */
export interface SocketState {
  /** Its number: its inode in /proc/net/netlink. */
  readonly id: number
  readonly pid: number
  readonly comm: string
  readonly protocol: number
  readonly netns: number
  readonly portid: number
  readonly bound: boolean
  /** The groups it is a member of, ascending. */
  readonly groups: readonly number[]
  /** Its peer, if connect() gave it one. */
  readonly peer: { readonly portid: number; readonly group: number } | null
  readonly rcvbuf: number
  readonly sndbuf: number
  /** Bytes of rcvbuf in use. */
  readonly rmem: number
  readonly drops: number
  readonly congested: boolean
  /** The pending error, 0 for none. */
  readonly error: number
  readonly filtered: boolean
  readonly noEnobufs: boolean
  readonly broadcastError: boolean
  readonly queue: readonly QueuedMessage[]
}

/** What is in the machine, as plain objects: copies, for people and pages. */
export interface KernelState {
  readonly time: bigint
  readonly tasks: readonly TaskState[]
  readonly sockets: readonly SocketState[]
  /** Members in the order of service. */
  readonly groups: readonly {
    readonly netns: number
    readonly protocol: number
    readonly group: number
    readonly members: readonly number[]
  }[]
  readonly callbacks: readonly { readonly idx: number; readonly val: number; readonly name: string }[]
  readonly modules: readonly string[]
  readonly timers: readonly { readonly expires: number }[]
  readonly work: number
}

export interface TaskState {
  readonly pid: number
  readonly tgid: number
  readonly parent: number
  readonly comm: string
  readonly uid: number
  readonly gid: number
  readonly netns: number
}

/** A copy of everything that the machine knows. Nothing changes it; the same one can be used again and again. */
export interface Snapshot {
  /** Bytes of machine memory that it holds. */
  readonly size: number
  /** Virtual time in nanoseconds. */
  readonly time: bigint
  /** The digest of the state. */
  readonly stateHash: string
  /** As bytes, with a header and a checksum, for restore() here or elsewhere. */
  export(): Uint8Array
}

/** What a restored machine's functions are bound to. */
export interface RestoreOptions {
  /** Modules that were loaded: their restore() binds what is theirs. */
  readonly modules?: readonly Module[]
  /** Connector callbacks, by id. */
  readonly callbacks?: readonly { readonly id: CbId; readonly callback: CnCallback }[]
  /** A compiled kernel (see compile()); by default the embedded bytes are compiled. */
  readonly module?: WebAssembly.Module
}

/** How a module's functions come back into a restored machine. */
export interface Rebinding {
  /** The callback of an id; false if it is not registered, or bound already. */
  callback(id: CbId, callback: CnCallback): boolean
  /** The timer that was set up under this name; it is pending if it was. */
  timer(name: string, callback: (timer: Timer) => void): Timer
  /** The kernel socket of a protocol, its hooks bound again; null if there is none, or it is bound already. */
  socket(unit: number, cfg?: NetlinkKernelCfg): KernelSocket | null
  /** The release notifier, as netlink_register_notifier() takes it. */
  notifier(callback: (notify: NetlinkNotify) => void): void
  /** The callback of a notification request with these ranges and this group; false if there is none. */
  notification(request: NotificationRequest, callback: CnCallback): boolean
}

/** The recorder of everything that enters the machine. */
export interface Journal {
  /** Whether it records. */
  readonly recording: boolean
  /** Calls recorded so far, nested ones included. */
  readonly calls: number
  /** Bytes recorded so far. */
  readonly size: number
  /** Starts recording. The journal begins with an image of the machine's memory. Throws inside a callback, or if it records. */
  start(): void
  /**
   * Ends recording and gives the journal, its checksums and the state's digest at the end included; see replay(). A halted kernel
   * gives what was recorded until then. Throws inside a callback, or if it does not record.
   */
  stop(): Uint8Array
  /** The journal so far; recording goes on. Throws as stop() does. */
  export(): Uint8Array
}

/** Which of several ready tasks or pieces of queued work runs next. */
export type SchedulePolicy =
  /** The one that has been ready longest. */
  | 'fifo'
  /** Any, by a generator of this seed. */
  | { readonly seed: number }
  /** As recorded: each entry an index into what was ready, in the order in which it became so; the first one when the list ends. */
  | { readonly decisions: readonly number[] }

/** Programs of tasks, and who is next. */
export interface Schedule {
  policy: SchedulePolicy
  /** Whether time moves to the next timer when everybody waits; false by default. */
  autoAdvance: boolean
  /** The choices made since boot, where there was more than one to choose from: what `{ decisions }` takes. */
  readonly decisions: readonly number[]
  /** Resolves when nothing is ready any more; `stuck` names the programs that wait. Rejects with what programs or callbacks threw. */
  idle(): Promise<{ readonly stuck: readonly string[] }>
}

/** A question: would this message reach anybody, or this socket? A message that the kernel would send has no `from`. */
export interface ExplainQuestion {
  readonly from?: Socket
  /** For messages of the kernel; NETLINK_CONNECTOR by default. */
  readonly protocol?: number
  readonly data: Uint8Array
  /** Where to; by default the sender's peer. */
  readonly to?: { readonly nl_pid?: number; readonly nl_groups?: number; readonly group?: number }
  /** This receiver only. */
  readonly receiver?: Socket
}

export interface Explanation {
  /** Whether it would reach anybody, or the receiver that was asked about. */
  readonly reaches: boolean
  /** One word for machines. */
  readonly reason: string
  /** One sentence for people. */
  readonly sentence: string
  /** The decisions on the way, in order, each a sentence. */
  readonly steps: readonly string[]
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
  /** What a restored machine could not bind again, a line each; empty for others. */
  readonly unbound: readonly string[]
  explain(question: ExplainQuestion): Explanation
  stats(): KernelStats
  /** What is in the machine, as plain objects. */
  inspect(): KernelState
}

/** A user-space process or thread. Failures throw SystemError. */
export interface Task {
  /** False once it has ended. */
  readonly alive: boolean
  readonly pid: number
  readonly tgid: number
  readonly comm: string
  socket(family: number, type: number, protocol: number): Socket
  /** netlink has no pairs: EOPNOTSUPP, or what socket() says to such arguments. */
  socketpair(family: number, type: number, protocol: number): never
  fork(options?: { pid?: number }): Task
  /** Another thread of the process: same tgid, same descriptors; it ends with the process. */
  thread(): Task
  /** CLONE_NEWNET at once, CLONE_NEWPID for the children that follow; EPERM without CAP_SYS_ADMIN. */
  unshare(flags: number): void
  ptrace(op: 'attach' | 'detach', child: Task): void
  /** Moves it to one CPU (0 to 31), whose counter its process events take from then on. */
  sched_setaffinity(cpu: number): void
  /** Another program: the name changes without a comm event. */
  exec(comm: string): void
  setcomm(comm: string): void
  /** Ends the task: its sockets are closed, its ports are free. */
  exit(code?: number): void
  /** A signal to itself, with its default action: most end it, some first with a core dump, some do nothing. */
  kill(signal: number): void
  setresuid(ruid: number, euid: number, suid: number): void
  setresgid(rgid: number, egid: number, sgid: number): void
  setsid(): number
  setcaps(caps: 'all' | readonly string[]): void
}

/** A struct sockaddr_nl as a caller gives it; fields left out are 0, nl_family is AF_NETLINK. */
export type SockaddrNlInit = Partial<SockaddrNl>

/** An address: as an object, or as raw bytes. */
export type Address = SockaddrNlInit | Uint8Array

/** A control message. `cmsg_len` lies about the length when it is given. */
export interface Cmsg {
  readonly level: number
  readonly type: number
  readonly data: Uint8Array
  readonly cmsg_len?: number
}

export interface Msghdr {
  readonly iov: readonly Uint8Array[]
  readonly name?: Address | null
  readonly namelen?: number
  readonly control?: readonly Cmsg[]
}

/** What recvmsg() gives: the bytes lie in the buffers of `iov`. */
export interface ReceivedMsg {
  /** Bytes received; with MSG_TRUNC asked for the datagram's whole length, even if less was written. */
  readonly n: number
  readonly name: SockaddrNl
  /** The length of the address as C tells it, before it is cut at `namelen`. */
  readonly namelen: number
  /** MSG_* bits, msg_flags. */
  readonly flags: number
  readonly control: readonly Cmsg[]
}

/** One datagram, copied. */
export interface Datagram {
  readonly data: Uint8Array
  readonly name: SockaddrNl
  readonly flags: number
  readonly control: readonly Cmsg[]
}

/** A netlink socket. Failures throw SystemError { code, errno, syscall }; wrong types throw TypeError or RangeError first. */
export interface Socket {
  readonly closed: boolean
  bind(addr: Address | null, addrlen?: number): void
  connect(addr: Address | null, addrlen?: number): void
  getsockname(): SockaddrNl
  /** Writes the address into `room` as far as it fits and returns its length, as C does; `addrlen` may lie about the room. */
  getsockname(room: Uint8Array, addrlen?: number): number
  getpeername(): SockaddrNl
  getpeername(room: Uint8Array, addrlen?: number): number
  send(data: Uint8Array, flags?: number): number
  sendto(data: Uint8Array, flags: number, addr: Address | null, addrlen?: number): number
  sendmsg(msg: Msghdr, flags?: number): number
  write(data: Uint8Array): number
  recv(buffer: Uint8Array, flags?: number): number
  /** `addrlen`: the room given for the address, 128 by default; `addrlen` of the result is the length told. */
  recvfrom(buffer: Uint8Array, flags?: number, addrlen?: number): { n: number; addr: SockaddrNl; addrlen: number }
  read(buffer: Uint8Array): number
  recvmsg(msg: { iov: readonly Uint8Array[]; controllen?: number; namelen?: number }, flags?: number): ReceivedMsg
  setsockopt(level: number, name: number, value: number | Uint8Array | SockFprog | null, len?: number): void
  /** A number where the option is an int (`len` 4, the default), else the bytes. */
  getsockopt(level: number, name: number, len?: number): number | Uint8Array
  /** Writes into `buffer` and returns the length that C tells; `len` may lie about the room. */
  getsockopt(level: number, name: number, buffer: Uint8Array, len?: number): number
  poll(events: number): number
  ioctl(request: number, value?: number): number
  shutdown(how: number): void
  listen(backlog: number): void
  accept(): never
  close(): void
  /** Resolves when a receive would not say EAGAIN. Rejects with the signal's reason, or EBADF if the socket is closed. */
  readable(options?: { signal?: AbortSignal }): Promise<void>
  /** Each datagram as a copy. A loss throws ENOBUFS once and ends the loop; a new loop goes on with what is queued. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram>
  [Symbol.dispose](): void
}

/** A classic socket filter, struct sock_fprog: instructions of code, jt, jf, k. */
export interface SockFprog {
  readonly filter: ReadonlyArray<readonly [code: number, jt: number, jf: number, k: number]>
}
