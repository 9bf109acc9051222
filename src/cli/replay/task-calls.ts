// Calls of tasks: what they are allowed, what they start, how they end; and the table of sockets that they see.

import type { Task } from '../../index.js'
import { SIGNALS } from '../../uapi/index.js'
import { type CallTable, call, OK } from './call.js'
import { caps, type Field, int, named, optional, text } from './fields.js'
import type { Json } from './json.js'
import type { Stage } from './stage.js'

/** linux/sched.h: the children that follow are in a new pid namespace. */
const CLONE_NEWPID = 0x20000000

function oneOf<T extends string>(...words: readonly T[]): Field<T> {
  return {
    read: (value, at) => words.find((word) => word === value) ?? at.fail(`must be one of ${words.join(', ')}`),
  }
}

const task = text

function fork(stage: Stage, args: { task: string; as: string; pid: number; pidns: 'new' | undefined }): Json {
  const parent = stage.task(args.task)
  if (args.pidns) parent.unshare(CLONE_NEWPID)
  stage.addTask(args.as, parent.fork({ pid: args.pid }))
  return OK
}

/** Ends a task: from now on its sockets are bad descriptors. */
function end(stage: Stage, name: string, how: (task: Task) => void): Json {
  how(stage.task(name))
  stage.forgetSocketsOf(name)
  return OK
}

/** The rows of /proc/net/netlink that are bound sockets of programs, by port; ports that have names last. */
function netlinkRows(stage: Stage, args: { task: string; protocol: number }): Json {
  const lines = stage.world.netlinkTable(stage.task(args.task)).split('\n').slice(1)
  const rows = lines
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => Number(cells[1]) === args.protocol && Number(cells[2]) !== 0)
    .map((cells) => {
      const [, , pid, groups, rmem, wmem, dump, , drops] = cells
      const symbol = stage.symbols.nameOf(Number(pid))
      return {
        pid: symbol === undefined ? Number(pid) : `$${symbol}`,
        groups: Number.parseInt(groups ?? '', 16),
        rmem: Number(rmem),
        wmem: Number(wmem),
        dump: Number(dump),
        drops: Number(drops),
      }
    })
  return { rows: rows.sort((a, b) => byPort(a.pid, b.pid)) }
}

function byPort(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === typeof b) return a < b ? -1 : 1
  return typeof a === 'number' ? -1 : 1
}

export const TASK_CALLS: CallTable = {
  socketpair: call({ task, family: int, type: int, protocol: int }, (stage, args) => {
    stage.task(args.task).socketpair(args.family, args.type, args.protocol)
    return OK
  }),
  setcaps: call({ task, caps }, (stage, args) => {
    stage.task(args.task).setcaps(args.caps)
    return OK
  }),
  setresuid: call({ task, ruid: int, euid: int, suid: int }, (stage, args) => {
    stage.byAllThreads(args.task, (one) => one.setresuid(args.ruid, args.euid, args.suid))
    return OK
  }),
  setresgid: call({ task, rgid: int, egid: int, sgid: int }, (stage, args) => {
    stage.byAllThreads(args.task, (one) => one.setresgid(args.rgid, args.egid, args.sgid))
    return OK
  }),
  setsid: call({ task }, (stage, args) => {
    stage.task(args.task).setsid()
    return OK
  }),
  setcomm: call({ task, comm: text }, (stage, args) => {
    stage.task(args.task).setcomm(args.comm)
    return OK
  }),
  fork: call({ task, as: text, pid: int, pidns: optional(oneOf('new')) }, fork),
  exec: call({ task, file: text }, (stage, args) => {
    stage.closeSocketsOf(args.task)
    stage.task(args.task).exec(args.file)
    return OK
  }),
  exit: call({ task, code: int }, (stage, args) => end(stage, args.task, (one) => one.exit(args.code))),
  kill: call({ task, sig: named(SIGNALS, 'signal') }, (stage, args) => {
    return end(stage, args.task, (one) => one.kill(args.sig))
  }),
  thread: call({ task, as: text }, (stage, args) => {
    stage.addThread(args.as, args.task, stage.task(args.task).thread())
    return OK
  }),
  thread_exit: call({ task, thread: text }, (stage, args) => {
    stage.thread(args.thread).exit()
    stage.forgetThread(args.thread)
    return OK
  }),
  ptrace: call({ task, child: text, op: oneOf('attach', 'detach') }, (stage, args) => {
    stage.task(args.task).ptrace(args.op, stage.task(args.child))
    return OK
  }),
  proc_net_netlink: call({ task, protocol: int }, netlinkRows),
}
