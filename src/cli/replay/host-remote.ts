// Tasks and sockets of the helper processes, with the interface of the ones here: each call is made over there.

import type { Datagram, MessageView, ReceivedMsg, Socket, Task } from '../../index.js'
import type { SockaddrNl } from '../../uapi/index.js'
import { CopiedInPlace } from '../../user/in-place-copied.js'
import { WaitingListener } from '../../user/waiting-listener.js'
import type { HostLink } from './host-link.js'
import { CLONE_NEWPID } from './host-processes.js'
import { buffersOf } from './host-worker.js'

type SocketMethod = {
  [K in string & keyof Socket]: Socket[K] extends (...args: never[]) => unknown ? K : never
}[string & keyof Socket]

/** Gives out the channels that tasks answer on. */
export interface Slots {
  next(): number
}

export class RemoteTask implements Task {
  readonly #link: HostLink
  readonly #slots: Slots
  readonly #slot: number
  readonly #parent: RemoteTask | undefined
  readonly pid: number
  /** The id by which the parent knows it: another one if it is the first of a pid namespace. */
  readonly #processId: number
  #alive = true
  #sockets = 0
  #childrenElsewhere = false

  constructor(
    link: HostLink,
    slots: Slots,
    slot: number,
    ids: { pid: number; processId?: number },
    parent?: RemoteTask,
  ) {
    this.#link = link
    this.#slots = slots
    this.#slot = slot
    this.pid = ids.pid
    this.#processId = ids.processId ?? ids.pid
    this.#parent = parent
  }

  get tgid(): number {
    return this.pid
  }

  get alive(): boolean {
    return this.#alive
  }

