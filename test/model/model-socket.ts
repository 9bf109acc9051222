// A socket of the model: its names, its queue, its losses. conformance/FINDINGS.md, "What a message counts", "Losses", "Receiving".

/** "What a message counts": the left column for a process's unicast that names no group, else the right one. */
export function truesize(bytes: number, plain: boolean): number {
  if (bytes <= 256) return 832
  if (bytes <= 704) return 1280
  if (bytes <= 1728) return 2304
  if (bytes <= 3776) return 4352
  if (plain) return Math.ceil(bytes / 64) * 64 + 576
  if (bytes <= 7872) return 8448
  let power = 1
  while (power < bytes + 320) power *= 2
  return 256 + power
}

export interface Message {
  readonly bytes: Uint8Array
  readonly truesize: number
  readonly portid: number
  readonly group: number
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

export interface ModelTask {
  pid: number
  uid: number
  gid: number
  caps: 'all' | 'none' | 'admin'
  netns: string
}

export const ENOBUFS = 105

export class ModelSocket {
  bound = false
  /** Also a port that was only wanted. */
  port = 0
  readonly groups = new Set<number>()
  /** The highest group that NETLINK_LIST_MEMBERSHIPS tells, 0 before there is a list. */
  listed = 0
  connected = false
  peer = { port: 0, group: 0 }
  queue: Message[] = []
  rcvbuf = 212992
  sndbuf = 212992
  error = 0
  congested = false
  drops = 0
  readonly flags = new Set<string>()

  constructor(
    readonly task: ModelTask,
    readonly protocol: number,
  ) {}

  get netns(): string {
    return this.task.netns
  }

  get rmem(): number {
    return this.queue.reduce((sum, message) => sum + message.truesize, 0)
  }

  /** The groups as getsockname() has them. */
  get mask(): number {
    let mask = 0
    for (const group of this.groups) if (group <= 32) mask |= 1 << (group - 1)
    return mask >>> 0
  }

  get privileged(): boolean {
    return this.task.caps !== 'none'
  }

  /** Queues a message if it may: nothing while congested, anything into an empty queue, else up to the buffer's size. */
  take(message: Message): boolean {
    if (this.congested) return false
    if (this.rmem !== 0 && this.rmem + message.truesize > this.rcvbuf) return false
    this.queue.push(message)
    return true
  }

  /** A message was lost. */
  overrun(): void {
    if (!this.flags.has('NO_ENOBUFS') && !this.congested) {
      this.congested = true
      this.error = ENOBUFS
    }
    this.drops++
  }

  /** The message that a receive call gets, or the error that it says. */
  receive(peek: boolean): Message | number {
    if (this.error !== 0) {
      const error = this.error
      this.error = 0
      this.relieve()
      return error
    }
    const message = this.queue[0]
    if (message === undefined) {
      this.relieve()
      return 11
    }
    if (!peek) {
      this.queue.shift()
      this.relieve()
    }
    return message
  }

  // A receive call that leaves the queue empty ends the congestion.
  private relieve(): void {
    if (this.queue.length === 0) this.congested = false
  }

  setFlag(flag: string, on: boolean): void {
    if (!on) this.flags.delete(flag)
    else this.flags.add(flag)
    if (flag === 'NO_ENOBUFS' && on) this.congested = false
  }

  poll(): number {
    return 0x304 | (this.queue.length > 0 ? 0x41 : 0) | (this.error !== 0 ? 8 : 0)
  }
}
