// Tasks: processes and threads of user space, as far as netlink sees them.

import { EAGAIN, EEXIST, ENOMEM, EPERM } from '../uapi/errno'
import { CAP_SETGID, CAP_SETUID, GFP_KERNEL } from '../uapi/constants'
import { allocZero, free } from '../mm/alloc'
import { kernel } from '../kernel'
import { TRANSMIT_AT, nil, setResult, refOf } from '../memory'
import { RESULT_LIST } from '../result'
import { Sock } from '../netlink/sock'
import { sockRelease } from '../netlink/close'
import { Cred, credAlloc, credCopy, credGet, credPut, hasCap } from './cred'

//   struct Task, 64 bytes
//      0 ┌──────────────┬──────────────┐
//        │ next         │ prev         │ all tasks, in the order of their birth
//      8 │ pid          │ tgid         │
//     16 │ netns        │ parent pid   │
//     24 │ cred         │ sockets      │ credentials; first of the open sockets
//     32 │ session      │ serial       │
//     40 │ comm (16 bytes)             │
//     56 └─────────────────────────────┘
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
  serial: u32
  comm0: u64
  comm1: u64
}

const TASK_SIZE: u32 = 56
const FIRST_PID: u32 = 1000
const LAST_PID: u32 = 4194304

/** A new task with credentials of its own: real, effective and saved ids are equal. Its name lies in the transmit window. */
export function taskSpawn(pid: u32, netns: u32, uid: u32, gid: u32, capsLow: u32, capsHigh: u32, comm: u32): i32 {
  const cred = credAlloc()
  if (nil(cred)) return -ENOMEM
  cred.uid = uid
  cred.euid = uid
  cred.suid = uid
  cred.gid = gid
  cred.egid = gid
  cred.sgid = gid
  cred.capsLow = capsLow
  cred.capsHigh = capsHigh
  const made = taskCreate(pid, 0, netns, 0, cred)
  if (made < 0) credPut(cred)
  else taskSetComm(changetype<Task>(made as usize), TRANSMIT_AT, comm)
  return made
}

/** The task with this process id, or null. */
export function taskByPid(pid: u32): Task {
  let task = kernel().firstTask
  while (!nil(task) && task.pid != pid) task = task.next
  return task
}

function nextPid(): u32 {
  const k = kernel()
  let pid = max(k.nextPid, FIRST_PID)
  while (!nil(taskByPid(pid))) pid = pid + 1 < LAST_PID ? pid + 1 : FIRST_PID
  return pid
}

/**
 * A new task with the given credentials, whose reference it takes over on success. `pid` 0: the next free one.
 * Its reference, -EAGAIN at the limit, -EEXIST if the pid is taken, -ENOMEM.
 */
export function taskCreate(pid: u32, tgid: u32, netns: u32, parent: u32, cred: Cred): i32 {
  const k = kernel()
  if (k.tasks >= k.maxTasks) return -EAGAIN
  if (pid && !nil(taskByPid(pid))) return -EEXIST
  const task = changetype<Task>(allocZero(TASK_SIZE, GFP_KERNEL))
  if (nil(task)) return -ENOMEM
  if (!pid) {
    pid = nextPid()
    k.nextPid = pid + 1
  }
  k.tasks += 1
  task.pid = pid
  task.tgid = tgid ? tgid : pid
  task.netns = netns
  task.parent = parent
  task.session = pid
  task.cred = cred
  task.prev = k.lastTask
  if (nil(k.lastTask)) k.firstTask = task
  else k.lastTask.next = task
  k.lastTask = task
  setResult(RESULT_LIST, task.pid)
  setResult(RESULT_LIST + 1, task.tgid)
  return refOf(task)
}

/** A child of `parent` (or with `thread` another thread of it) that shares its credentials, namespace and name. */
export function taskFork(parent: Task, pid: u32, thread: bool): i32 {
  const made = taskCreate(pid, thread ? parent.tgid : 0, parent.netns, thread ? parent.parent : parent.tgid, parent.cred)
  if (made < 0) return made
  credGet(parent.cred)
  const child = changetype<Task>(made as usize)
  child.session = parent.session
  child.comm0 = parent.comm0
  child.comm1 = parent.comm1
  return made
}

/** Ends a task: closes its sockets and forgets it. */
export function taskExit(task: Task): void {
  const k = kernel()
  while (!nil(task.sockets)) sockRelease(task.sockets)
  if (nil(task.prev)) k.firstTask = task.next
  else task.prev.next = task.next
  if (nil(task.next)) k.lastTask = task.prev
  else task.next.prev = task.prev
  credPut(task.cred)
  k.tasks -= 1
  free(changetype<usize>(task), TASK_SIZE)
}

/** Sets the name: at most 15 bytes of it. */
export function taskSetComm(task: Task, name: usize, length: u32): void {
  task.comm0 = 0
  task.comm1 = 0
  memory.copy(changetype<usize>(task) + offsetof<Task>('comm0'), name, min(length, 15))
}

// Credentials are shared, so a change makes new ones; -ENOMEM changes nothing.
function ownCred(task: Task): Cred {
  const cred = credCopy(task.cred)
  if (nil(cred)) return cred
  credPut(task.cred)
  task.cred = cred
  return cred
}

/** Sets the effective capabilities; 0 or -ENOMEM. */
export function taskSetCaps(task: Task, low: u32, high: u32): i32 {
  const cred = ownCred(task)
  if (nil(cred)) return -ENOMEM
  cred.capsLow = low
  cred.capsHigh = high
  return 0
}

function mayTake(id: u32, one: u32, two: u32, three: u32): bool {
  return id == <u32>-1 || id == one || id == two || id == three
}

/** setresuid(2): -1 leaves an id as it is; -EPERM without CAP_SETUID for an id that is none of the three. */
export function taskSetresuid(task: Task, uid: u32, euid: u32, suid: u32): i32 {
  const old = task.cred
  const free = mayTake(uid, old.uid, old.euid, old.suid) && mayTake(euid, old.uid, old.euid, old.suid)
  if (!(free && mayTake(suid, old.uid, old.euid, old.suid)) && !hasCap(old.capsLow, old.capsHigh, CAP_SETUID)) return -EPERM
  const cred = ownCred(task)
  if (nil(cred)) return -ENOMEM
  const wasRoot = cred.euid == 0
  if (uid != <u32>-1) cred.uid = uid
  if (euid != <u32>-1) cred.euid = euid
  if (suid != <u32>-1) cred.suid = suid
  // capabilities(7): the effective set is cleared when the effective user stops being 0.
  if (wasRoot && cred.euid != 0) {
    cred.capsLow = 0
    cred.capsHigh = 0
  }
  return 0
}

/** setresgid(2), with CAP_SETGID. */
export function taskSetresgid(task: Task, gid: u32, egid: u32, sgid: u32): i32 {
  const old = task.cred
  const free = mayTake(gid, old.gid, old.egid, old.sgid) && mayTake(egid, old.gid, old.egid, old.sgid)
  if (!(free && mayTake(sgid, old.gid, old.egid, old.sgid)) && !hasCap(old.capsLow, old.capsHigh, CAP_SETGID)) return -EPERM
  const cred = ownCred(task)
  if (nil(cred)) return -ENOMEM
  if (gid != <u32>-1) cred.gid = gid
  if (egid != <u32>-1) cred.egid = egid
  if (sgid != <u32>-1) cred.sgid = sgid
  return 0
}

/** setsid(2): the new session's id, or -EPERM for a task that leads one already. */
export function taskSetsid(task: Task): i32 {
  if (task.session == task.tgid) return -EPERM
  task.session = task.tgid
  return task.session
}
