// Process ids inside pid namespaces: which process has which. In the initial namespace that is the table of all tasks.

import { Kernel } from '../kernel'
import { STATE, nil } from '../memory'
import { tableAdd, tableLook, tableGiveUp, tableRemove, tableReserve } from '../mm/table'
import { Task, taskByPid } from './task'

const TABLE: usize = STATE + offsetof<Kernel>('ownPidSlots')

/** The process that has this id in its own pid namespace, or null. */
export function taskByOwnPid(pidns: u32, pid: u32): Task {
  if (!pidns) return taskByPid(pid)
  return changetype<Task>(tableLook(TABLE, pidns, pid, offsetof<Task>('pidns'), offsetof<Task>('ownTgid')))
}

/** The least id of a namespace that no process has. */
function leastOwnPid(pidns: u32): u32 {
  let pid: u32 = 1
  while (!nil(taskByOwnPid(pidns, pid))) pid++
  return pid
}

/** Makes sure that one more process can have an id; false without memory. */
export function ownPidReserve(): bool {
  return tableReserve(TABLE, offsetof<Task>('pidns'), offsetof<Task>('ownTgid'))
}

/** No process takes the room that was reserved. */
export function ownPidGiveUp(): void {
  tableGiveUp(TABLE)
}

/** Gives a process an id of its namespace, which nobody has; 0: the least one. Room for it was reserved. */
export function ownPidTake(process: Task, pid: u32): void {
  process.ownTgid = pid ? pid : leastOwnPid(process.pidns)
  tableAdd(TABLE, changetype<usize>(process), offsetof<Task>('pidns'), offsetof<Task>('ownTgid'))
}

/** A process of a namespace is going. */
export function ownPidRemove(process: Task): void {
  tableRemove(TABLE, changetype<usize>(process), offsetof<Task>('pidns'), offsetof<Task>('ownTgid'))
}
