// Kernel side of process-events.mjs: a module that plays recorded process events, each at its time, as cn_proc sends them.
// What happens to the machine's own tasks is not among them: that is told by the kernel's cn_proc, which nobody asks here.

import { readFileSync } from 'node:fs'
import { GFP_ATOMIC } from 'kernel-connector'
import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  decodeConnectorMessage,
  decodeProcEvent,
  encodeProcEvent,
  PROC_CN_MCAST_LISTEN,
  PROC_EVENT_NONE,
  tryDecodeProcInput,
} from 'kernel-connector/uapi'

/** @import { Kernel, Module, Timer } from 'kernel-connector' */

/** The id that the messages carry. Its idx is also their group. */
const CN_PROC_ID = { idx: CN_IDX_PROC, val: CN_VAL_PROC }
/** The id that takes requests: they have the form of those to cn_proc. */
export const PLAYER_ID = { idx: CN_IDX_PROC, val: CN_VAL_PROC + 1 }

/** What cn_proc of a real Linux 6.18 with two CPUs sent in twelve seconds. */
export const RECORDING = new URL('../test/data/proc-events.bin', import.meta.url)

/**
 * @typedef {object} RecordedEvent
 * @property {number} seq the number that its CPU gave it
 * @property {number} cpu
 * @property {bigint} timestamp_ns
 * @property {Uint8Array} data struct proc_event
 */

/**
 * Reads a recording: again and again a little-endian length of 32 bits, and a datagram of that length.
 *
 * @param {string | URL} path
 * @param {number} [limit] how many events at the most
 * @returns {RecordedEvent[]}
 * @throws RangeError if the file is no recording
 */
export function readRecording(path, limit = Infinity) {
  const file = readFileSync(path)
  const events = []
  for (let offset = 0; offset < file.length && events.length < limit; ) {
    const start = offset + 4
    const end = start <= file.length ? start + file.readUInt32LE(offset) : Infinity
    if (end > file.length) throw new RangeError(`the file ends inside datagram ${events.length + 1}`)
    const { seq, data } = decodeConnectorMessage(file.subarray(start, end)).msg
    const { cpu, timestamp_ns } = decodeProcEvent(data)
    events.push({ seq, cpu, timestamp_ns, data })
    offset = end
  }
  return events
}

/**
 * The module. It plays from the moment when the first program asks to listen.
 *
 * @implements {Module}
 */
export class ProcPlayer {
  name = 'proc_player'
  /** How many messages were sent, acknowledgements included. */
  sent = 0
  #events
  #played = 0
  /** @type {Map<number, number>} The next number of each CPU: each counts what it sends, whether anybody hears it or not. */
  #next = new Map()
  /** @type {Timer | undefined} */
  #timer
  #began = 0
  #requests = 0

  /** @param {readonly RecordedEvent[]} events */
  constructor(events) {
    this.#events = events
    for (const { cpu, seq } of events) if (!this.#next.has(cpu)) this.#next.set(cpu, seq)
  }

  /** How many events are still to be played. */
  get left() {
    return this.#events.length - this.#played
  }

  /** @param {Kernel} kernel */
  init(kernel) {
    return kernel.cn_add_callback(PLAYER_ID, this.name, ({ ack, data }) => {
      if (tryDecodeProcInput(data)?.mcast_op === PROC_CN_MCAST_LISTEN) this.#listen(kernel, (ack + 1) >>> 0)
    })
  }

  /** @param {Kernel} kernel */
  exit(kernel) {
    if (this.#timer) kernel.del_timer(this.#timer)
    kernel.cn_del_callback(PLAYER_ID)
  }

  /** @param {Kernel} kernel @param {number} ack */
  #listen(kernel, ack) {
    if (!this.#timer) {
      this.#began = kernel.jiffies
      this.#timer = kernel.timer_setup(() => this.#play(kernel))
      kernel.mod_timer(this.#timer, kernel.jiffies)
    }
    // The CPU that serves a request acknowledges it, to all who listen. Here the CPUs take turns.
    const cpus = [...this.#next.keys()]
    const cpu = cpus[this.#requests++ % cpus.length] ?? 0
    const timestamp_ns = this.#start + BigInt((kernel.jiffies - this.#began) * 1e6)
    this.#send(
      kernel,
      cpu,
      encodeProcEvent({ what: PROC_EVENT_NONE, cpu, timestamp_ns, event_data: { ack: { err: 0 } } }),
      ack,
    )
  }

  /** Sends all that is due, and comes back when more is. @param {Kernel} kernel */
  #play(kernel) {
    for (let event = this.#events[this.#played]; event; event = this.#events[++this.#played]) {
      const due = this.#began + Math.ceil(Number(event.timestamp_ns - this.#start) / 1e6)
      if (due > kernel.jiffies) {
        if (this.#timer) kernel.mod_timer(this.#timer, due)
        return
      }
      this.#send(kernel, event.cpu, event.data)
    }
  }

  /** @param {Kernel} kernel @param {number} cpu @param {Uint8Array} data @param {number} [ack] */
  #send(kernel, cpu, data, ack = 0) {
    const seq = this.#next.get(cpu) ?? 0
    this.#next.set(cpu, (seq + 1) >>> 0)
    this.sent++
    // Nobody there, or no room: like cn_proc the module does not care. Listeners see the gap in the numbers.
    kernel.cn_netlink_send({ id: CN_PROC_ID, seq, ack, data }, 0, CN_PROC_ID.idx, GFP_ATOMIC)
  }

  get #start() {
    return this.#events[0]?.timestamp_ns ?? 0n
  }
}
