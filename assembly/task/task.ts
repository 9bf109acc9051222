// Tasks: processes and threads of user space, as far as netlink sees them.

import { EAGAIN, EEXIST, ENOMEM } from '../uapi/errno'
import { GFP_KERNEL, PROC_EVENT_FORK } from '../uapi/constants'
import { emit } from '../connector/proc'
import { Kernel, kernel } from '../kernel'
import { STATE, TRANSMIT_AT, nil, refOf, setResult } from '../memory'
import { allocZero, free } from '../mm/alloc'
import { listAppend } from '../mm/list'
import { tableAdd, tableLook, tableReserve } from '../mm/table'
import { Sock } from '../netlink/sock'
import { RESULT_LIST } from '../result'
import { Cred, credAlloc, credGet, credPut } from './cred'
import { childAdd, threadAdd, threadsInit } from './family'
import { namespaceEnter, namespaceForsake } from './namespace'
import { ownPidGiveUp, ownPidReserve, ownPidTake, taskByOwnPid } from './own-pid'

//   struct Task, 104 bytes
//      0 ┌──────────────┬──────────────┐
//        │ next         │ prev         │ all tasks, in the order of their birth
//      8 │ pid          │ tgid         │ in the initial pid namespace
//     16 │ netns        │ parent       │ the parent's process id, 0 for none that lives
//     24 │ cred         │ sockets      │ credentials; first of the open sockets
//     32 │ session      │ firstChild   │ one of those whose parent it is
//     40 │ comm (16 bytes)             │
//     56 │ pidns        │ ownTgid      │ its pid namespace, and its process id in there
//     64 │ childPidns   │ cpu          │ where its children will be; where it runs
//     72 │ tracer       │ firstTracee  │ the process id of its tracer, 0 for none; one of those it traces
//     80 │ nextThread   │ prevThread   │ threads of the process, oldest first; the process is the end
//     88 │ nextSibling  │ prevSibling  │ of the same parent
//     96 │ nextTracee   │ prevTracee   │ of the same tracer
//    104 └──────────────┴──────────────┘
@unmanaged
export class Task {
  next: Task
  prev: Task
  pid: u32
  tgid: u32
  netns: u32
  parent: u32
  cred: Cred
  sockets: Sock
  session: u32
  firstChild: Task
  comm0: u64
  comm1: u64
  pidns: u32
  ownTgid: u32
  childPidns: u32
  cpu: u32
  tracer: u32
  firstTracee: Task
  nextThread: Task
  prevThread: Task
  nextSibling: Task
  prevSibling: Task
  nextTracee: Task
  prevTracee: Task
}

/** Bytes of struct Task. */
export const TASK_SIZE: u32 = 104
/** The process that inherits orphans. No task stands for it. */
export const INIT_PID: u32 = 1
const COMM_BYTES: u32 = 15
const FIRST_PID: u32 = 1000
const LAST_PID: u32 = 4194304

/** The task with this id in the initial pid namespace, or null. */
export function taskByPid(pid: u32): Task {
  const table = STATE + offsetof<Kernel>('taskSlots')
  return changetype<Task>(tableLook(table, pid, pid, offsetof<Task>('pid'), offsetof<Task>('pid')))
}

function nextPid(): u32 {
  const k = kernel()
  let pid = max(k.nextPid, FIRST_PID)
  while (!nil(taskByPid(pid))) pid = pid + 1 < LAST_PID ? pid + 1 : FIRST_PID
  return pid
}

/**
 * A new task of the initial pid namespace with the given credentials, whose reference it takes over on success. `pid` 0: the
 * next free one. Its reference, -EAGAIN at the limit, -EEXIST if the pid is taken, -ENOMEM.
 */
