// User side of cn_test.mjs: binds, joins the group, sends, and prints what comes.
//   node examples/ucon.mjs

import { fileURLToPath } from 'node:url'
import { boot } from 'kernel-connector'
import {
  decodeConnectorMessage,
  encodeConnectorMessage,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  POLLIN,
  SOCK_DGRAM,
  SOL_NETLINK,
} from 'kernel-connector/uapi'
import { CN_ECHO_ID, CN_TEST_GROUP, CN_TEST_ID, CnTest } from './cn_test.mjs'

/** @import { Kernel, Task } from 'kernel-connector' */
/** @import { CbId, CnMsg } from 'kernel-connector/uapi' */
/** @typedef {(way: '->' | '<-', msg: CnMsg) => void} Print */

/** The program: a socket, and the sequence number that the next message gets. */
export class Ucon {
  #socket
  #random
  #seq = 0
  #buffer = new Uint8Array(8192)

  /**
   * @param {Task} task
   * @param {number} group
   * @param {() => number} random gives a u32
   */
  constructor(task, group, random) {
    this.#random = random
    this.#socket = task.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    // The port is the process's id if it is free. A member needs one: messages to a group pass by those who have none.
    this.#socket.bind({})
    this.#socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
  }

  get portid() {
    return this.#socket.getsockname().nl_pid
  }

  /**
   * Sends a text to the callback of an id. Sequence numbers count up, acknowledge numbers are random.
   *
   * @param {CbId} id
   * @param {string} text
   */
  send(id, text) {
    const data = new TextEncoder().encode(text)
    const msg = { id, seq: this.#seq++, ack: this.#random(), len: data.length, flags: 0, data }
    this.#socket.send(encodeConnectorMessage(msg))
    return msg
  }

  /** What has come by now. */
  *received() {
    while (this.#socket.poll(POLLIN) & POLLIN) {
      const n = this.#socket.recv(this.#buffer)
      yield decodeConnectorMessage(this.#buffer.subarray(0, n)).msg
    }
  }

  close() {
    this.#socket.close()
  }
}

/**
 * One line for a message. Without data it is a notice: ack tells whether the id came or went.
 *
 * @param {CnMsg} msg
 */
export function describe({ id, seq, ack, len, data }) {
  const notice = ack === 0 ? 'registered' : 'unregistered'
  const text = len === 0 ? `(${notice})` : new TextDecoder().decode(data)
  return `${`${id.idx}:${id.val}`.padEnd(8)} seq ${seq}  ack ${String(ack).padEnd(10)}  len ${String(len).padEnd(2)}  ${text}`
}

/**
 * Loads the module and talks to it for some seconds of virtual time.
 *
 * @param {Kernel} kernel
 * @param {{ seconds: number, print: Print }} options
 */
export function converse(kernel, { seconds, print }) {
  kernel.insmod(new CnTest())
  const ucon = new Ucon(kernel.spawn({ comm: 'ucon' }), CN_TEST_GROUP, () => kernel.random())
  print('->', ucon.send(CN_TEST_ID, 'a message for the kernel log'))
  print('->', ucon.send(CN_ECHO_ID, 'a message that comes back'))
  for (let second = 0; second <= seconds; second++) {
    if (second > 0) kernel.clock.advance(1000)
    for (const msg of ucon.received()) print('<-', msg)
  }
  return ucon
}

function main() {
  const kernel = boot()
  /** @type {Print} */
  const print = (way, msg) => console.log(way, describe(msg))
  const ucon = converse(kernel, { seconds: 5, print })
  kernel.rmmod('cn_test')
  for (const msg of ucon.received()) print('<-', msg)
  console.log('\n$ dmesg')
  console.log(kernel.dmesg().join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
