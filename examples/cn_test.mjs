// Kernel side: the module of the connector's documentation. It registers two ids, sends "counter = N" every second, answers
// what is sent to it, and asks to be told when ids near its own come and go.
//   node examples/cn_test.mjs

import { fileURLToPath } from 'node:url'
import { boot, GFP_ATOMIC, GFP_KERNEL, HZ } from 'kernel-connector'
import { CN_NETLINK_USERS } from 'kernel-connector/uapi'

/** @import { CnCallback, Kernel, Module, NetlinkSkbParms, Timer } from 'kernel-connector' */
/** @import { CbId, CnMsg } from 'kernel-connector/uapi' */

/** The first index that no driver of Linux has is CN_NETLINK_USERS. An index is also a group: both ids send to this one. */
export const CN_TEST_GROUP = CN_NETLINK_USERS + 3
/** @type {CbId} What is sent to this id goes to the kernel log; "counter = N" comes from it. */
export const CN_TEST_ID = { idx: CN_TEST_GROUP, val: 456 }
/** @type {CbId} What is sent to this id comes back. */
export const CN_ECHO_ID = { idx: CN_TEST_GROUP, val: 457 }

// An id is watched if its idx lies in one of the first ranges and its val in one of the others.
const WATCHED = {
  idx: [{ first: CN_TEST_GROUP, range: 10 }],
  val: [
    { first: CN_TEST_ID.val, range: 1 },
    { first: CN_ECHO_ID.val, range: 43 },
  ],
}

/**
 * The module.
 *
 * @implements {Module}
 */
export class CnTest {
  name = 'cn_test'
  /** @type {CbId[]} */
  #registered = []
  /** @type {Timer | undefined} */
  #timer
  #counter = 0

  /** @param {Kernel} kernel */
  init(kernel) {
    // Who joins the group is told by message, the module by this function.
    kernel.requestNotification({ ...WATCHED, group: CN_TEST_GROUP }, ({ id, ack }) => {
      kernel.printk(`cn_test: ${id.idx}:${id.val} was ${ack === 0 ? 'registered' : 'unregistered'}`)
    })
    const error =
      this.#register(kernel, CN_TEST_ID, 'cn_test', (msg, nsp) => this.#log(kernel, msg, nsp)) ||
      this.#register(kernel, CN_ECHO_ID, 'cn_echo', (msg, nsp) => this.#echo(kernel, msg, nsp)) ||
      this.#count(kernel)
    if (error < 0) this.exit(kernel)
    return error
  }

  /** @param {Kernel} kernel */
  exit(kernel) {
    if (this.#timer) kernel.del_timer(this.#timer)
    for (const id of this.#registered) kernel.cn_del_callback(id)
    kernel.requestNotification({ ...WATCHED, group: 0 })
  }

  /** @param {Kernel} kernel @param {CbId} id @param {string} name @param {CnCallback} callback */
  #register(kernel, id, name, callback) {
    const error = kernel.cn_add_callback(id, name, callback)
    if (error === 0) this.#registered.push(id)
    return error
  }

  /** Sends a number now and then. @param {Kernel} kernel */
  #count(kernel) {
    this.#timer = kernel.timer_setup((timer) => {
      const data = new TextEncoder().encode(`counter = ${this.#counter}`)
      // Group 0 stands for the group of the id. That nobody has joined it (-ESRCH) does not matter.
      kernel.cn_netlink_send({ id: CN_TEST_ID, seq: this.#counter++, data }, 0, GFP_ATOMIC)
      kernel.mod_timer(timer, kernel.jiffies + HZ)
    })
    return kernel.mod_timer(this.#timer, kernel.jiffies + HZ)
  }

  /** @param {Kernel} kernel @param {CnMsg} msg @param {NetlinkSkbParms} nsp */
  #log(kernel, { id, seq, ack, len, data }, { portid }) {
    const text = new TextDecoder().decode(data)
    kernel.printk(`cn_test: port ${portid} to ${id.idx}:${id.val}: seq ${seq}, ack ${ack}, len ${len}: ${text}`)
  }

  /** @param {Kernel} kernel @param {CnMsg} msg @param {NetlinkSkbParms} nsp */
  #echo(kernel, msg, nsp) {
    this.#log(kernel, msg, nsp)
    // A reply has the sequence number of the message, and its acknowledge number plus 1.
    kernel.cn_netlink_send({ ...msg, ack: (msg.ack + 1) >>> 0 }, nsp.portid, 0, GFP_KERNEL)
  }
}

function main() {
  const kernel = boot()
  kernel.insmod(new CnTest())
  // What other modules register: the first id lies in the watched ranges, the second beside them.
  const ids = [CN_TEST_GROUP + 1, CN_TEST_GROUP - 1].map((idx) => ({ idx, val: CN_ECHO_ID.val + 1 }))
  for (const id of ids) kernel.cn_add_callback(id, 'neighbour', () => {})
  kernel.clock.advance(3 * HZ)
  console.log('$ cat /proc/net/connector')
  console.log(kernel.procfs.read('/proc/net/connector'))
  for (const id of ids) kernel.cn_del_callback(id)
  kernel.rmmod('cn_test')
  console.log('$ dmesg')
  console.log(kernel.dmesg().join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
