// What the two ends of a served kernel offer: options and limits of the serving end, the remote kernel and its sockets of the other.

import type { Address, CnCallback, Datagram, Msghdr, ReceivedMsg, SockFprog, SpawnOptions, Task } from '../api.js'
import type { CbId, CnMsgInit, SockaddrNl } from '../uapi/index.js'

/** How much one connection may have at a time. What is counted comes back when it is closed, answered, or confirmed. */
export interface ServeLimits {
  /** Open sockets; EMFILE. */
  readonly sockets: number
  /** Bytes of SO_RCVBUF of all its sockets together, as getsockopt() tells them; ENOBUFS. */
  readonly receiveBytes: number
  /** Memberships of groups, of all its sockets together; ENOBUFS. */
  readonly memberships: number
  /** Calls that are not answered yet, those that wait included. The other end keeps to it; who does not is cut off. */
  readonly calls: number
  /** Bytes of one call: what it sends, or the room of its buffers beyond which nothing is received; EMSGSIZE. */
  readonly callBytes: number
  /** Bytes under way in each direction. Calls wait for their turn; callbacks lose messages. */
  readonly bytesInFlight: number
  /** Bytes of the rings of all its shared sockets together; ENOBUFS. */
  readonly ringBytes: number
  /** Registered connector callbacks; -ENOMEM. */
  readonly callbacks: number
  /** Messages to callbacks that the other end has not confirmed; more are lost, and the loss is told. */
  readonly callbackMessages: number
}

/** Whom the kernel sees at the other end of a port, and what that one may do. */
export interface ServeOptions extends Pick<SpawnOptions, 'pid' | 'gid' | 'comm' | 'netns'> {
  /** 65534, nobody, by default. */
  readonly uid?: number
  /** Capabilities: none by default, whatever the uid is. */
  readonly caps?: 'all' | readonly string[]
  readonly limits?: Partial<ServeLimits>
  /**
   * Whether it may register connector callbacks and send as the kernel does. By default if it has CAP_SYS_MODULE, as on Linux whoever
   * loads a module.
   */
  readonly callbacks?: boolean
  /**
   * Milliseconds of real time: who has been silent so long is asked, and who has not answered as much later is gone. 0 never asks. By
   * default nobody is asked whose end the host tells: by the port (Node), or by a lock that the other end holds (browsers, where page and
   * worker are of one origin); others every 30000.
   */
  readonly heartbeat?: number
  /** Is told what functions of this side threw during a call of the other. By default the host's reportError(), or console.error(). */
  readonly onError?: (error: unknown) => void
}

/**
 * Why a connection has ended: `closed` by the other end, `gone` without a word (a killed tab, a terminated worker, no heartbeat), `served`:
 * by the serving end itself, `protocol`: the other end sent what no connect() sends.
 */
export type EndReason = 'closed' | 'gone' | 'served' | 'protocol'

/** One served port. */
export interface Served {
  /** The task that the other end is. */
  readonly task: Task
  /** Resolves when the connection has ended, and its task, sockets and callbacks are gone. */
  readonly ended: Promise<EndReason>
  /** What the other end did wrong, for `protocol`. */
  readonly violation: string | undefined
  /** What it has at the moment, of each that is limited. */
  readonly usage: ServeLimits
  close(): void
  [Symbol.dispose](): void
}

/** What a call may be told beside its arguments. */
export interface CallOptions {
  /** Whether it waits where it would say EAGAIN, within SO_RCVTIMEO and SO_SNDTIMEO; false by default. */
  readonly wait?: boolean
  /** Takes the call back. Rejects with the signal's reason if the call has not been made, else the call ends as it ends. */
  readonly signal?: AbortSignal
}

