// Who belongs to whom: the threads of a process, oldest first, its children, and whom a task traces. Each is a list through the
// tasks themselves, so that nobody is looked for among all tasks when one ends.

import { nil } from '../memory'
import { chainAdd, chainRemove } from '../mm/list'
import { Task } from './task'

// Links of a list without an end: the process itself is its beginning.
// @ts-ignore: decorator
@inline
function joinThreads(before: Task, after: Task): void {
  before.nextThread = after
  after.prevThread = before
}

/** A process without threads. */
export function threadsInit(process: Task): void {
  joinThreads(process, process)
}

/** The newest thread of a process. */
export function threadAdd(process: Task, thread: Task): void {
  joinThreads(process.prevThread, thread)
  joinThreads(thread, process)
}

/** A thread is going. A process is alone by then. */
export function threadRemove(task: Task): void {
  joinThreads(task.prevThread, task.nextThread)
}

/** The oldest thread of a process, or null. */
export function firstThread(process: Task): Task {
  const thread = process.nextThread
  return changetype<usize>(thread) == changetype<usize>(process) ? changetype<Task>(0) : thread
}

// @ts-ignore: decorator
@inline
function childrenOf(parent: Task): usize {
  return changetype<usize>(parent) + offsetof<Task>('firstChild')
}

// @ts-ignore: decorator
@inline
function traceesOf(tracer: Task): usize {
  return changetype<usize>(tracer) + offsetof<Task>('firstTracee')
}

/** A task has this parent, which may be null. */
export function childAdd(parent: Task, child: Task): void {
  if (!nil(parent)) chainAdd(childrenOf(parent), changetype<usize>(child), offsetof<Task>('nextSibling'))
}

/** A child is going, or gets another parent. */
export function childRemove(parent: Task, child: Task): void {
  if (!nil(parent)) chainRemove(childrenOf(parent), changetype<usize>(child), offsetof<Task>('nextSibling'))
}

/** A task is traced. */
export function traceeAdd(tracer: Task, tracee: Task): void {
  tracee.tracer = tracer.pid
  chainAdd(traceesOf(tracer), changetype<usize>(tracee), offsetof<Task>('nextTracee'))
}

/** A task is not traced any more. */
export function traceeRemove(tracer: Task, tracee: Task): void {
  tracee.tracer = 0
  chainRemove(traceesOf(tracer), changetype<usize>(tracee), offsetof<Task>('nextTracee'))
}

/** A task is going: its children go on with init as their parent, its tracees are let go. */
export function releaseFamily(task: Task): void {
  while (!nil(task.firstChild)) {
    const child = task.firstChild
    childRemove(task, child)
    child.parent = 0
  }
  while (!nil(task.firstTracee)) traceeRemove(task, task.firstTracee)
}
