// A round: one kernel that some hundred hostile inputs are given to, one parser's. After each of them an ordinary message has
// to get through; at the end nothing may be left; the same round gives the same answers again.
import type { Kernel, Socket, Task } from '../../src/api.js'
import { boot, LINUX_2_6_14, LINUX_6, type Profile } from '../../src/index.js'
import { NETLINK_USERSOCK } from '../../src/uapi/index.js'
import type { Corpus } from './corpus.js'
import { Failure, hex, same, sameBytes } from './failure.js'
import { Random } from './random.js'
import { leakIn, SECRET } from './secret.js'

const AF_NETLINK = 16
const SOCK_RAW = 3
const PROFILES: readonly (Profile | undefined)[] = [undefined, LINUX_6, LINUX_2_6_14]
const PORTS = { witness: 901, neighbour: 902 }
const LARGE = 16800

export class Round {
  readonly random: Random
  readonly corpus: Corpus
  readonly kernel: Kernel
  readonly profile: Profile | undefined
  readonly root: Task
  readonly user: Task
  readonly #sender: Socket
  readonly #witness: Socket
  readonly #neighbour: Socket
  readonly #room = new Uint8Array(LARGE)
  readonly #secret = new Uint8Array(LARGE).fill(SECRET)
  #turn = 0
  #seen = 0

  constructor(seed: number, corpus: Corpus, limits: { memory?: number } = {}) {
    this.random = new Random(seed)
    this.corpus = corpus
    this.profile = this.random.pick(PROFILES)
    this.kernel = boot({
      seed: 1,
      limits: { memory: 4 * 1024 * 1024, ...limits },
      ...(this.profile && { profile: this.profile }),
    })
    this.root = this.kernel.spawn({ pid: 100 })
    this.user = this.kernel.spawn({ pid: 200, uid: 1000, gid: 1001 })
    this.#sender = this.socket(NETLINK_USERSOCK)
    this.#witness = this.socket(NETLINK_USERSOCK)
    this.#neighbour = this.socket(NETLINK_USERSOCK)
    this.#witness.bind({ nl_pid: PORTS.witness })
    this.#neighbour.bind({ nl_pid: PORTS.neighbour })
    // One that stays queued for the whole round.
    this.#sender.sendto(this.#secret.subarray(0, 200), 0, { nl_pid: PORTS.neighbour })
  }

  socket(protocol: number, task: Task = this.root): Socket {
    return task.socket(AF_NETLINK, SOCK_RAW, protocol)
  }

  /** Fills the windows, and the memory that the next message will get, with secrets. */
  plant(): void {
    this.#turn++
    const secret = this.#turn % 16 === 0 ? this.#secret : this.#secret.subarray(0, 300 + (this.#turn % 7) * 64)
    this.#sender.sendto(secret, 0, { nl_pid: PORTS.neighbour })
    this.#sender.sendto(secret, 0, { nl_pid: PORTS.neighbour })
    this.#neighbour.recv(this.#room)
    this.#neighbour.recv(this.#room)
  }

  /** A message as everybody sends it. */
  ordinary(): void {
    const message = new Uint8Array(20).fill(this.#turn)
    this.#sender.sendto(message, 0, { nl_pid: PORTS.witness })
    same(this.#witness.recv(this.#room), message.length, 'an ordinary message')
    sameBytes(this.#room.subarray(0, message.length), message, 'an ordinary message')
  }

  /** Looks at bytes that came out: no secrets, and the same ones the next time. */
  observe(bytes: Uint8Array, what: string): void {
    const leak = leakIn(bytes)
    if (leak >= 0) throw new Failure(`${what} has bytes from elsewhere at ${leak}: ${hex(bytes.subarray(leak))}`)
    for (let at = 0; at < bytes.length; at++) this.note(bytes[at] as number)
  }

  /** An answer that has to be the same the next time. */
  note(value: number): void {
    this.#seen = Math.imul(this.#seen ^ value, 0x01000193) >>> 0
  }

  /** Everything that came out, and the state that is left. */
  digest(): string {
    return `${this.#seen.toString(16)}:${this.kernel.stateHash()}`
  }
}

/** One parser: what it is given, and what has to hold. */
export interface Parser {
  readonly name: string
  readonly about: string
  /** Prepares a round; the result gives one hostile input each time it is called. */
  begin(round: Round): () => void
  readonly memory?: number
}