export interface ConnectOptions {
  /** Gives up waiting for the serving end. */
  readonly signal?: AbortSignal
  /** Calls that may stand in line at this end, with their bytes, when all that may be under way are; EAGAIN. 1024 by default. */
  readonly maxQueued?: number
  /**
   * Milliseconds of real time: a call of a shared socket that blocks its thread is ECONNRESET when the kernel's worker has given no sign
   * of life for so long. 0 never gives up; 60000 by default. A thread that does not block hears of it as of any end.
   */
  readonly silence?: number
  /** Is told what callbacks threw; by default nobody catches it, as with any listener of the host. */
  readonly onError?: (error: unknown) => void
}

/** A kernel behind a port: one task of it. */
export interface RemoteKernel {
  /** The ids of the task. */
  readonly pid: number
  readonly uid: number
  readonly gid: number
  /** What the serving end allows. */
  readonly limits: ServeLimits
  readonly closed: boolean
  /** Resolves when the connection has ended, with the reason as the serving end has it, `gone` if it went without a word. */
  readonly ended: Promise<EndReason>
  /** A socket of the task. SystemError as task.socket() has it, EMFILE, ENOBUFS. */
  socket(family: number, type: number, protocol: number): Promise<RemoteSocket>
  /** 0, -EPERM without the right to, -ENOMEM, or what the kernel says. `onOverrun` is told how many messages it lost. */
  cn_add_callback(
    id: CbId,
    name: string,
    callback: CnCallback,
    options?: { onOverrun?: (lost: number) => void },
  ): Promise<number>
  /** 0; -EPERM without the right to, -ENOENT for an id that this connection has not registered. */
  cn_del_callback(id: CbId): Promise<number>
  /** As the kernel's own; -EPERM without the right to. */
  cn_netlink_send(msg: CnMsgInit, group: number, gfp_mask: number): Promise<number>
  cn_netlink_send(msg: CnMsgInit, portid: number, group: number, gfp_mask: number): Promise<number>
  cn_netlink_send_mult(msg: CnMsgInit, len: number, portid: number, group: number, gfp_mask: number): Promise<number>
  /** Ends the connection: sockets are closed, callbacks are unregistered, calls that wait reject with ECONNRESET. */
  close(): void
  [Symbol.dispose](): void
}

/**
 * A socket of a kernel behind a port: the socket interface with promises. Calls are made in the order in which they are called. Failures
 * reject with SystemError, ECONNRESET once the connection has ended; wrong types with TypeError or RangeError.
 */
