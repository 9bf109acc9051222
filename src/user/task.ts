// A task: who opens sockets, and with which rights.

import type { Socket as SocketInterface, SpawnOptions, Task as TaskInterface } from '../api.js'
import { LAYOUT, type Machine } from '../machine/index.js'
import { capabilityWords, EINVAL, EOPNOTSUPP, ESRCH, i32, u32 } from '../uapi/index.js'
import { asInteger, asName, asOptions, asText } from './arguments.js'
import { check, SystemError } from './errors.js'
import { OpenSockets } from './open-sockets.js'
import type { Socket } from './socket.js'
import type { Waiters } from './waiters.js'

/** Bytes of a task's name. */
export const COMM_BYTES = 15
const MAX_PID = 4194304
const LAST_SIGNAL = 64
/** Signals that end nobody: SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH as a mask of their numbers. */
const HARMLESS_SIGNALS = 0x10fe0000

/** What tasks of one machine share. */
export interface TaskWorld {
  readonly machine: Machine
  readonly waiters: Waiters
  /** Those that live, in the order of their birth. */
  readonly tasks: Set<Task>
}

/** What of a task goes back when time does: see task-history.ts. */
export interface TaskState {
  /** 0 when it has ended. */
  reference: number
  comm: string
  readonly sockets: OpenSockets
  readonly threads: Set<Task>
}

export class Task implements TaskInterface {
  readonly #world: TaskWorld
  readonly pid: number
  readonly tgid: number
  readonly #leader: Task | undefined
  readonly #state: TaskState

  /** The object for a task that the machine has made. */
  constructor(world: TaskWorld, reference: number, ids: { pid: number; tgid: number }, comm: string, leader?: Task) {
    this.#world = world
    this.#leader = leader
    this.#state = { reference, comm, sockets: new OpenSockets(world.machine, world.waiters), threads: new Set() }
    this.pid = ids.pid
    this.tgid = ids.tgid
    world.tasks.add(this)
    if (leader !== undefined) leader.#state.threads.add(this)
  }

  /** Whether something is a task of that machine. */
  static isOf(machine: Machine, task: unknown): task is Task {
    return task instanceof Task && task.#world.machine === machine
  }

  static stateOf(task: Task): TaskState {
    return task.#state
  }

  /** Makes a task from nothing, as the kernel does at boot. EAGAIN, EEXIST, ENOMEM, ENOSPC (namespaces). */
  static spawn(world: TaskWorld, options: SpawnOptions): Task {
    const { machine } = world
    asOptions(options, 'options', { pid: 1, uid: 1, gid: 1, caps: 1, comm: 1, netns: 1 })
    const comm = asText(options.comm ?? 'task', 'comm')
    const uid = u32(options.uid ?? 0, 'uid')
    const gid = u32(options.gid ?? uid, 'gid')
    const caps = capabilityWords(options.caps ?? (uid === 0 ? 'all' : []))
    const pid = checkPid(options.pid)
    const netns = options.netns === undefined ? 0 : namespaceNumber(machine, options.netns)
    const length = machine.transmitText(comm, COMM_BYTES)
    const task = machine.abi.task_spawn(pid, netns, uid, gid, caps.low, caps.high, length)
    return new Task(world, check(task, 'fork'), idsOf(machine), cut(comm))
  }

