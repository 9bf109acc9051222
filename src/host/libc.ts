// The functions of libc that sockets need, and how their failures become -errno.

import type { Koffi, Library, Pointer } from './koffi.js'

/** As socket(2), bind(2), ... have them; a negative result means that errno says why. */
export interface SocketCalls {
  socket(family: number, type: number, protocol: number): number
  socketpair(family: number, type: number, protocol: number, pair: Pointer): number
  bind(fd: number, addr: Pointer, addrlen: number): number
  connect(fd: number, addr: Pointer, addrlen: number): number
  getsockname(fd: number, addr: Pointer, addrlen: Pointer): number
  getpeername(fd: number, addr: Pointer, addrlen: Pointer): number
  send(fd: number, data: Pointer, length: number, flags: number): number
  sendto(fd: number, data: Pointer, length: number, flags: number, addr: Pointer, addrlen: number): number
  sendmsg(fd: number, msg: Pointer, flags: number): number
  write(fd: number, data: Pointer, length: number): number
  recv(fd: number, buffer: Pointer, length: number, flags: number): number
  recvfrom(fd: number, buffer: Pointer, length: number, flags: number, addr: Pointer, addrlen: Pointer): number
  recvmsg(fd: number, msg: Pointer, flags: number): number
  read(fd: number, buffer: Pointer, length: number): number
  setsockopt(fd: number, level: number, name: number, value: Pointer, length: number): number
  getsockopt(fd: number, level: number, name: number, value: Pointer, length: Pointer): number
  poll(fds: Pointer, count: number, timeout: number): number
  ioctl(fd: number, request: number, value: Pointer): number
  shutdown(fd: number, how: number): number
  listen(fd: number, backlog: number): number
  accept(fd: number, addr: Pointer, addrlen: Pointer): number
  close(fd: number): number
}

const SOCKET_CALLS: Readonly<Record<keyof SocketCalls, string>> = {
  socket: 'int socket(int, int, int)',
  socketpair: 'int socketpair(int, int, int, void *)',
  bind: 'int bind(int, void *, int)',
  connect: 'int connect(int, void *, int)',
  getsockname: 'int getsockname(int, void *, void *)',
  getpeername: 'int getpeername(int, void *, void *)',
  send: 'int64_t send(int, void *, size_t, int)',
  sendto: 'int64_t sendto(int, void *, size_t, int, void *, int)',
  sendmsg: 'int64_t sendmsg(int, void *, int)',
  write: 'int64_t write(int, void *, size_t)',
  recv: 'int64_t recv(int, void *, size_t, int)',
  recvfrom: 'int64_t recvfrom(int, void *, size_t, int, void *, void *)',
  recvmsg: 'int64_t recvmsg(int, void *, int)',
  read: 'int64_t read(int, void *, size_t)',
  setsockopt: 'int setsockopt(int, int, int, void *, int)',
  getsockopt: 'int getsockopt(int, int, int, void *, void *)',
  poll: 'int poll(void *, unsigned long, int)',
  ioctl: 'int ioctl(int, unsigned long, void *)',
  shutdown: 'int shutdown(int, int)',
  listen: 'int listen(int, int)',
  accept: 'int accept(int, void *, void *)',
  close: 'int close(int)',
}

/** What a task asks about itself, and changes. */
export interface TaskCalls {
  getpid(): number
  setresuid(ruid: number, euid: number, suid: number): number
  setresgid(rgid: number, egid: number, sgid: number): number
  setsid(): number
  unshare(flags: number): number
  sched_setaffinity(pid: number, length: number, mask: Pointer): number
  kill(pid: number, signal: number): number
  prctl(option: number, a: Pointer, b: number, c: number, d: number): number
  capget(header: Pointer, data: Pointer): number
  capset(header: Pointer, data: Pointer): number
}

const TASK_CALLS: Readonly<Record<keyof TaskCalls, string>> = {
  getpid: 'int getpid()',
  setresuid: 'int setresuid(uint32_t, uint32_t, uint32_t)',
  setresgid: 'int setresgid(uint32_t, uint32_t, uint32_t)',
  setsid: 'int setsid()',
  unshare: 'int unshare(int)',
  sched_setaffinity: 'int sched_setaffinity(int, size_t, void *)',
  kill: 'int kill(int, int)',
  prctl: 'int prctl(int, void *, unsigned long, unsigned long, unsigned long)',
  capget: 'int capget(void *, void *)',
  capset: 'int capset(void *, void *)',
}

export class Libc {
  readonly koffi: Koffi
  readonly call: SocketCalls & TaskCalls
  readonly #library: Library

  constructor(koffi: Koffi) {
    this.koffi = koffi
    this.#library = koffi.load(null)
    this.call = this.declare<SocketCalls & TaskCalls>({ ...SOCKET_CALLS, ...TASK_CALLS })
  }

  /** Functions by name, each with its declaration in C. @throws Error if one of them does not exist */
  declare<T extends object>(declarations: Readonly<Record<keyof T, string>>): T {
    const entries = Object.entries<string>(declarations).map(([name, text]) => [name, this.#library.func(text)])
    return Object.fromEntries(entries) as T
  }

  /** The id of the thread that calls; glibc before 2.30 does not tell it, there it is that of the process. */
  threadId(): number {
    try {
      return this.declare<{ gettid(): number }>({ gettid: 'int gettid()' }).gettid()
    } catch {
      return this.call.getpid()
    }
  }

  /** What a call returned, or -errno. To be asked at once: the next call may change errno. */
  result(returned: number): number {
    return returned < 0 ? -this.koffi.errno() : returned
  }
}
