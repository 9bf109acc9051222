// A slow listener overruns
// Three programs listen to one group. One reads everything, one nothing: its receive buffer fills up, and it loses messages.

import { GFP_ATOMIC } from 'kernel-connector'
import {
  CN_NETLINK_USERS,
  decodeConnectorMessage,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_NETLINK,
  SOL_SOCKET,
} from 'kernel-connector/uapi'

const NEWS = { idx: CN_NETLINK_USERS + 4, val: 1 }
const BURST = 4
const buffer = new Uint8Array(8192)

function join(kernel, comm) {
  const socket = kernel.spawn({ comm }).socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({})
  socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NEWS.idx)
  return socket
}

/** Receives up to `most` messages, and tells what the kernel told. */
function receive(socket, who, most, print) {
  for (let n = 0; n < most; n++) {
    try {
      const { msg } = decodeConnectorMessage(buffer.subarray(0, socket.recv(buffer)))
      if (who !== 'eager') print(`${who}: seq ${msg.seq}`)
    } catch (error) {
      if (error.code === 'EAGAIN') return
      print(`${who}: ${error.code}: messages were lost`)
    }
  }
}

export async function scene({ kernel, step, print, tune }) {
  const [eager, slow, deaf] = ['eager', 'slow', 'deaf'].map((comm) => join(kernel, comm))
  // The kernel doubles it. The knob for receive buffers has the last word.
  slow.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 12288)
  deaf.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 8192)
  for (const socket of [slow, deaf]) tune(socket)
  await step('Three listeners, two of them with small receive buffers')

  let seq = 0
  for (let burst = 1; burst <= 12; burst++) {
    for (let n = 0; n < BURST; n++) {
      const data = new Uint8Array(200).fill(seq)
      kernel.cn_netlink_send({ id: NEWS, seq: seq++, data }, NEWS.idx, GFP_ATOMIC)
    }
    kernel.clock.advance(10)
    receive(eager, 'eager', BURST, print)
    receive(slow, 'slow', 1, print)
    await step(`Burst ${burst}: ${BURST} messages; eager reads all of them, slow one, deaf none`)
  }

  receive(deaf, 'deaf', 1, print)
  await step('deaf wakes up: the first receive says ENOBUFS')
  receive(deaf, 'deaf', 1000, print)
  await step('deaf reads its queue empty: only then does it get new messages')
  kernel.cn_netlink_send({ id: NEWS, seq: seq++ }, NEWS.idx, GFP_ATOMIC)
  await step('The next message reaches it: the gap in the numbers shows what is missing')
  receive(deaf, 'deaf', 1, print)
}
