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
}

/** A kernel module written in TypeScript. A negative result of init is what insmod() returns. */
export interface Module {
  readonly name: string
  init(kernel: Kernel, params: Readonly<Record<string, unknown>>): number
  exit?(kernel: Kernel): void
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
  /** Six numbers for the hook's own use, 0 at first. */
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
  /** Moves time by `ms`, running due timers and queued work in order. */
  advance(ms: number): void
  /** Runs what is queued or due now; time does not move. */
  runUntilIdle(): void
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

/** The kernel side. Results are 0, a count, or -errno, as in C; a callback's own exception is the only thing thrown. */
export interface Kernel {
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
  insmod(module: Module, params?: Readonly<Record<string, unknown>>): number
  /** 0, or -ENOENT. */
  rmmod(name: string): number
  printk(text: string): void
  /** The kernel log, a line each, stamped with the virtual time: `[    1.000000] text`. */
  dmesg(): string[]
  timer_setup(callback: (timer: Timer) => void): Timer
  /** 0 if it was idle, 1 if it was pending, -ENOMEM. */
  mod_timer(timer: Timer, expires: number): number
  /** 1 if it was pending, else 0. */
  del_timer(timer: Timer): number
  /** Ticks of 1 ms (HZ is 1000) since boot. */
  readonly jiffies: number

  spawn(options?: SpawnOptions): Task
  /**
   * Makes a recorded stream the source of process events: each datagram goes to group 1 as it is, as long after now as it came
   * after the first one (to the tick). The form of a stream: a 32-bit length and that many bytes, again and again.
   * Throws RangeError, with the place, for a stream that has anything else in it.
   */
  loadProcEvents(stream: Uint8Array): ProcEventSource
  readonly procfs: { read(path: string): string }
  readonly clock: Clock
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