  get comm(): string {
    return String(this.#link.task(this.#slot, { op: 'comm' }))
  }

  socket(family: number, type: number, protocol: number): Socket {
    const id = ++this.#sockets
    this.#link.task(this.#slot, { op: 'socket', id, args: [family, type, protocol] })
    return new RemoteSocket(this.#link, this.#slot, id)
  }

  socketpair(family: number, type: number, protocol: number): never {
    this.#call('socketpair', family, type, protocol)
    throw new Error('a pair of netlink sockets was made')
  }

  #call(method: string & keyof Task, ...args: readonly unknown[]): unknown {
    return this.#link.task(this.#slot, { op: 'onTask', method, args })
  }

  fork(options: { pid?: number } = {}): RemoteTask {
    const slot = this.#slots.next()
    if (options.pid !== undefined && !this.#childrenElsewhere) this.#link.control({ op: 'nextPid', pid: options.pid })
    const processId = Number(this.#link.task(this.#slot, { op: 'fork', slot }))
    const pid = Number(this.#link.ready(slot))
    const child = new RemoteTask(this.#link, this.#slots, slot, { pid, processId }, this)
    if (options.pid === undefined || options.pid === pid) return child
    throw new Error(`the child has the process id ${pid}, not ${options.pid}`)
  }

  thread(): never {
    throw new Error('the host backend starts no threads')
  }

  exec(): never {
    throw new Error('the host backend starts no programs')
  }

  ptrace(): never {
    throw new Error('the host backend traces nobody')
  }

  unshare(flags: number): void {
    this.#call('unshare', flags)
    if (flags & CLONE_NEWPID) this.#childrenElsewhere = true
  }

  sched_setaffinity(cpu: number): void {
    this.#call('sched_setaffinity', cpu)
  }

  setcomm(comm: string): void {
    this.#call('setcomm', comm)
  }

  exit(code = 0): void {
    this.#link.end(this.#slot, { op: 'exit', code })
    this.#reap()
  }

  kill(signal: number): void {
    this.#link.end(this.#slot, { op: 'kill', signal })
    this.#reap()
  }

  /** Who waits for it is its parent, or the first process once that is gone. */
  #reap(): void {
    this.#alive = false
    const request = { op: 'reap', pid: this.#processId } as const
    if (this.#parent?.alive) this.#link.task(this.#parent.#slot, request)
    else this.#link.control(request)
  }

  setresuid(ruid: number, euid: number, suid: number): void {
    this.#call('setresuid', ruid, euid, suid)
  }

  setresgid(rgid: number, egid: number, sgid: number): void {
    this.#call('setresgid', rgid, egid, sgid)
  }

  setsid(): number {
    return Number(this.#call('setsid'))
  }

  setcaps(caps: 'all' | readonly string[]): void {
    this.#call('setcaps', caps)
  }

  /** /proc/net/netlink as it sees it. */
  netlinkTable(): string {
    return String(this.#link.task(this.#slot, { op: 'netlinkTable' }))
  }
}

export class RemoteSocket implements Socket {
  readonly #link: HostLink
  readonly #slot: number
  readonly #id: number
  readonly #inPlace = new CopiedInPlace(this)
  closed = false

  constructor(link: HostLink, slot: number, id: number) {
    this.#link = link
    this.#slot = slot
    this.#id = id
  }

  /** The result is what the same method gave over there. */
  #call<M extends SocketMethod>(method: M, ...args: readonly unknown[]): ReturnType<Socket[M]> {
    const request = { op: 'onSocket', id: this.#id, method, args } as const
    return this.#link.task(this.#slot, request, buffersOf(args)) as ReturnType<Socket[M]>
  }

  bind(...args: Parameters<Socket['bind']>): void {
    this.#call('bind', ...args)
  }

  connect(...args: Parameters<Socket['connect']>): void {
    this.#call('connect', ...args)
  }

  getsockname(): SockaddrNl
  getsockname(room: Uint8Array, addrlen?: number): number
  getsockname(...args: readonly unknown[]): SockaddrNl | number {
    return this.#call('getsockname', ...args)
  }

  getpeername(): SockaddrNl
  getpeername(room: Uint8Array, addrlen?: number): number
  getpeername(...args: readonly unknown[]): SockaddrNl | number {
    return this.#call('getpeername', ...args)
  }

  send(...args: Parameters<Socket['send']>): number {
    return this.#call('send', ...args)
  }

  sendto(...args: Parameters<Socket['sendto']>): number {
    return this.#call('sendto', ...args)
  }

  sendmsg(...args: Parameters<Socket['sendmsg']>): number {
    return this.#call('sendmsg', ...args)
  }

  write(...args: Parameters<Socket['write']>): number {
    return this.#call('write', ...args)
  }

  recv(...args: Parameters<Socket['recv']>): number {
    return this.#call('recv', ...args)
  }

  recvfrom(...args: Parameters<Socket['recvfrom']>): ReturnType<Socket['recvfrom']> {
    return this.#call('recvfrom', ...args)
  }

  read(...args: Parameters<Socket['read']>): number {
    return this.#call('read', ...args)
  }

  recvmsg(...args: Parameters<Socket['recvmsg']>): ReceivedMsg {
    return this.#call('recvmsg', ...args)
  }

  // ---- in place: copies

  reserve(length: number): MessageView {
    return this.#inPlace.reserve(length)
  }

  commit(length?: number, flags = 0): number {
    return this.#inPlace.commit(length, flags)
  }

  peek(): MessageView | null {
    return this.#inPlace.peek()
  }

  release(): void {
    this.#inPlace.release()
  }

  drain(...given: Parameters<Socket['drain']>): number {
    return this.#inPlace.drain(...given)
  }

  onMessage(...given: Parameters<Socket['onMessage']>): Disposable {
    return new WaitingListener(this, ...given)
  }

  setsockopt(...args: Parameters<Socket['setsockopt']>): void {
    this.#call('setsockopt', ...args)
  }

  getsockopt(level: number, name: number, len?: number): number | Uint8Array
  getsockopt(level: number, name: number, buffer: Uint8Array, len?: number): number
  getsockopt(...args: readonly unknown[]): number | Uint8Array {
    return this.#call('getsockopt', ...args)
  }

  poll(events: number): number {
    return this.#call('poll', events)
  }

  ioctl(...args: Parameters<Socket['ioctl']>): number {
    return this.#call('ioctl', ...args)
  }

  shutdown(how: number): void {
    this.#call('shutdown', how)
  }

  listen(backlog: number): void {
    this.#call('listen', backlog)
  }

  accept(): never {
    this.#call('accept')
    throw new Error('a netlink socket has accepted a connection')
  }

  close(): void {
    this.#call('close')
    this.closed = true
  }

  [Symbol.dispose](): void {
    if (!this.closed) this.close()
  }

  /** Scenarios never wait. */
  readable(): Promise<void> {
    return Promise.reject(new Error('sockets of helper processes cannot be waited for'))
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram> {
    throw new Error('sockets of helper processes cannot be waited for')
  }
}
