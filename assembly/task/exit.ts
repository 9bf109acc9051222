// The end of a task: by itself, with its process, or by a signal.

import { PROC_EVENT_COREDUMP, SIGCHLD } from '../uapi/constants'
import { EVENT_EXIT, emit } from '../connector/proc'
import { Kernel, kernel } from '../kernel'
import { STATE, nil } from '../memory'
import { free } from '../mm/alloc'
import { listRemove } from '../mm/list'
import { tableRemove } from '../mm/table'
import { sockRelease } from '../netlink/close'
import { credPut } from './cred'
import { childRemove, firstThread, releaseFamily, threadRemove, traceeRemove } from './family'
import { ownPidRemove } from './own-pid'
import { TASK_SIZE, Task, parentOf, taskByPid } from './task'

/** Whether a task is a further thread of its process. */
export function isThread(task: Task): bool {
  return task.pid != task.tgid
}

function unlink(task: Task): void {
  const k = kernel()
  const table = STATE + offsetof<Kernel>('taskSlots')
  listRemove(STATE + offsetof<Kernel>('firstTask'), changetype<usize>(task))
  tableRemove(table, changetype<usize>(task), offsetof<Task>('pid'), offsetof<Task>('pid'))
  childRemove(taskByPid(task.parent), task)
  if (task.tracer) traceeRemove(taskByPid(task.tracer), task)
  threadRemove(task)
  if (task.pidns && !isThread(task)) ownPidRemove(task)
  k.tasks -= 1
}

function exitOne(task: Task, status: u32): void {
  while (!nil(task.sockets)) sockRelease(task.sockets)
  const parent = isThread(task) ? 0 : parentOf(task)
  emit(EVENT_EXIT, task.cpu, 0, task.pid, task.tgid, status, parent ? SIGCHLD : -1, parent, parent)
  releaseFamily(task)
  unlink(task)
  credPut(task.cred)
  free(changetype<usize>(task), TASK_SIZE)
}

/** Ends a task with a wait status: closes its sockets and forgets it. A process takes its threads along. */
export function taskExit(task: Task, status: u32): void {
  if (!isThread(task)) {
    // Whatever a hook did while a socket was closed: the list is read from its start again.
    let thread = firstThread(task)
    while (!nil(thread)) {
      exitOne(thread, status)
      thread = firstThread(task)
    }
  }
  exitOne(task, status)
}

// Signals that dump core: SIGQUIT, ILL, TRAP, ABRT, BUS, FPE, SEGV, XCPU, XFSZ, SYS.
const CORE_SIGNALS: u32 = 0x830009f8

/** Ends a process by a signal, announcing a core dump first if there is one. */
export function taskKill(task: Task, signal: u32): void {
  if (signal < 32 && (CORE_SIGNALS >>> signal) & 1) {
    emit(PROC_EVENT_COREDUMP, task.cpu, 0, task.pid, task.tgid, parentOf(task), parentOf(task), 0, 0)
  }
  taskExit(task, signal)
}
