// What can be asked about the machine as a whole: counts, memory, tasks, timers. Nothing here changes anything.

import { Kernel, kernel } from './kernel'
import { RECEIVE_AT, RESULT_AT, STATE, copyResults, nil, refOf, setResult } from './memory'
import { bytesInUse } from './mm/alloc'
import { pagesFree } from './mm/pages'
import { RESULT_LIST } from './result'
import { Task } from './task/task'
import { Timer } from './time/timer'

const COMM_SIZE: u32 = 16

function workCount(): u32 {
  let count: u32 = 0
  for (let work = kernel().firstWork; !nil(work); work = work.next) count++
  return count
}

/**
 * Counts in the list words: messages, delivered, dropped (two words each); sockets, callbacks, tasks, timers, groups, namespaces,
 * work, delayed; bytes in use, pages in use, pages; allocations that failslab saw and refused; pressure.
 */
export function readStats(): void {
  const k = kernel()
  copyResults(RESULT_LIST, STATE + offsetof<Kernel>('messages'), 6)
  // sockets, callbacks, tasks, timers, groups, namespaces
  copyResults(RESULT_LIST + 6, STATE + offsetof<Kernel>('sockets'), 6)
  setResult(RESULT_LIST + 12, workCount())
  setResult(RESULT_LIST + 13, k.delayed)
  setResult(RESULT_LIST + 14, bytesInUse())
  setResult(RESULT_LIST + 15, k.endPage - k.firstPage - pagesFree())
  setResult(RESULT_LIST + 16, k.endPage)
  // failCalls, failed
  store<u64>(RESULT_AT + ((RESULT_LIST + 17) << 2), load<u64>(STATE + offsetof<Kernel>('failCalls')))
  setResult(RESULT_LIST + 19, k.pressure)
}

/**
 * The task after another (0: the first), or 0: pid, process, network namespace, parent, user, group id in the list words, then pid and
 * process as its own pid namespace numbers them; the name, 16 bytes padded with zeros, in the receive window.
 */
export function taskNext(before: u32): u32 {
  return taskDescribe(before ? changetype<Task>(before).next : kernel().firstTask)
}

/** Describes a task in the same way; its reference, 0 for none. */
export function taskDescribe(task: Task): u32 {
  if (nil(task)) return 0
  // pid, tgid, netns, parent
  copyResults(RESULT_LIST, changetype<usize>(task) + offsetof<Task>('pid'), 4)
  setResult(RESULT_LIST + 4, task.cred.uid)
  setResult(RESULT_LIST + 5, task.cred.gid)
  setResult(RESULT_LIST + 6, task.pidns ? task.ownTgid : task.pid)
  setResult(RESULT_LIST + 7, task.ownTgid)
  memory.copy(RECEIVE_AT, changetype<usize>(task) + offsetof<Task>('comm0'), COMM_SIZE)
  return refOf(task)
}

/** The timer that was armed after another (0: the first), or 0: its time in ticks (two words) and its slot in the list words. */
export function timerNext(before: u32): u32 {
  const timer = before ? changetype<Timer>(before).laterArmed : kernel().firstTimer
  if (nil(timer)) return 0
  // expires, slot
  copyResults(RESULT_LIST, changetype<usize>(timer) + offsetof<Timer>('expires'), 3)
  return refOf(timer)
}
