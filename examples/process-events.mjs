// User side: listens to process events and prints a table of them as forkstat does. The kernel side is proc_player.mjs, which
// plays what a real kernel has sent.
//   node examples/process-events.mjs [RECORDING]

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { boot } from 'kernel-connector'
import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  decodeConnectorMessage,
  decodeProcEvent,
  encodeConnectorMessage,
  encodeProcInput,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  POLLERR,
  POLLIN,
  PROC_CN_MCAST_LISTEN,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_SOCKET,
} from 'kernel-connector/uapi'
import { Forkstat, HEADER, line } from './forkstat.mjs'
import { PLAYER_ID, ProcPlayer, RECORDING, readRecording } from './proc_player.mjs'

/** @import { Task } from 'kernel-connector' */
/** @import { CbId } from 'kernel-connector/uapi' */

const CN_PROC_ID = { idx: CN_IDX_PROC, val: CN_VAL_PROC }

/** A socket in the group of cn_proc that counts what it gets and what it misses. */
export class ProcListener {
  received = 0
  /** Messages that the numbers show as missing. */
  lost = 0
  /** How often a receive said ENOBUFS: that messages were lost since the last one. */
  overruns = 0
  #socket
  #id
  #buffer = new Uint8Array(8192)
  /** @type {Map<number, number>} What each CPU's next message is numbered. */
  #expected = new Map()

  /**
   * @param {Task} task
   * @param {object} options
   * @param {CbId} [options.id] whom to ask for events
   * @param {number} [options.rcvbuf] bytes of the receive buffer; the kernel doubles the number
   */
  constructor(task, { id = CN_PROC_ID, rcvbuf } = {}) {
    this.#id = id
    this.#socket = task.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    if (rcvbuf !== undefined) this.#socket.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, rcvbuf)
    this.#socket.bind({ nl_groups: 1 << (CN_IDX_PROC - 1) })
  }

  get portid() {
    return this.#socket.getsockname().nl_pid
  }

  /** Asks for events. The acknowledgement goes to the group and shows which number the CPU that serves us has reached. */
  ask() {
    this.#socket.send(
      encodeConnectorMessage({ id: this.#id, data: encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN }) }),
    )
  }

  /** What has come by now. */
  *events() {
    while (this.#socket.poll(POLLIN) & (POLLIN | POLLERR)) {
      const n = this.#receive()
      if (n === 0) continue
      const { seq, data } = decodeConnectorMessage(this.#buffer.subarray(0, n)).msg
      const event = decodeProcEvent(data)
      this.received++
      this.lost += (seq - (this.#expected.get(event.cpu) ?? seq)) >>> 0
      this.#expected.set(event.cpu, (seq + 1) >>> 0)
      yield event
    }
  }

  /** The length of a message. Or 0 if the socket reports a loss: what is still queued comes with the next receive. */
  #receive() {
    try {
      return this.#socket.recv(this.#buffer)
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'ENOBUFS') throw error
      this.overruns++
      return 0
    }
  }
}

/** @param {string | URL} path */
function main(path) {
  const kernel = boot()
  const source = new ProcPlayer(readRecording(path))
  kernel.insmod(source)
  const listener = new ProcListener(kernel.spawn({ comm: 'forkstat' }), { id: PLAYER_ID })
  const table = new Forkstat()
  listener.ask()
  console.log(HEADER)
  while (source.left > 0) {
    kernel.clock.advance(10)
    for (const event of listener.events()) console.log(line(table.row(event)))
  }
  console.log(`${listener.received} messages, ${listener.lost} lost`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2] ?? fileURLToPath(RECORDING)
  if (existsSync(path)) main(path)
  else {
    console.error(`process-events: there is no ${path}; simulated events are shown by: npx kernel-connector proc`)
    process.exitCode = 1
  }
}
