// Ten thousand messages a second
// A driver sends ten messages each millisecond. Play it at 100 steps a second: that is ten thousand messages in a real second.

import { GFP_ATOMIC } from 'kernel-connector'
import {
  CN_NETLINK_USERS,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  SOCK_DGRAM,
  SOL_NETLINK,
} from 'kernel-connector/uapi'

const READINGS = { idx: CN_NETLINK_USERS + 6, val: 1 }
const STEPS = 600
const buffer = new Uint8Array(8192)

export async function scene({ kernel, step, tune }) {
  const readers = ['recorder', 'alarm'].map((comm) => {
    const socket = tune(kernel.spawn({ comm }).socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR))
    socket.bind({})
    socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, READINGS.idx)
    return socket
  })
  let seq = 0
  const timer = kernel.timer_setup(() => {
    for (let n = 0; n < 10; n++) {
      kernel.cn_netlink_send({ id: READINGS, seq: seq++, data: new Uint8Array(16).fill(seq) }, READINGS.idx, GFP_ATOMIC)
    }
    kernel.mod_timer(timer, kernel.jiffies + 1)
  })
  kernel.mod_timer(timer, kernel.jiffies + 1)
  await step('Two readers, and a driver with a timer')

  for (let n = 1; n <= STEPS; n++) {
    kernel.clock.advance(10)
    // The alarm reads every fifth step only: it is always behind, and loses messages.
    empty(readers[0])
    if (n % 5 === 0) empty(readers[1])
    await step(`${10 * n} ms: ${100 * n} messages`)
  }
}

function empty(socket) {
  for (;;) {
    try {
      socket.recv(buffer)
    } catch (error) {
      if (error.code === 'EAGAIN') return
      if (error.code !== 'ENOBUFS') throw error
    }
  }
}
