// Who a task is: its name, users, groups, capabilities, session, namespaces, tracer. Each change is an event of cn_proc.

import { ENOMEM, EPERM, ESRCH } from '../uapi/errno'
import {
  CAP_SETGID,
  CAP_SETUID,
  CAP_SYS_ADMIN,
  CAP_SYS_PTRACE,
  PROC_EVENT_COMM,
  PROC_EVENT_EXEC,
  PROC_EVENT_GID,
  PROC_EVENT_PTRACE,
  PROC_EVENT_SID,
  PROC_EVENT_UID,
} from '../uapi/constants'
import { emit } from '../connector/proc'
import { kernel } from '../kernel'
import { TRANSMIT_AT, nil } from '../memory'
import { Cred, GROUPS, USERS, credCopy, credPut, hasCap, mayBe } from './cred'
import { traceeAdd, traceeRemove } from './family'
import { namespaceCreate } from './namespace'
import { Task, setComm } from './task'

/** The capabilities to the last one, number 40. */
const ALL_CAPS: u64 = 0x1ffffffffff
const CLONE_NEWPID: u32 = 0x20000000
const CLONE_NEWNET: u32 = 0x40000000

/** exec: another program, whose name lies in the transmit window. */
export function taskExec(task: Task, length: u32): void {
  setComm(task, TRANSMIT_AT, length)
  emit(PROC_EVENT_EXEC, task.cpu, 0, task.pid, task.tgid, 0, 0, 0, 0)
}

/** prctl(PR_SET_NAME): the name lies in the transmit window. */
export function taskSetComm(task: Task, length: u32): void {
  setComm(task, TRANSMIT_AT, length)
  const name = changetype<usize>(task) + offsetof<Task>('comm0')
  emit(PROC_EVENT_COMM, task.cpu, 0, task.pid, task.tgid, load<u32>(name), load<u32>(name, 4), load<u32>(name, 8), load<u32>(name, 12))
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

// -1 leaves an id as it is. 1 if something changed, 0 if not, -EPERM without the capability for an id that is none of the three.
function setIds(task: Task, kind: u32, cap: u32, real: u32, effective: u32, saved: u32): i32 {
  const old = task.cred
  let ids = changetype<usize>(old) + kind
  if (real == <u32>-1) real = load<u32>(ids)
  if (effective == <u32>-1) effective = load<u32>(ids, 4)
  if (saved == <u32>-1) saved = load<u32>(ids, 8)
  if (real == load<u32>(ids) && effective == load<u32>(ids, 4) && saved == load<u32>(ids, 8)) return 0
  if (!mayBe(old, kind, real, cap) || !mayBe(old, kind, effective, cap) || !mayBe(old, kind, saved, cap)) return -EPERM
  const cred = ownCred(task)
  if (nil(cred)) return -ENOMEM
  ids = changetype<usize>(cred) + kind
  store<u32>(ids, real)
  store<u32>(ids, effective, 4)
  store<u32>(ids, saved, 8)
  return 1
}

/** setresuid(2), with CAP_SETUID. */
export function taskSetresuid(task: Task, uid: u32, euid: u32, suid: u32): i32 {
  const wasRoot = task.cred.euid == 0
  const result = setIds(task, USERS, CAP_SETUID, uid, euid, suid)
  if (result <= 0) return result
  const cred = task.cred
  // capabilities(7): the effective set is cleared when the effective user stops being 0, and becomes the permitted one, which
  // is every capability here, when it becomes 0 again.
  if (wasRoot != (cred.euid == 0)) {
    store<u64>(changetype<usize>(cred) + offsetof<Cred>('capsLow'), wasRoot ? 0 : ALL_CAPS)
  }
  emit(PROC_EVENT_UID, task.cpu, 0, task.pid, task.tgid, cred.uid, cred.euid, 0, 0)
  return 0
}

/** setresgid(2), with CAP_SETGID. */
export function taskSetresgid(task: Task, gid: u32, egid: u32, sgid: u32): i32 {
  const result = setIds(task, GROUPS, CAP_SETGID, gid, egid, sgid)
  if (result <= 0) return result
  emit(PROC_EVENT_GID, task.cpu, 0, task.pid, task.tgid, task.cred.gid, task.cred.egid, 0, 0)
  return 0
}

/** setsid(2): the new session's id, or -EPERM for a task that leads one already. */
export function taskSetsid(task: Task): i32 {
  if (task.session == task.tgid) return -EPERM
  task.session = task.tgid
  emit(PROC_EVENT_SID, task.cpu, 0, task.pid, task.tgid, 0, 0, 0, 0)
  return task.ownTgid
}

/** unshare(2) of the network namespace (at once) and the pid namespace (for children); -EPERM without CAP_SYS_ADMIN, -ENOSPC, -ENOMEM. */
export function taskUnshare(task: Task, flags: u32): i32 {
  if (!hasCap(task.cred, CAP_SYS_ADMIN)) return -EPERM
  if (flags & CLONE_NEWNET) {
    const netns = namespaceCreate(0, 0)
    if (netns < 0) return netns
    task.netns = netns
  }
  if (flags & CLONE_NEWPID) {
    kernel().pidNamespaces += 1
    task.childPidns = kernel().pidNamespaces
  }
  return 0
}

/** PTRACE_ATTACH: -EPERM for oneself, a traced one, or one of another user without CAP_SYS_PTRACE. */
export function taskAttach(tracer: Task, task: Task): i32 {
  const privileged = hasCap(tracer.cred, CAP_SYS_PTRACE)
  if (task.tgid == tracer.tgid || task.tracer) return -EPERM
  if (!privileged && tracer.cred.uid != task.cred.uid) return -EPERM
  traceeAdd(tracer, task)
  emit(PROC_EVENT_PTRACE, tracer.cpu, 0, task.pid, task.tgid, tracer.pid, tracer.tgid, 0, 0)
  return 0
}

/** PTRACE_DETACH: -ESRCH for one that it does not trace. */
export function taskDetach(tracer: Task, task: Task): i32 {
  if (task.tracer != tracer.pid) return -ESRCH
  traceeRemove(tracer, task)
  emit(PROC_EVENT_PTRACE, tracer.cpu, 0, task.pid, task.tgid, 0, 0, 0, 0)
  return 0
}
