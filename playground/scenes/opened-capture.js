// An opened capture
// The messages of a pcapng or pcap file are sent again, each at its time, to a program that has joined their groups.

import { playCapture, readCapture } from 'kernel-connector/capture'
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  SOCK_DGRAM,
  SOL_NETLINK,
  tryDecodeConnectorMessage,
} from 'kernel-connector/uapi'

/** Where a packet of the capture goes: to the group that is its idx, or for other protocols to group 1. */
function target({ protocol, data }) {
  const group = protocol === NETLINK_CONNECTOR ? tryDecodeConnectorMessage(data)?.msg.id.idx : 1
  return { group: group || 1 }
}

export async function scene({ kernel, step, print, file, tune }) {
  if (file === null) throw new Error('there is no file: open one with the button "Open"')
  const packets = readCapture(file)
  for (const { comments } of packets.slice(0, 1000)) if (comments.length > 0) print(comments.join('; '))

  // One socket for each protocol, a member of every group that is spoken to.
  const task = kernel.spawn({ comm: 'listener' })
  const sockets = new Map()
  for (const packet of packets) {
    const { protocol } = packet
    if (!sockets.has(protocol)) sockets.set(protocol, tune(task.socket(PF_NETLINK, SOCK_DGRAM, protocol)))
    sockets.get(protocol).setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, target(packet).group)
  }
  const player = playCapture(kernel, packets, { to: target })
  await step(`${packets.length} packets are read, nothing is sent yet`)

  const buffer = new Uint8Array(65536)
  for (const ms of moments(packets)) {
    kernel.clock.advance(ms - kernel.clock.now)
    for (const socket of sockets.values()) empty(socket, buffer)
    await step(`${player.sent} of ${player.total} messages have been sent`)
  }
}

/** When there are messages, in milliseconds after the first one. */
function moments(packets) {
  const times = packets.map(({ time }) => Number((time - packets[0].time) / 1000000n))
  return [...new Set(times)].filter((ms) => ms >= 0).sort((a, b) => a - b)
}

function empty(socket, buffer) {
  for (;;) {
    try {
      socket.recv(buffer)
    } catch (error) {
      if (error.code === 'EAGAIN') return
      if (error.code !== 'ENOBUFS') throw error
    }
  }
}
