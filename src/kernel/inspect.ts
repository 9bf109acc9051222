// What is in the machine, for people and pages: counts, and everything as plain objects.

import type { KernelState, KernelStats, QueuedMessage, SocketState } from '../api.js'
import { LAYOUT, type Machine } from '../machine/index.js'
import {
  readCallbacks,
  readGroups,
  readMemberships,
  readModules,
  readQueued,
  readSockets,
  readTasks,
  type SocketFacts,
} from './facts.js'
import { looking, readLong, readTime } from './looking.js'

const PAGE = 4096

/** Counts of a machine. Nothing changes. */
export function readStats(machine: Machine): KernelStats {
  return looking(machine, () => {
    machine.raw.stats()
    const word = (index: number) => machine.listWord(index)
    return {
      messages: Number(readLong(machine, 0)),
      delivered: Number(readLong(machine, 2)),
      dropped: Number(readLong(machine, 4)),
      sockets: word(6),
      callbacks: word(7),
      tasks: word(8),
      timers: word(9),
      groups: word(10),
      namespaces: word(11),
      work: word(12),
      delayed: word(13),
      memory: { used: word(14), pages: word(15) * PAGE, total: word(16) * PAGE },
      allocations: word(17),
      failslab: word(18),
    }
  })
}

/** Everything as plain objects, copies all of them. Nothing changes. */
export function readState(machine: Machine): KernelState {
  return looking(machine, () => ({
    time: readTime(machine),
    tasks: readTasks(machine).map(({ ref: _ref, ownPid: _ownPid, ...task }) => task),
    sockets: readSockets(machine).map((facts) => socketState(machine, facts)),
    groups: readGroups(machine).map(({ key, group, members }) => ({
      netns: key >>> 8,
      protocol: key & 0xff,
      group,
      members,
    })),
    callbacks: readCallbacks(machine),
    modules: readModules(machine),
    timers: readTimers(machine),
    work: readStats(machine).work,
  }))
}

function readTimers(machine: Machine): { expires: number }[] {
  const timers: { expires: number }[] = []
  for (let one = machine.raw.timer_next(0); one !== 0; one = machine.raw.timer_next(one)) {
    timers.push({ expires: Number(readLong(machine, 0)) })
  }
  return timers
}

function socketState(machine: Machine, facts: SocketFacts): SocketState {
  const { ref, flags, id, pid, comm, protocol, netns, portid, bound, peer, rcvbuf, sndbuf, rmem, drops, error } = facts
  const has = (flag: number) => (flags & flag) !== 0
  return {
    id,
    pid,
    comm,
    protocol,
    netns,
    portid,
    bound,
    groups: readMemberships(machine, ref),
    peer,
    rcvbuf,
    sndbuf,
    rmem,
    drops,
    congested: has(LAYOUT.FLAG_CONGESTED),
    error,
    filtered: has(LAYOUT.FLAG_FILTERED),
    noEnobufs: has(LAYOUT.FLAG_NO_ENOBUFS),
    broadcastError: has(LAYOUT.FLAG_BROADCAST_ERROR),
    queue: Array.from({ length: facts.queued }, (_, index) => queuedMessage(machine, ref, index)),
  }
}

function queuedMessage(machine: Machine, sock: number, index: number): QueuedMessage {
  const { ref, number, portid, group, truesize, length } = readQueued(machine, sock, index)
  return { number, portid, group, truesize, data: machine.messageBytes(ref, length).slice() }
}