function taskCreate(pid: u32, cred: Cred): i32 {
  const k = kernel()
  const table = STATE + offsetof<Kernel>('taskSlots')
  if (k.tasks >= k.maxTasks) return -EAGAIN
  if (pid && !nil(taskByPid(pid))) return -EEXIST
  const task = changetype<Task>(allocZero(TASK_SIZE, GFP_KERNEL))
  if (nil(task)) return -ENOMEM
  // The table comes last: with nobody in it nobody would give it back.
  if (!tableReserve(table, offsetof<Task>('pid'), offsetof<Task>('pid'))) {
    free(changetype<usize>(task), TASK_SIZE)
    return -ENOMEM
  }
  if (!pid) {
    pid = nextPid()
    k.nextPid = pid + 1
  }
  k.tasks += 1
  task.pid = pid
  task.tgid = pid
  task.ownTgid = pid
  task.session = pid
  task.cred = cred
  threadsInit(task)
  listAppend(STATE + offsetof<Kernel>('firstTask'), changetype<usize>(task))
  tableAdd(table, changetype<usize>(task), offsetof<Task>('pid'), offsetof<Task>('pid'))
  return refOf(task)
}

function tell(task: Task): i32 {
  setResult(RESULT_LIST, task.pidns ? task.ownTgid : task.pid)
  setResult(RESULT_LIST + 1, task.ownTgid)
  return refOf(task)
}

/**
 * A new task with credentials of its own: real, effective and saved ids are equal. It was there before: no event tells of it.
 * Its name lies in the transmit window. As taskCreate().
 */
export function taskSpawn(pid: u32, netns: u32, uid: u32, gid: u32, capsLow: u32, capsHigh: u32, comm: u32): i32 {
  const cred = credAlloc()
  const made = nil(cred) ? -ENOMEM : taskCreate(pid, cred)
  if (made < 0) {
    if (!nil(cred)) credPut(cred)
    namespaceForsake(netns)
    return made
  }
  cred.uid = uid
  cred.euid = uid
  cred.suid = uid
  cred.gid = gid
  cred.egid = gid
  cred.sgid = gid
  cred.capsLow = capsLow
  cred.capsHigh = capsHigh
  namespaceEnter(netns)
  const task = changetype<Task>(made as usize)
  task.netns = netns
  setComm(task, TRANSMIT_AT, comm)
  return tell(task)
}

/** Sets the name: at most 15 bytes of it. */
export function setComm(task: Task, name: usize, length: u32): void {
  task.comm0 = 0
  task.comm1 = 0
  memory.copy(commOf(task), name, min(length, COMM_BYTES))
}

// Where the 16 bytes of the name lie.
// @ts-ignore: decorator
@inline
function commOf(task: Task): usize {
  return changetype<usize>(task) + offsetof<Task>('comm0')
}

/**
 * A child of `parent`, or with `thread` another thread of it, with the same credentials, namespaces and name. `pid` is its id in
 * the pid namespace that it is born into. As taskCreate().
 */
export function taskFork(parent: Task, pid: u32, thread: bool): i32 {
  const pidns = thread ? parent.pidns : parent.childPidns
  const numbered = pidns && !thread
  if (numbered && pid && !nil(taskByOwnPid(pidns, pid))) return -EEXIST
  if (numbered && !ownPidReserve()) return -ENOMEM
  const made = taskCreate(pidns ? 0 : pid, parent.cred)
  if (made < 0) {
    ownPidGiveUp()
    return made
  }
  credGet(parent.cred)
  const child = changetype<Task>(made as usize)
  child.netns = parent.netns
  child.session = parent.session
  v128.store(commOf(child), v128.load(commOf(parent)))
  child.cpu = parent.cpu
  child.pidns = pidns
  child.childPidns = pidns
  if (thread) {
    child.tgid = parent.tgid
    child.ownTgid = parent.ownTgid
    child.parent = parent.parent
    threadAdd(taskByPid(parent.tgid), child)
  } else {
    if (pidns) ownPidTake(child, pid)
    child.parent = parent.tgid
  }
  childAdd(taskByPid(child.parent), child)
  emit(PROC_EVENT_FORK, parent.cpu, 0, parentOf(child), parentOf(child), child.pid, child.tgid, 0, 0)
  return tell(child)
}

/** Who a task is a child of: init, once its parent is gone. */
export function parentOf(task: Task): u32 {
  return task.parent ? task.parent : INIT_PID
}
