// The program that the player starts beside itself to play on Linux: the first process of a pid namespace of its own, which makes
// each task as a process with the id, user and capabilities that the scenario names.
//
//   player --3--> first process (pid 1 there) --fork--> task, answers on channel 4 + slot
//
// It is started with flags that keep V8 in one thread, because it forks.

import { closeSync } from 'node:fs'
import { openLibc } from '../../host/open.js'
import type { Socket } from '../../index.js'
import { AF_NETLINK, NETLINK_USERSOCK, POLLIN, SO_RCVBUF, SOCK_RAW, SOL_SOCKET } from '../../uapi/index.js'
import { CLONE_NEWPID, Processes } from './host-processes.js'
import { Channel, type ControlRequest, type Reply, type SpawnRequest } from './host-wire.js'
import { replyOf, TaskWorker } from './host-worker.js'

const CONTROL_FD = 3

class FirstProcess {
  readonly #processes: Processes
  #networks = new Map<string, number>()

  constructor(processes: Processes) {
    this.#processes = processes
  }

  answer(request: ControlRequest): Reply {
    const processes = this.#processes
    switch (request.op) {
      case 'begin':
        this.#networks = processes.newNetworks(request.namespaces)
        return { value: undefined }
      case 'spawn':
        return { value: this.#spawn(request) }
      case 'nextPid':
        return { value: processes.setNextPid(request.pid) }
      case 'reap':
        return { value: processes.reap(request.pid) }
      case 'end':
        processes.endAll()
        for (const fd of this.#networks.values()) closeSync(fd)
        this.#networks.clear()
        return { value: undefined }
    }
  }

  #spawn({ slot, pid, uid, gid, caps, netns }: SpawnRequest): void {
    const processes = this.#processes
    const network = netns === undefined ? undefined : this.#networks.get(netns)
    processes.forkAs(pid, () => {
      new TaskWorker(processes, slot).serve((task) => {
        if (network !== undefined) processes.enterNetwork(network)
        processes.becomeUser(uid, gid)
        task.setcaps(caps)
      })
    })
  }
}

/** Rounds until V8 has compiled what tasks run: they are forks, and need not do it again, each for itself. */
const REHEARSALS = 20

function rehearse(processes: Processes): void {
  processes.newNetworks([])
  const worker = new TaskWorker(processes, 0)
  const onSocket = (method: keyof Socket & string, ...args: readonly unknown[]) => {
    worker.rehearse({ op: 'onSocket', id: 1, method, args })
  }
  for (let round = 0; round < REHEARSALS; round++) {
    worker.rehearse({ op: 'socket', id: 1, args: [AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK] })
    onSocket('bind', { nl_pid: 1, nl_groups: 1 })
    onSocket('getsockname')
    onSocket('setsockopt', SOL_SOCKET, SO_RCVBUF, 4096)
    onSocket('getsockopt', SOL_SOCKET, SO_RCVBUF, new Uint8Array(4), 4)
    onSocket('sendto', new Uint8Array(16), 0, { nl_pid: 1 })
    onSocket('sendmsg', { iov: [new Uint8Array(16)], name: { nl_pid: 1 } })
    onSocket('poll', POLLIN)
    onSocket('recvmsg', { iov: [new Uint8Array(64)], controllen: 256 })
    onSocket('recvfrom', new Uint8Array(64), 0)
    onSocket('recv', new Uint8Array(64), 0)
    onSocket('close')
  }
}

/** Answers until the player is gone. As the first of its namespace this process takes all others with it. */
function serve(processes: Processes, channel: Channel): void {
  const first = new FirstProcess(processes)
  processes.forbidCoreDumps()
  rehearse(processes)
  channel.send({ value: 'ready' } satisfies Reply)
  for (;;) {
    const request = channel.receive() as ControlRequest
    channel.send(replyOf(() => first.answer(request)))
  }
}

/** Answers only if it cannot do its work: the player then knows why. */
function main(channel: Channel): void {
  const failure = replyOf(() => {
    const processes = new Processes(openLibc())
    processes.unshare(CLONE_NEWPID)
    const child = processes.fork(() => serve(processes, channel))
    processes.reap(child)
    return processes.exit(0)
  })
  channel.send(failure)
}

main(new Channel(CONTROL_FD))