  // A process takes its threads along.
  #ended(): void {
    if (this.#leader !== undefined) this.#leader.#state.threads.delete(this)
    for (const thread of [...this.#state.threads]) thread.#ended()
    this.#world.tasks.delete(this)
    endState(this.#state)
  }

  /** Its open sockets, in the order in which they were opened. */
  sockets(): Socket[] {
    return this.#state.sockets.inOrder()
  }

  get comm(): string {
    return this.#state.comm
  }

  get alive(): boolean {
    return this.#state.reference !== 0 && (this.#leader?.alive ?? true)
  }

  get #machine(): Machine {
    return this.#world.machine
  }

  #living(syscall: string): number {
    if (!this.alive) throw new SystemError(-ESRCH, syscall)
    return this.#state.reference
  }

  socket(family: number, type: number, protocol: number): SocketInterface {
    return this.#open(family, type, protocol, 'socket')
  }

  #open(family: number, type: number, protocol: number, syscall: string): SocketInterface {
    const task = this.#living(syscall)
    const { machine } = this.#world
    const sock = machine.abi.socket(task, u32(family, 'family'), u32(type, 'type'), u32(protocol, 'protocol'))
    return (this.#leader ?? this).#state.sockets.add(check(sock, syscall), machine.listWord(0))
  }

  socketpair(family: number, type: number, protocol: number): never {
    // As Linux does it: the socket is made first, so that its errors come first.
    this.#open(family, type, protocol, 'socketpair').close()
    throw new SystemError(-EOPNOTSUPP, 'socketpair')
  }

  fork(options: { pid?: number } = {}): Task {
    const pid = checkPid(asOptions(options, 'options', { pid: 1 }).pid)
    const task = this.#living('fork')
    const child = this.#machine.abi.task_fork(task, pid, 0)
    return this.#born(child, 'fork')
  }

  thread(): Task {
    const thread = this.#machine.abi.task_fork(this.#living('clone'), 0, 1)
    return this.#born(thread, 'clone', this.#leader ?? this)
  }

  #born(result: number, syscall: string, leader?: Task): Task {
    const ids = idsOf(this.#machine)
    const task = new Task(this.#world, check(result, syscall), ids, this.comm, leader)
    // Its birth is a process event, for which somebody may wait.
    this.#machine.settle()
    return task
  }

  unshare(flags: number): void {
    check(this.#machine.abi.task_unshare(this.#living('unshare'), u32(flags, 'flags')), 'unshare')
  }

  ptrace(op: 'attach' | 'detach', child: TaskInterface): void {
    if (op !== 'attach' && op !== 'detach') throw new TypeError("op must be 'attach' or 'detach'")
    if (!(child instanceof Task) || child.#machine !== this.#machine)
      throw new TypeError('child must be a task of this kernel')
    const tracer = this.#living('ptrace')
    const { abi } = this.#machine
    const tracee = child.#living('ptrace')
    this.#settled(op === 'attach' ? abi.task_attach(tracer, tracee) : abi.task_detach(tracer, tracee), 'ptrace')
  }

  sched_setaffinity(cpu: number): void {
    const number = u32(cpu, 'cpu')
    const task = this.#living('sched_setaffinity')
    if (number >= LAYOUT.MAX_CPUS) throw new SystemError(-EINVAL, 'sched_setaffinity')
    this.#machine.abi.task_set_cpu(task, number)
  }

  exec(comm: string): void {
    const task = this.#living('execve')
    this.#machine.abi.task_exec(task, this.#nameLength(comm))
    this.#machine.settle()
  }

  setcomm(comm: string): void {
    const task = this.#living('prctl')
    this.#machine.abi.task_setcomm(task, this.#nameLength(comm))
    this.#machine.settle()
  }

  #nameLength(comm: string): number {
    this.#machine.expectCalls()
    this.#state.comm = cut(asText(comm, 'comm'))
    return this.#machine.transmitText(comm, COMM_BYTES)
  }

  exit(code = 0): void {
    const status = (i32(code, 'code') & 0xff) << 8
    const task = this.#living('exit')
    this.#machine.expectCalls()
    this.#ended()
    this.#machine.abi.task_exit(task, status)
    this.#machine.settle()
  }

  kill(signal: number): void {
    const number = i32(signal, 'signal')
    if (number < 0 || number > LAST_SIGNAL) throw new SystemError(-EINVAL, 'kill')
    const task = this.#living('kill')
    // A process that a signal ends takes its threads along, so a thread's signal goes to the process.
    if (this.#leader !== undefined) {
      this.#leader.kill(number)
      return
    }
    if (number === 0) return
    this.#machine.expectCalls()
    // Of a number above 31 no bit is left.
    if ((2 ** number) & HARMLESS_SIGNALS) return
    this.#ended()
    this.#machine.abi.task_kill(task, number)
    this.#machine.settle()
  }

  setresuid(ruid: number, euid: number, suid: number): void {
    const task = this.#living('setresuid')
    const { abi } = this.#machine
    this.#settled(abi.task_setresuid(task, u32(ruid, 'ruid'), u32(euid, 'euid'), u32(suid, 'suid')), 'setresuid')
  }

  setresgid(rgid: number, egid: number, sgid: number): void {
    const task = this.#living('setresgid')
    const { abi } = this.#machine
    this.#settled(abi.task_setresgid(task, u32(rgid, 'rgid'), u32(egid, 'egid'), u32(sgid, 'sgid')), 'setresgid')
  }

  setsid(): number {
    return this.#settled(this.#machine.abi.task_setsid(this.#living('setsid')), 'setsid')
  }

  #settled(result: number, syscall: string): number {
    this.#machine.settle()
    return check(result, syscall)
  }

  setcaps(caps: 'all' | readonly string[]): void {
    const { low, high } = capabilityWords(caps)
    check(this.#machine.abi.task_setcaps(this.#living('capset'), low, high), 'capset')
  }
}

/** A task has ended, or is not yet: what it opened is closed. */
export function endState(state: TaskState): void {
  state.reference = 0
  state.sockets.revokeAll()
  state.threads.clear()
}

function idsOf(machine: Machine): { pid: number; tgid: number } {
  return { pid: machine.listWord(0), tgid: machine.listWord(1) }
}

// What the machine keeps of a name: whole characters.
function cut(comm: string): string {
  const bytes = new Uint8Array(COMM_BYTES)
  const { written } = new TextEncoder().encodeInto(comm, bytes)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, written))
}

function checkPid(pid: number | undefined): number {
  if (pid === undefined) return 0
  return asInteger(pid, 'pid', 1, MAX_PID)
}

function namespaceNumber(machine: Machine, name: string): number {
  const length = machine.transmitText(asName(name, 'netns'), 255)
  return check(machine.abi.namespace_number(length), 'unshare')
}
