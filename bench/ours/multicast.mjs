// One sender, many members of a group: the cost of one copy when it is queued, and of one message when it is received.
// The kernel sends, with netlink_broadcast(); native/multicast.c says why a process does on Linux.
import { buildMessage, sameBytes } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

// A protocol number that Linux does not use.
const PROTOCOL = 25
const GROUP = 20
const QUEUE_BYTES = 1 << 20

export function measure(library, params) {
  const { listeners: count, messages } = params
  const group = openGroup(library, count)
  const message = buildMessage(library.uapi, params.payload)
  const buffer = new Uint8Array(message.length)

  return takeRounds(params, () => {
    const start = performance.now()
    sendToGroup(group, message, messages)
    const queued = performance.now()
    drain(group.listeners, messages, buffer)
    const end = performance.now()
    check(sameBytes(message, buffer), 'another message came')
    buffer.fill(0)
    const copies = count * messages
    return { enqueue: perOperation(start, queued, copies), drain: perOperation(queued, end, copies) }
  })
}

/** A kernel socket and the members of its group. */
export function openGroup({ boot, uapi }, count) {
  const kernel = boot({ limits: { memory: 64 << 20, sockets: count + 16 } })
  const ksock = kernel.netlink_kernel_create(PROTOCOL)
  check(ksock !== null, 'netlink_kernel_create')
  return { kernel, ksock, gfp: uapi.GFP_KERNEL, listeners: openListeners(kernel, uapi, count) }
}

/** Sends the message so many times to all members. */
export function sendToGroup({ kernel, ksock, gfp }, message, messages) {
  for (let i = 0; i < messages; i++) {
    if (kernel.netlink_broadcast(ksock, message, 0, GROUP, gfp) !== 0) check(false, 'netlink_broadcast')
  }
}

function openListeners(kernel, uapi, count) {
  const task = kernel.spawn()
  return Array.from({ length: count }, () => {
    const listener = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, PROTOCOL)
    listener.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUFFORCE, QUEUE_BYTES)
    listener.bind({ nl_groups: 1 << (GROUP - 1) })
    return listener
  })
}

function drain(listeners, messages, buffer) {
  for (const listener of listeners) {
    for (let k = 0; k < messages; k++) {
      if (listener.recv(buffer) !== buffer.length) check(false, 'recv')
    }
  }
}
