// A copy of the machine, in which things are tried that can be told in no other way: who may name an address, whether the kernel takes
// a protocol's messages, whom cn_proc holds an event back from. The machine itself does not notice.

import { TAP_VERDICTS } from '../../api/tap.js'
import { LAYOUT, type Machine, twinOf } from '../../machine/index.js'
import { AF_NETLINK, ECONNREFUSED, EPERM, GFP_KERNEL, SO_DETACH_FILTER, SOL_SOCKET } from '../../uapi/index.js'
import { PROC_EVENT_KINDS } from '../../uapi/proc-event-head.js'
import type { SocketFacts } from '../facts.js'

const ADDRESS_BYTES = 12
const INT_BYTES = 4
/** The tap's verdict on who is left out. */
const FILTERED = TAP_VERDICTS.indexOf('filtered')
const EVENT_BYTES = 76
const WHAT_AT = 36
const EXIT_CODE_AT = 60

/** What cn_proc does with an event. */
export interface Held {
  /** Whether it tells anybody at all. */
  readonly listening: boolean
  /** Sockets, by reference, that it holds this event back from. */
  readonly from: ReadonlySet<number>
}

export class Trial {
  readonly #machine: Machine
  #made: Machine | undefined

  constructor(machine: Machine) {
    this.#machine = machine
  }

  // Nobody watches the copy, and nothing fails in it.
  get #copy(): Machine {
    if (this.#made === undefined) {
      this.#made = twinOf(this.#machine)
      this.#made.raw.set_watch(0)
      this.#made.raw.set_failslab(0, 1, 1, 0)
      this.#made.raw.set_pressure(0)
    }
    return this.#made
  }

  /** Whether a socket may name an address that is not 0. */
  mayName(socket: SocketFacts): boolean {
    return this.#copy.raw.send_reserve(socket.ref, 1, 0, ADDRESS_BYTES, AF_NETLINK, 1, 0, 0) !== -EPERM
  }

  /** Whether somebody takes messages to port 0 of a protocol in the initial namespace. */
  takes(protocol: number): boolean {
    const { raw } = this.#copy
    const message = raw.ksock_message(1, 0, GFP_KERNEL)
    return message === 0 || raw.ksock_unicast(protocol, message, 0, 1) !== -ECONNREFUSED
  }

  /** What cn_proc does with an event; socket filters are not asked. */
  heldBack(event: Uint8Array, members: readonly SocketFacts[]): Held {
    const { raw } = this.#copy
    const unsure = new Set<number>()
    for (const { ref, flags } of members) {
      if ((flags & LAYOUT.FLAG_FILTERED) === 0) continue
      // A filter that is locked cannot be told from cn_proc.
      if (raw.setsockopt(ref, SOL_SOCKET, SO_DETACH_FILTER, INT_BYTES) < 0) unsure.add(ref)
    }
    const { listening, from } = this.#replay(event)
    return { listening, from: new Set([...from].filter((ref) => !unsure.has(ref))) }
  }

  /** The kinds of events that cn_proc lets through to a socket, as bits; heldBack() has been asked before. */
  wanted(socket: SocketFacts): number {
    const event = new DataView(new ArrayBuffer(EVENT_BYTES))
    // An exit that failed, which is what PROC_EVENT_NONZERO_EXIT lets through as well.
    event.setUint32(EXIT_CODE_AT, 1, true)
    let bits = 0
    // Acknowledgements, which are no events, have no bit.
    for (const kind of PROC_EVENT_KINDS) {
      event.setUint32(WHAT_AT, kind, true)
      if (!this.#replay(new Uint8Array(event.buffer)).from.has(socket.ref)) bits |= kind
    }
    return bits >>> 0
  }

  #replay(event: Uint8Array): Held {
    const copy = this.#copy
    const from = new Set<number>()
    let listening = false
    copy.onTap = (_, code) => {
      if (code === LAYOUT.TAP_BEGIN) listening = true
      if (code !== LAYOUT.TAP_DELIVERY || copy.word(LAYOUT.WORD_WATCH + 1) !== FILTERED) return
      from.add(copy.word(LAYOUT.WORD_WATCH))
    }
    copy.raw.set_watch(LAYOUT.WATCH_TAP)
    copy.transmit(event.subarray(0, EVENT_BYTES))
    copy.raw.proc_replay(EVENT_BYTES)
    copy.raw.set_watch(0)
    return { listening, from }
  }
}
