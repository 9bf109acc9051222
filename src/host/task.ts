// The running process as a task. What only a kernel can do to it is EOPNOTSUPP here: Node cannot be forked, nor be another program.

import type { Socket, Task } from '../api.js'
import { AF_NETLINK, EAFNOSUPPORT, EINVAL, EOPNOTSUPP, i32, SOCK_CLOEXEC, SOCK_NONBLOCK, u32 } from '../uapi/index.js'
import { asText } from '../user/arguments.js'
import { check, SystemError } from '../user/errors.js'
import { setEffective } from './capabilities.js'
import type { Libc } from './libc.js'
import { Memory } from './memory.js'
import { HostSocket } from './socket.js'

const PR_SET_NAME = 15
const PR_GET_NAME = 16
const COMM_BYTES = 16
const PAIR_BYTES = 8
/** As many as the machine has. */
const CPUS = 32

export class HostTask implements Task {
  readonly #libc: Libc
  readonly #memory: Memory
  /** The id of the thread that made this object: in a worker it is not that of the process. */
  readonly pid: number
  readonly tgid: number
  /** Who could ask otherwise? */
  readonly alive = true

  constructor(libc: Libc) {
    this.#libc = libc
    this.#memory = new Memory(libc.koffi)
    this.pid = libc.threadId()
    this.tgid = libc.call.getpid()
  }

  #check(returned: number, syscall: string): number {
    return check(this.#libc.result(returned), syscall)
  }

  /** The thread's name, as `/proc/self/comm` has it. */
  get comm(): string {
    const name = new Uint8Array(COMM_BYTES)
    this.#check(this.#libc.call.prctl(PR_GET_NAME, name, 0, 0, 0), 'prctl')
    const end = name.indexOf(0)
    return new TextDecoder().decode(name.subarray(0, end < 0 ? COMM_BYTES : end))
  }

  /** A socket of another family than AF_NETLINK is EAFNOSUPPORT, as in the machine, if Linux has nothing else against it. */
  socket(family: number, type: number, protocol: number): Socket {
    const kind = u32(type, 'type') | SOCK_NONBLOCK | SOCK_CLOEXEC
    const fd = this.#check(this.#libc.call.socket(i32(family, 'family'), kind | 0, i32(protocol, 'protocol')), 'socket')
    if (family === AF_NETLINK) return new HostSocket(this.#libc, this.#memory, fd)
    this.#libc.call.close(fd)
    throw new SystemError(-EAFNOSUPPORT, 'socket')
  }

  socketpair(family: number, type: number, protocol: number): never {
    const pair = new Uint8Array(PAIR_BYTES)
    const kind = u32(type, 'type') | SOCK_CLOEXEC
    const { call } = this.#libc
    this.#check(call.socketpair(i32(family, 'family'), kind | 0, i32(protocol, 'protocol'), pair), 'socketpair')
    for (const fd of new Int32Array(pair.buffer)) call.close(fd)
    throw new SystemError(-EOPNOTSUPP, 'socketpair')
  }

  fork(): never {
    throw new SystemError(-EOPNOTSUPP, 'fork')
  }

  thread(): never {
    throw new SystemError(-EOPNOTSUPP, 'clone')
  }

  exec(): never {
    throw new SystemError(-EOPNOTSUPP, 'execve')
  }

  ptrace(): never {
    throw new SystemError(-EOPNOTSUPP, 'ptrace')
  }

  /** CLONE_NEWNET is for the sockets that this thread opens from now on; CLONE_NEWPID for the children of the process. */
  unshare(flags: number): void {
    this.#check(this.#libc.call.unshare(u32(flags, 'flags') | 0), 'unshare')
  }

  sched_setaffinity(cpu: number): void {
    const number = i32(cpu, 'cpu')
    if (number < 0 || number >= CPUS) throw new SystemError(-EINVAL, 'sched_setaffinity')
    const mask = new Uint8Array(CPUS / 8)
    new DataView(mask.buffer).setUint32(0, 2 ** number, true)
    this.#check(this.#libc.call.sched_setaffinity(0, mask.length, mask), 'sched_setaffinity')
  }

  setcomm(comm: string): void {
    const name = new Uint8Array(COMM_BYTES)
    new TextEncoder().encodeInto(asText(comm, 'comm'), name.subarray(0, COMM_BYTES - 1))
    this.#check(this.#libc.call.prctl(PR_SET_NAME, name, 0, 0, 0), 'prctl')
  }

  /** Ends the process, as process.exit() does. */
  exit(code = 0): never {
    return process.exit(i32(code, 'code'))
  }

  /** Sends the signal to the own process. */
  kill(signal: number): void {
    const number = i32(signal, 'signal')
    this.#check(this.#libc.call.kill(this.tgid, number), 'kill')
  }

  setresuid(ruid: number, euid: number, suid: number): void {
    const ids = [u32(ruid, 'ruid'), u32(euid, 'euid'), u32(suid, 'suid')] as const
    this.#check(this.#libc.call.setresuid(...ids), 'setresuid')
  }

  setresgid(rgid: number, egid: number, sgid: number): void {
    const ids = [u32(rgid, 'rgid'), u32(egid, 'egid'), u32(sgid, 'sgid')] as const
    this.#check(this.#libc.call.setresgid(...ids), 'setresgid')
  }

  setsid(): number {
    return this.#check(this.#libc.call.setsid(), 'setsid')
  }

  /** Sets the effective capabilities of this thread; Linux keeps them by thread. EPERM for one that is not permitted. */
  setcaps(caps: 'all' | readonly string[]): void {
    check(setEffective(this.#libc, caps), 'capset')
  }
}
