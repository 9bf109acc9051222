// A recorded stream of process events as the source of cn_proc's group: each datagram as it was, at its own time.

import type { ProcEventSource as ProcEventSourceInterface } from '../api.js'
import { LAYOUT, type Machine } from '../machine/index.js'
import { viewOf } from '../uapi/bytes.js'
import { CN_IDX_PROC, CN_VAL_PROC, PROC_EVENT_NONE, tryDecodeConnectorMessage } from '../uapi/index.js'
import { procEventFault, procEventHead } from '../uapi/proc-event-head.js'
import { asBytes } from '../user/index.js'
import type { Timers } from './timers.js'

const LENGTH_BYTES = 4
const NS_PER_MS = 1000000n

interface Recorded {
  readonly datagram: Uint8Array
  /** Milliseconds after the first event. */
  readonly at: number
}

/**
 * Reads a stream: again and again a little-endian length of 32 bits and that many bytes. Times that go back (where CPUs meet)
 * count as the latest so far; acknowledgements, which answer requests of those days, are left out.
 * @throws RangeError with the place of what is no event of cn_proc
 */
function parse(stream: Uint8Array): Recorded[] {
  const view = viewOf(stream)
  const events: Recorded[] = []
  let first: bigint | undefined
  let latest = 0n
  for (let at = 0; at < stream.length; ) {
    const length = at + LENGTH_BYTES <= stream.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY
    if (at + LENGTH_BYTES + length > stream.length)
      throw new RangeError(`the stream ends inside the record at byte ${at}`)
    const datagram = stream.slice(at + LENGTH_BYTES, at + LENGTH_BYTES + length)
    const event = eventOf(datagram)
    if (event === undefined) throw new RangeError(`the record at byte ${at} is no event of cn_proc`)
    if (event.what !== PROC_EVENT_NONE) {
      first ??= event.time
      if (event.time - first > latest) latest = event.time - first
      events.push({ datagram, at: Number(latest / NS_PER_MS) })
    }
    at += LENGTH_BYTES + length
  }
  return events
}

function eventOf(datagram: Uint8Array): { what: number; time: bigint } | undefined {
  if (datagram.length > LAYOUT.TRANSMIT_BYTES) return undefined
  const message = tryDecodeConnectorMessage(datagram)
  if (message === null) return undefined
  const { id, data } = message.msg
  if (id.idx !== CN_IDX_PROC || id.val !== CN_VAL_PROC) return undefined
  if (procEventFault(data) !== null) return undefined
  const { what, timestamp_ns } = procEventHead(viewOf(data))
  return { what, time: timestamp_ns }
}

export class ProcEventSource implements ProcEventSourceInterface {
  readonly total: number
  sent = 0
  delivered = 0
  readonly #machine: Machine
  readonly #events: Recorded[]
  readonly stop: () => void

  constructor(machine: Machine, timers: Timers, stream: Uint8Array) {
    this.#machine = machine
    this.#events = parse(asBytes(stream, 'stream'))
    this.total = this.#events.length
    const start = timers.jiffies
    const send = () => {
      this.#sendDue(timers.jiffies - start)
      const next = this.#events[this.sent]
      if (next !== undefined) timers.modify(timer, start + next.at)
    }
    const timer = timers.setup(send, '', () => this.#keep())
    if (this.total > 0) timers.modify(timer, start)
    this.stop = () => void timers.delete(timer)
  }

  #keep(): () => void {
    const { sent, delivered } = this
    return () => {
      this.sent = sent
      this.delivered = delivered
    }
  }

  get pending(): boolean {
    return this.sent < this.total
  }

  #sendDue(now: number): void {
    for (let event = this.#events[this.sent]; event !== undefined && event.at <= now; event = this.#events[this.sent]) {
      this.#machine.transmit(event.datagram)
      this.delivered += this.#machine.abi.proc_replay(event.datagram.length)
      this.sent++
    }
  }
}