export interface RemoteSocket {
  readonly closed: boolean
  bind(addr: Address | null, addrlen?: number): Promise<void>
  connect(addr: Address | null, addrlen?: number): Promise<void>
  getsockname(): Promise<SockaddrNl>
  getsockname(room: Uint8Array, addrlen?: number): Promise<number>
  getpeername(): Promise<SockaddrNl>
  getpeername(room: Uint8Array, addrlen?: number): Promise<number>
  send(data: Uint8Array, flags?: number, options?: CallOptions): Promise<number>
  sendto(
    data: Uint8Array,
    flags: number,
    addr: Address | null,
    addrlen?: number,
    options?: CallOptions,
  ): Promise<number>
  sendmsg(msg: Msghdr, flags?: number, options?: CallOptions): Promise<number>
  write(data: Uint8Array, options?: CallOptions): Promise<number>
  recv(buffer: Uint8Array, flags?: number, options?: CallOptions): Promise<number>
  recvfrom(
    buffer: Uint8Array,
    flags?: number,
    addrlen?: number,
    options?: CallOptions,
  ): Promise<{ n: number; addr: SockaddrNl; addrlen: number }>
  read(buffer: Uint8Array, options?: CallOptions): Promise<number>
  recvmsg(
    msg: { iov: readonly Uint8Array[]; controllen?: number; namelen?: number },
    flags?: number,
    options?: CallOptions,
  ): Promise<ReceivedMsg>
  /**
   * Waits for a datagram and gives it with those behind it, `most` at most (64 by default), fewer if they are large: one journey for all
   * of them. ENOBUFS for a loss.
   */
  receive(options?: { most?: number; signal?: AbortSignal }): Promise<Datagram[]>
  setsockopt(level: number, name: number, value: number | Uint8Array | SockFprog | null, len?: number): Promise<void>
  getsockopt(level: number, name: number, len?: number): Promise<number | Uint8Array>
  getsockopt(level: number, name: number, buffer: Uint8Array, len?: number): Promise<number>
  poll(events: number): Promise<number>
  ioctl(request: number, value?: number): Promise<number>
  shutdown(how: number): Promise<void>
  listen(backlog: number): Promise<void>
  accept(): Promise<never>
  /**
   * Rings for this socket in memory that both threads see: from then on its messages need no port. What it receives is in the ring. `bytes`
   * of each ring: a power of two from 4096 to 67108864, 131072 by default. ENOBUFS beyond the limit, EEXIST if it has rings. Rejects with an
   * Error that says why where memory cannot be shared.
   */
  share(options?: { bytes?: number }): Promise<SharedSocket>
  close(): Promise<void>
  readable(options?: { signal?: AbortSignal }): Promise<void>
  /** Each datagram, as the loop of a socket has it: a loss throws ENOBUFS once and ends the loop, close() ends it. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram>
  [Symbol.asyncDispose](): Promise<void>
}

/** Whom a datagram is for: port 0, the kernel, and no groups by default. */
export type Destination = Partial<Pick<SockaddrNl, 'nl_pid' | 'nl_groups'>>

/**
 * A socket whose messages go through memory that is shared with the kernel's worker: calls are synchronous, and may really block in a
 * worker. Its name and options are those of the RemoteSocket, with which it is closed.
 *
 * The kernel looks at what was sent later than the call: what it refuses (ECONNREFUSED, EPERM, ...) the next call of the socket says, once,
 * the newest if there are several, and `failures` counts them. A message for somebody whose socket is full stays in the ring until there is
 * room. ECONNRESET once the connection has ended, EBADF once the socket is closed.
 */
export interface SharedSocket {
  /** Bytes of each ring. A message has half as many less 16 at most, and `limits.callBytes`: EMSGSIZE; a longer one is received cut. */
  readonly bytes: number
  /** How many messages the kernel has refused, and those of functions that threw. */
  readonly failures: number
  readonly closed: boolean
  /** Who sent what was received last. */
  readonly sender: SockaddrNl
  /** How many bytes that had when it was sent: more than were received if the buffer was too short. */
  readonly length: number
  /** Writes a datagram, to the peer of connect() or to `to`: its length. EAGAIN if the ring is full. */
  send(data: Uint8Array, to?: Destination): number
  /** The same, and nothing is thrown: -EAGAIN, ... */
  trySend(data: Uint8Array, to?: Destination): number
  /** The same, and blocks this thread for room, so many milliseconds at most (for ever by default). TypeError in a page's own thread. */
  sendWait(data: Uint8Array, milliseconds?: number, to?: Destination): number
  /** Takes the next datagram: how many bytes of it are in the buffer. EAGAIN if there is none, ENOBUFS for a loss in its place. */
  recv(buffer: Uint8Array): number
  /** The same, and nothing is thrown: -EAGAIN, -ENOBUFS, ... */
  tryRecv(buffer: Uint8Array): number
  /** The same, and blocks this thread for a datagram, so many milliseconds at most (for ever by default): EAGAIN. */
  recvWait(buffer: Uint8Array, milliseconds?: number): number
  /** Resolves when recv() would not say EAGAIN. */
  readable(options?: { signal?: AbortSignal }): Promise<void>
  /** Resolves when send() of a datagram of `bytes` bytes would not say EAGAIN; 0 by default. */
  writable(bytes?: number, options?: { signal?: AbortSignal }): Promise<void>
}

/**
 * What moves the messages of all rings of a kernel. The event loop of the kernel's worker does it by itself; a worker that has a loop of its
 * own calls it there.
 */
export interface RingPump {
  /**
   * Moves messages, each ring's in its turn: `most` at most, those of one quantum each by default. With nothing to move it blocks this
   * thread up to `milliseconds`, in which no port is heard and no timer runs. How many messages were moved.
   */
  turn(most?: number, milliseconds?: number): number
}
