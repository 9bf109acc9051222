// Who waits for what, in words.

import { LAYOUT, type Machine } from '../machine/index.js'
import type { Wait } from '../user/index.js'
import type { Program } from './program.js'

/** A socket as far as a report names it. */
interface Known {
  readonly portid: number
  /** The process that has it. */
  readonly tgid: number
}

/** A line for each program that has not ended; `waits` says whose each wait is, undefined where that is not known. */
export function describeStuck(
  machine: Machine,
  programs: Iterable<Program>,
  waits: ReadonlyMap<Wait, Program | undefined>,
): string[] {
  const sockets = listSockets(machine)
  return Array.from(programs, (program) => {
    const own = [...waits].filter(([wait, owner]) => (owner ?? ownerOf(wait, sockets, programs)) === program)
    const reasons = own.map(([wait]) => describeWait(wait, sockets))
    const what = reasons.length > 0 ? [...new Set(reasons)].join(' and ') : 'something outside the kernel'
    return `${program.name} waits for ${what}`
  })
}

/** By id. */
function listSockets(machine: Machine): Map<number, Known> {
  const { raw } = machine
  const processes = new Map<number, number>()
  for (let task = raw.task_next(0); task !== 0; task = raw.task_next(task)) processes.set(task, machine.listWord(7))
  const sockets = new Map<number, Known>()
  for (let sock = raw.socket_next(0); sock !== 0; sock = raw.socket_next(sock)) {
    raw.socket_describe(sock)
    const tgid = processes.get(machine.listWord(4)) ?? 0
    sockets.set(machine.listWord(3), { portid: machine.listWord(1), tgid })
  }
  return sockets
}

/** A wait that began while nobody's turn it was belongs to the program of the process whose socket it reads. */
function ownerOf(wait: Wait, sockets: ReadonlyMap<number, Known>, programs: Iterable<Program>): Program | undefined {
  if (wait.what !== LAYOUT.ARM_READ) return undefined
  const tgid = sockets.get(wait.socket)?.tgid
  for (const program of programs) if (program.task !== undefined && program.task.tgid === tgid) return program
  return undefined
}

function describeWait(wait: Wait, sockets: ReadonlyMap<number, Known>): string {
  if (wait.socket === 0) return 'its turn, or for time to move'
  const port = sockets.get(wait.socket)?.portid ?? 0
  const where = port === 0 ? `the unbound socket ${wait.socket}` : `port ${port}`
  return wait.what === LAYOUT.ARM_READ ? `a message at ${where}` : `room at ${where}`
}
