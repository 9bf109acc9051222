// The documented example
// A kernel module (cn_test) registers two callbacks and counts the seconds; a program (ucon) joins its group and writes to it.

import { GFP_ATOMIC, GFP_KERNEL, HZ } from 'kernel-connector'
import {
  CN_NETLINK_USERS,
  decodeConnectorMessage,
  encodeConnectorMessage,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  POLLERR,
  POLLIN,
  SOCK_DGRAM,
  SOL_NETLINK,
} from 'kernel-connector/uapi'

const GROUP = CN_NETLINK_USERS + 3
const LOG = { idx: GROUP, val: 456 }
const ECHO = { idx: GROUP, val: 457 }

const bytes = (text) => new TextEncoder().encode(text)
const text = (data) => new TextDecoder().decode(data)

const cn_test = {
  name: 'cn_test',
  init(kernel) {
    kernel.cn_add_callback(LOG, 'cn_test', (msg, { portid }) => {
      kernel.printk(`cn_test: port ${portid} says "${text(msg.data)}"`)
    })
    // A reply has the sequence number of the message, and its acknowledge number plus 1.
    kernel.cn_add_callback(ECHO, 'cn_echo', (msg, { portid }) => {
      kernel.cn_netlink_send({ ...msg, ack: msg.ack + 1 }, portid, 0, GFP_KERNEL)
    })
    let counter = 0
    this.timer = kernel.timer_setup((timer) => {
      const data = bytes(`counter = ${counter}`)
      kernel.cn_netlink_send({ id: LOG, seq: counter++, data }, 0, GFP_ATOMIC)
      kernel.mod_timer(timer, kernel.jiffies + HZ)
    })
    return kernel.mod_timer(this.timer, kernel.jiffies + HZ)
  },
  exit(kernel) {
    kernel.del_timer(this.timer)
    kernel.cn_del_callback(LOG)
    kernel.cn_del_callback(ECHO)
  },
}

export async function scene({ kernel, step, print, tune }) {
  kernel.insmod(cn_test)
  await step('insmod cn_test: two callbacks are registered, a timer is armed')

  const ucon = kernel.spawn({ comm: 'ucon' })
  const socket = tune(ucon.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR))
  socket.bind({})
  await step('ucon opens a socket: its port is the process id')

  socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
  await step(`ucon joins group ${GROUP}`)

  socket.send(encodeConnectorMessage({ id: LOG, seq: 0, data: bytes('for the kernel log') }))
  await step('A message to cn_test: its callback writes it into the log')

  socket.send(encodeConnectorMessage({ id: ECHO, seq: 1, ack: 41, data: bytes('comes back') }))
  await step('A message to cn_echo: the answer waits in the queue of ucon')

  for (let second = 1; second <= 5; second++) {
    kernel.clock.advance(1000)
    await step(`Second ${second}: cn_test tells its group the counter`)
  }

  const buffer = new Uint8Array(8192)
  while (socket.poll(POLLIN) & (POLLIN | POLLERR)) {
    try {
      const n = socket.recv(buffer)
      const { msg } = decodeConnectorMessage(buffer.subarray(0, n))
      print(`ucon received "${text(msg.data)}" (seq ${msg.seq}, ack ${msg.ack})`)
      await step('ucon receives one message')
    } catch (error) {
      // Turn the knobs, and messages are lost: the kernel says so once.
      if (error.code !== 'ENOBUFS') throw error
      print('ucon lost messages: ENOBUFS')
    }
  }

  kernel.rmmod('cn_test')
  await step('rmmod cn_test: its callbacks are gone')
}
