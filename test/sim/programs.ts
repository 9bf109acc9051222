// Small programs, and what runs them.

import type { BootOptions, Kernel, SchedulePolicy, Socket, Task } from '../../src/index.js'
import { AF_NETLINK, boot, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/index.js'

/** A socket of NETLINK_USERSOCK at a port. */
export function socketAt(task: Task, nl_pid: number): Socket {
  const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  socket.bind({ nl_pid })
  return socket
}

/** Gives up the turn, though it need not wait. */
export async function giveUpTurn(kernel: Kernel): Promise<void> {
  await kernel.waiting(() => 0)
}

/** Programs that note each of their steps, and give up their turn `times` times. */
export function runSteppers(kernel: Kernel, names: readonly string[], times: number): string[] {
  const notes: string[] = []
  for (const comm of names) {
    void kernel.run(kernel.spawn({ comm }), async () => {
      for (let step = 0; step <= times; step++) {
        if (step > 0) await giveUpTurn(kernel)
        notes.push(`${comm}${step}`)
      }
    })
  }
  return notes
}

/** Runs them in a fresh kernel, under a policy: the order of their steps, and the decisions. */
export async function orderOf(
  policy: SchedulePolicy,
  names: readonly string[],
  times: number,
  options?: BootOptions,
): Promise<{ notes: string; decisions: readonly number[] }> {
  const kernel = boot(options)
  kernel.schedule.policy = policy
  const notes = runSteppers(kernel, names, times)
  await kernel.schedule.idle()
  const { decisions } = kernel.schedule
  kernel.halt()
  return { notes: notes.join(' '), decisions }
}
