// The machine as the page shows it: of the kernel that runs, or of a player that stands somewhere in a journal.

import type { Kernel, KernelState, SocketState } from '../../src/api.js'
import { readState, readStats } from '../../src/kernel/inspect.js'
import { Log } from '../../src/kernel/log.js'
import { ProcFs } from '../../src/kernel/procfs.js'
import { readStateHash } from '../../src/kernel/state-hash.js'
import type { Machine } from '../../src/machine/index.js'
import type { MachineView, Sample, SocketView } from '../shared/protocol.js'

/** Messages of one queue that the page is told of. */
const MOST_QUEUED = 128
const FILES = ['/proc/net/netlink', '/proc/net/connector', '/proc/net/protocols', '/proc/modules'] as const

/** What can be looked at: a kernel is one. */
export type Looked = Pick<Kernel, 'inspect' | 'stats' | 'stateHash' | 'dmesg'> & {
  readonly procfs: { read(path: string): string }
}

/** A machine without a kernel around it, as a player has one. */
export function ofMachine(machine: Machine): Looked {
  const log = new Log(machine)
  return {
    inspect: () => readState(machine),
    stats: () => readStats(machine),
    stateHash: () => readStateHash(machine),
    dmesg: () => log.lines(),
    procfs: new ProcFs(machine),
  }
}

/** Everything that the page shows of a step. */
export function viewOf(looked: Looked, step: number): MachineView {
  const state = looked.inspect()
  return {
    ...state,
    step,
    sockets: state.sockets.map(socketView),
    stats: looked.stats(),
    stateHash: looked.stateHash(),
    dmesg: looked.dmesg(),
    proc: Object.fromEntries(FILES.map((path) => [path, looked.procfs.read(path)])),
  }
}

function socketView(socket: SocketState): SocketView {
  const queue = socket.queue.slice(0, MOST_QUEUED).map(({ data, ...message }) => ({ ...message, length: data.length }))
  return { ...socket, queue, queued: socket.queue.length }
}

/** What the plots show of it. */
export function sampleOf(looked: Looked, sockets: KernelState['sockets'] = looked.inspect().sockets): Sample {
  const { messages, delivered, dropped, memory } = looked.stats()
  const shares = sockets.map(({ rmem, rcvbuf }) => (100 * rmem) / Math.max(1, rcvbuf))
  return {
    messages,
    delivered,
    dropped,
    queued: sockets.reduce((sum, { rmem }) => sum + rmem, 0),
    fullest: Math.max(0, ...shares),
    memory: memory.used,
  }
}
