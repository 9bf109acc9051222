// Calls of libc that make processes, give them namespaces and ids, and end them.

import { closeSync, openSync, writeFileSync } from 'node:fs'
import type { Pointer } from '../../host/koffi.js'
import type { Libc } from '../../host/libc.js'
import { EEXIST, EINTR } from '../../uapi/index.js'
import { check, SystemError } from '../../user/errors.js'

interface ProcessCalls {
  fork(): number
  madvise(address: bigint, length: bigint, advice: number): number
  waitpid(pid: number, status: Pointer, options: number): number
  setns(fd: number, kind: number): number
  setgroups(count: number, groups: Pointer): number
  setrlimit(resource: number, limits: Pointer): number
  _exit(code: number): never
}

const CALLS: Readonly<Record<keyof ProcessCalls, string>> = {
  fork: 'int fork()',
  madvise: 'int madvise(uint64_t, uint64_t, int)',
  waitpid: 'int waitpid(int, void *, int)',
  setns: 'int setns(int, int)',
  setgroups: 'int setgroups(size_t, void *)',
  setrlimit: 'int setrlimit(int, void *)',
  _exit: 'void _exit(int)',
}

export const CLONE_NEWPID = 0x20000000
export const CLONE_NEWNET = 0x40000000
const PR_SET_KEEPCAPS = 8
const RLIMIT_CORE = 4
const SIGKILL = 9
const EVERYBODY = -1
const MADV_DOFORK = 11
/** All addresses of a process but the lowest page. */
const LOWEST = 0x1000n
const ALL = 0x7fff_ffff_0000n
const OWN_NETWORK = '/proc/thread-self/ns/net'
const LAST_PID = '/proc/sys/kernel/ns_last_pid'

export class Processes {
  readonly libc: Libc
  readonly #call: ProcessCalls

  constructor(libc: Libc) {
    this.libc = libc
    this.#call = libc.declare<ProcessCalls>(CALLS)
  }

  #check(returned: number, syscall: string): number {
    return check(this.libc.result(returned), syscall)
  }

  /**
   * Runs `child` in a new process, which ends with it; gives that process's id. V8 asks that its heap be left out of forks: that is
   * taken back first. The child has this thread only: it must not wait for anything asynchronous.
   */
  fork(child: () => void): number {
    this.#call.madvise(LOWEST, ALL, MADV_DOFORK)
    const pid = this.#check(this.#call.fork(), 'fork')
    if (pid !== 0) return pid
    try {
      child()
    } finally {
      this.exit(1)
    }
  }

  exit(code: number): never {
    return this.#call._exit(code)
  }

  /** The next process of this pid namespace gets this id, if nobody has it. */
  setNextPid(pid: number): void {
    writeFileSync(LAST_PID, String(pid - 1))
  }

  /** The same; the child has this id. @throws SystemError EEXIST if the id is taken */
  forkAs(pid: number, child: () => void): void {
    this.setNextPid(pid)
    const got = this.fork(child)
    if (got === pid) return
    this.libc.call.kill(got, SIGKILL)
    this.reap(got)
    throw new SystemError(-EEXIST, 'fork')
  }

  /** Waits for the end of a child. */
  reap(pid: number): void {
    while (this.libc.result(this.#call.waitpid(pid, null, 0)) === -EINTR);
  }

  /** Ends every process that this one, the first of its pid namespace, is the ancestor of. */
  endAll(): void {
    this.libc.call.kill(EVERYBODY, SIGKILL)
    while (this.libc.result(this.#call.waitpid(EVERYBODY, null, 0)) > 0);
  }

  unshare(flags: number): void {
    this.#check(this.libc.call.unshare(flags), 'unshare')
  }

  /** A new network namespace for this process, and one for each name, as descriptors. */
  newNetworks(names: readonly string[]): Map<string, number> {
    this.unshare(CLONE_NEWNET)
    const home = openSync(OWN_NETWORK, 'r')
    const others = new Map<string, number>()
    for (const name of names) {
      this.unshare(CLONE_NEWNET)
      others.set(name, openSync(OWN_NETWORK, 'r'))
    }
    this.enterNetwork(home)
    closeSync(home)
    return others
  }

  enterNetwork(fd: number): void {
    this.#check(this.#call.setns(fd, CLONE_NEWNET), 'setns')
  }

  /** Becomes this user, and keeps what capabilities it may have; those that it uses are the task's business. */
  becomeUser(uid: number, gid: number): void {
    const { libc } = this
    this.#check(libc.call.prctl(PR_SET_KEEPCAPS, 1n, 0, 0, 0), 'prctl')
    this.#check(this.#call.setgroups(0, null), 'setgroups')
    this.#check(libc.call.setresgid(gid, gid, gid), 'setresgid')
    this.#check(libc.call.setresuid(uid, uid, uid), 'setresuid')
  }

  forbidCoreDumps(): void {
    this.#check(this.#call.setrlimit(RLIMIT_CORE, new Uint8Array(16)), 'setrlimit')
  }
}
