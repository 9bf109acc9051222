// Whether this machine's own netlink can be used by the tests, and in a namespace that nobody else hears.

import { hostTask } from '../../src/host/index.js'

/** linux/sched.h */
const CLONE_NEWNET = 0x40000000

/** Why the host cannot be tested here, or undefined. */
export const whyNot: string | undefined = (() => {
  try {
    hostTask()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
})()

/** The title of a group of tests that is skipped here: it says why. */
export function titled(title: string): string {
  return whyNot === undefined ? title : `${title} (SKIPPED: ${whyNot})`
}

/** The running thread as a task, in a network namespace of its own where it may make one. */
export function isolatedTask(): ReturnType<typeof hostTask> {
  const task = hostTask()
  try {
    task.unshare(CLONE_NEWNET)
  } catch {
    // Not root: then in the namespace of everybody, with ports that the kernel chooses.
  }
  return task
}
