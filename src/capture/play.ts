// Plays captured messages at the sockets of a kernel, as the kernel's own messages, on the virtual clock.

import type { Kernel, Timer } from '../api.js'
import { MAX_LINKS, NETLINK_CONNECTOR, tryDecodeConnectorMessage, u16, u32 } from '../uapi/index.js'
import { asFunction, asObject, asOptions, asPlainBytes, SystemError } from '../user/index.js'
import type { CapturedPacket } from './packet.js'

const NS_PER_MS = 1000000n

/** Where a message is played at: a port, or a group without that port. */
export interface PlayTarget {
  readonly portid?: number
  readonly group?: number
}

/** What is played of a packet: comments do not matter, and a list of any source will do. */
export type PlayablePacket = Pick<CapturedPacket, 'time' | 'protocol' | 'data' | 'direction'>

export interface PlayOptions {
  /**
   * Where a packet goes, null for nowhere. Asked for each packet before any is played. By default a message of the connector goes to the
   * group that is its idx, as the connector sends it, and what a task sent (direction "in") goes nowhere.
   */
  readonly to?: (packet: PlayablePacket) => PlayTarget | null
}

/** Captured messages on their way to the sockets of a kernel. */
export interface CapturePlayer {
  /** How many messages are to be sent; those that go nowhere are left out. */
  readonly total: number
  /** How many of them have had their time. */
  readonly sent: number
  /** How many of those reached somebody. */
  readonly delivered: number
  /** Whether more will be sent. */
  readonly pending: boolean
  /** The rest is not sent. */
  stop(): void
}

/** What playing needs of a kernel. */
export type PlayingKernel = Pick<Kernel, 'jiffies' | 'timer_setup' | 'mod_timer' | 'del_timer' | 'inject'>

/** A message, where it goes, and when: ticks of 1 ms after the start. */
interface Scheduled {
  readonly protocol: number
  readonly data: Uint8Array
  readonly to: { portid: number; group: number }
  readonly at: number
}

/**
 * Plays a capture: each message is sent as the kernel would send it, as long after now as it came after the first one (to the tick of
 * 1 ms; times that go back count as the latest so far). Nothing happens until the clock is told to move, or to run what is due.
 *
 * @param kernel who sends
 * @param packets what readCapture() gives, or any list like it; data are copied
 * @returns how far it is, and stop()
 * @throws TypeError for arguments of the wrong type, and for a packet of another protocol than the connector's where no `to` says
 * where it goes; RangeError for one that is no message of the connector or has idx 0, which is no group, and for numbers out of
 * range; SystemError ENOMEM if the kernel has no timer left. A function of the kernel side that throws does so from the clock's
 * call, and the play goes on.
 * @example
 * playCapture(kernel, readCapture(file))
 * kernel.clock.advance(1000)
 */
export function playCapture(
  kernel: PlayingKernel,
  packets: readonly PlayablePacket[],
  options: PlayOptions = {},
): CapturePlayer {
  asFunction(asObject(kernel, 'kernel').inject, 'kernel.inject')
  if (!Array.isArray(packets))
    throw new TypeError('packets must be an array of captured packets: readCapture() makes one')
  const { to = defaultTarget } = asOptions(options, 'options', { to: 1 })
  return new Player(kernel, schedule(packets, asFunction(to, 'to')))
}

