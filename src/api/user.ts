// The user side: tasks and their sockets.

import type { SockaddrNl } from '../uapi/index.js'

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

/**
 * A message where it lies, in the kernel's memory mostly. It and its arrays are valid until the call that ends it; later they show whatever lies
 * there by then.
 */
export interface MessageView {
  readonly bytes: Uint8Array
  /** The same bytes as little-endian u32, the last one padded with zeros. */
  readonly words: Uint32Array
  /** Bytes. */
  readonly length: number
}

/** What a failed call of a socket throws: the fields of SystemError. */
export interface Failure extends Error {
  readonly name: 'SystemError'
  /** The errno's name. */
  readonly code: string
  /** Its number, below zero. */
  readonly errno: number
  readonly syscall: string
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
  /**
   * A message of `length` bytes, all zeros, to be written in place and sent by commit(). It is this socket's until then, whatever is sent in
   * between; a second reserve() gives the first back, and so do close() and a rewind. The kernel is asked nothing, and knows nothing of it.
   *
   * @returns the view, valid until commit() has sent it
   * @throws SystemError EBADF; TypeError, RangeError for what is no u32, or more than the host has
   */
  reserve(length: number): MessageView
  /**
   * Sends the reserved message to the peer, or its first `length` bytes, as send() does: with the credentials that the task has now, from a
   * port that the socket is given if it has none. After an error, EAGAIN of a full receiver too, it is still reserved, and the view is valid: it can be committed again.
   *
   * @returns how many bytes were sent
   * @throws Error if nothing is reserved; RangeError if `length` is more than what is; SystemError as send()
   */
  commit(length?: number, flags?: number): number
  /**
   * The next message, to be read in place, not to be written: others may have the same one. It stays in the queue until release(); called
   * again, it gives the same. Where recv() throws EAGAIN it gives null, at no cost, so a loop can drain a socket by it.
   *
   * @returns the view, valid until release() or the next message that peek() gives, even if another receive takes it or the
   * queue is emptied; or null
   * @throws SystemError for a pending error as recv() does, which takes it: ENOBUFS after a loss. ENOBUFS, too, if the machine has no
   * memory left for a socket's first peek(): then nothing is lost
   */
  peek(): MessageView | null
  /**
   * Takes the peeked message off the queue as recv() does, with all that follows: room for senders, the end of a congestion, the next
   * part of a dump. If another receive has taken it meanwhile, nothing more is taken.
   *
   * @throws Error if nothing is peeked
   */
  release(): void
  /**
   * Takes what is queued, and has a function called for each message, where it lies: a loop of peek() and release(), in less than half its
   * time where many messages are queued (for a single one it takes a little more). Up to 64 messages are taken off the queue at once, as
   * recvmmsg(2) takes them, and handed over one after the other; then what has come meanwhile. A listener that throws ends it: the rest of
   * those 64 is handed over, then the call throws. One that closes the socket ends it at once. Until it is over the kernel is busy, as within
   * a callback: it cannot be halted, no snapshot can be taken, and listeners of onMessage() wait.
   *
   * @param listener gets the message where it lies, not to be written, valid until it returns
   * @param most how many messages at most, 0 to 2^30 - 1; without it all, and what comes meanwhile
   * @returns how many messages the listener was handed; 0 of an empty queue
   * @throws SystemError EBADF; a pending error as recv() does, which takes it: ENOBUFS after a loss, before all that is queued, or behind
   * those that were taken before it came. TypeError, RangeError for other arguments, and for more than 64 drains within each other. What
   * the listener threw, several in one AggregateError
   */
  drain(listener: (message: MessageView) => void, most?: number): number
  /**
   * Has a function called for each message that comes, at the end of the outermost call that brought it, before that returns: the queue keeps
   * nothing. Messages come in the order in which they were sent, those of a group first to who became a member last. All members with a listener
   * (the first 1023, then the next) have taken a message before the first listener runs. What was queued before comes at once. A listener may do what it likes with this
   * socket and others; what it sends is pushed when the running listeners are through. What listeners throw surfaces at the outermost call
   * as errors of callbacks do.
   *
   * @param listener gets the message where it lies, not to be written, valid until it returns
   * @param onError gets what recv() would throw, ENOBUFS after a loss; without it the outermost call throws that
   * @returns what ends it; close() does, too. Snapshots have listeners; a machine restored elsewhere has not, `unbound` lists them
   * @throws SystemError EBADF, EBUSY if the socket has a listener, ENOBUFS without memory; TypeError for what is no function; what the
   * listener throws of what was queued, or the pending error without onError: in each case there is no listener
   */
  onMessage(listener: (message: MessageView) => void, onError?: (error: Failure) => void): Disposable
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
  /**
   * Resolves when a receive would not say EAGAIN. Rejects with the signal's reason, EBADF if the socket is closed, ECANCELED when time goes
   * back, and EAGAIN when SO_RCVTIMEO is over.
   */
  readable(options?: { signal?: AbortSignal }): Promise<void>
  /** Each datagram as a copy. A loss throws ENOBUFS once and ends the loop; a new loop goes on with what is queued. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram>
  [Symbol.dispose](): void
}

/** A classic socket filter, struct sock_fprog: instructions of code, jt, jf, k. */
export interface SockFprog {
  readonly filter: ReadonlyArray<readonly [code: number, jt: number, jf: number, k: number]>
}
