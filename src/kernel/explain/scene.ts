// What a dry walk looks at: the sockets, groups, protocols and callbacks of the machine, read when they are asked for.

import type { Machine } from '../../machine/index.js'
import {
  type CallbackFacts,
  type GroupFacts,
  hasKernelSocket,
  readCallbacks,
  readGroups,
  readMemberships,
  readQueued,
  readSockets,
  type SocketFacts,
} from '../facts.js'
import { Trial } from './trial.js'

/** Places of the profile in the machine's configuration. */
const [SKBUFF, SHARED_INFO, SMALL_HEAD, SMALLEST, LARGEST, DISPATCH] = [0, 1, 2, 3, 4, 5] as const
/** Words of stats(). */
const STATS_PRESSURE = 19
const CRITICAL = 3

export class Scene {
  readonly #machine: Machine
  readonly sockets: readonly SocketFacts[]
  readonly groups: readonly GroupFacts[]
  /** What has to be tried. */
  readonly trial: Trial

  constructor(machine: Machine) {
    this.#machine = machine
    this.sockets = readSockets(machine)
    this.groups = readGroups(machine)
    this.trial = new Trial(machine)
  }

  /** The socket that is bound to a port, if there is one. */
  bound(key: number, portid: number): SocketFacts | undefined {
    return this.sockets.find((socket) => socket.bound && socket.key === key && socket.portid === portid)
  }

  /** The members of a group in the order of service. */
  members(key: number, group: number): readonly SocketFacts[] {
    const ids = this.groups.find((one) => one.key === key && one.group === group)?.members ?? []
    return ids.flatMap((id) => this.sockets.filter((socket) => socket.id === id))
  }

  /** The groups that a socket is a member of. */
  memberships(socket: SocketFacts): readonly number[] {
    return readMemberships(this.#machine, socket.ref)
  }

  /** Whether a protocol has a kernel socket. */
  hasKernelSocket(unit: number): boolean {
    return hasKernelSocket(this.#machine, unit)
  }

  callbacks(): readonly CallbackFacts[] {
    return readCallbacks(this.#machine)
  }

  /** The number of the last message in a socket's queue, undefined if it is empty. */
  lastQueued(socket: SocketFacts): number | undefined {
    return socket.queued === 0 ? undefined : readQueued(this.#machine, socket.ref, socket.queued - 1).number
  }

  /** Whether callbacks run from the work queue. */
  get dispatchesLater(): boolean {
    return this.#machine.config.words[DISPATCH] !== 0
  }

  /** Whether no allocation succeeds. */
  get withoutMemory(): boolean {
    return this.#stat(STATS_PRESSURE) === CRITICAL
  }

  #stat(word: number): number {
    this.#machine.raw.stats()
    return this.#machine.listWord(word)
  }

  /** What a message counts of its receiver's buffer; `plain` for a process's unicast that names no group. */
  truesize(length: number, plain: boolean): number {
    const word = (index: number) => this.#machine.config.words[index] as number
    const sum = Math.ceil(length / 64) * 64 + word(SHARED_INFO)
    if (sum <= word(SMALL_HEAD)) return word(SMALL_HEAD) + word(SKBUFF)
    if (plain && sum > word(LARGEST)) return sum + word(SKBUFF)
    const power = 2 ** (32 - Math.clz32(sum - 1))
    return Math.max(power, word(SMALLEST)) + word(SKBUFF)
  }
}

/** A socket in a sentence. */
export function nameOf(socket: SocketFacts): string {
  const port = socket.bound ? `port ${socket.portid}` : 'no port'
  return `socket ${socket.id} (${socket.comm}, pid ${socket.pid}, ${port})`
}