/** Puts the packets that go anywhere into their time. The first one of all, wherever it goes, is the start. */
function schedule(packets: readonly PlayablePacket[], targetOf: Target): Scheduled[] {
  const scheduled: Scheduled[] = []
  let first: bigint | undefined
  let latest = 0n
  for (const [index, packet] of packets.entries()) {
    const name = `packets[${index}]`
    const { time } = asObject(packet, name)
    if (typeof time !== 'bigint') throw new TypeError(`${name}.time must be a bigint, in nanoseconds`)
    const protocol = u16(packet.protocol, `${name}.protocol`)
    const data = new Uint8Array(asPlainBytes(packet.data, `${name}.data`))
    first ??= time
    if (time - first > latest) latest = time - first
    const target = targetOf(packet, name)
    if (target === null) continue
    if (protocol >= MAX_LINKS)
      throw new RangeError(`${name}.protocol must be below ${MAX_LINKS} to be played, not ${protocol}`)
    const { portid = 0, group = 0 } = asOptions(target, `the target of ${name}`, { portid: 1, group: 1 })
    const to = { portid: u32(portid, 'portid'), group: u32(group, 'group') }
    scheduled.push({ protocol, data, to, at: Number(latest / NS_PER_MS) })
  }
  return scheduled
}

type Target = (packet: PlayablePacket, name: string) => PlayTarget | null

function defaultTarget({ protocol, data, direction }: PlayablePacket, name: string): PlayTarget | null {
  if (direction === 'in') return null
  if (protocol !== NETLINK_CONNECTOR)
    throw new TypeError(`${name} is of protocol ${protocol}, not of the connector: options.to must say where it goes`)
  const message = tryDecodeConnectorMessage(data)
  const group = message?.msg.id.idx ?? 0
  if (group === 0)
    throw new RangeError(`${name} is no message of the connector that has a group: options.to must say where it goes`)
  return { group }
}

class Player implements CapturePlayer {
  readonly #kernel: PlayingKernel
  readonly #packets: readonly Scheduled[]
  readonly #start: number
  readonly #timer: Timer
  /** For each number of messages sent, how many of those reached somebody. */
  readonly #reached: Uint32Array
  #sent = 0
  #stopped = false

  constructor(kernel: PlayingKernel, packets: readonly Scheduled[]) {
    this.#kernel = kernel
    this.#packets = packets
    this.#start = kernel.jiffies
    this.#reached = new Uint32Array(packets.length + 1)
    this.#timer = kernel.timer_setup(() => this.#sendDue())
    this.#arm()
  }

  get total(): number {
    return this.#packets.length
  }

  get sent(): number {
    return this.#sent
  }

  get delivered(): number {
    return this.#reached[this.#sent] ?? 0
  }

  get pending(): boolean {
    return !this.#stopped && this.#sent < this.total
  }

  stop(): void {
    this.#stopped = true
    this.#kernel.del_timer(this.#timer)
  }

  #arm(): void {
    const next = this.#packets[this.#sent]
    if (next === undefined) return
    const result = this.#kernel.mod_timer(this.#timer, this.#start + next.at)
    if (result < 0) throw new SystemError(result, 'mod_timer')
  }

  /**
   * Sends what is due. Where to begin is taken from the clock, not from what was sent before: a kernel that was taken back in time
   * sends the same messages again.
   */
  #sendDue(): void {
    const now = this.#kernel.jiffies - this.#start
    const errors: unknown[] = []
    // The timer has fired: if it was stopped, then in a future that was taken back.
    this.#stopped = false
    this.#sent = this.#firstAt(Math.min(now, this.#timer.expires - this.#start))
    for (let next = this.#packets[this.#sent]; next !== undefined && next.at <= now; next = this.#packets[this.#sent]) {
      const before = this.#reached[this.#sent] ?? 0
      this.#sent++
      this.#reached[this.#sent] = before
      try {
        if (this.#kernel.inject(next.protocol, next.data, next.to) >= 0) this.#reached[this.#sent] = before + 1
      } catch (error) {
        errors.push(error)
      }
      if (this.#stopped) break
    }
    if (!this.#stopped) this.#arm()
    if (errors.length > 1) throw new AggregateError(errors, 'several messages of the capture met functions that threw')
    if (errors.length > 0) throw errors[0]
  }

  /** The first message at a tick or after it. */
  #firstAt(tick: number): number {
    let low = 0
    let high = this.#packets.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#packets[middle]?.at ?? 0) < tick) low = middle + 1
      else high = middle
    }
    return low
  }
}
