// The members of a group and the kernel socket that sends to it: netlink_broadcast() is what the kernel calls here;
// native/multicast.c says why a process sends on Linux.
import { check } from './rounds.mjs'

// A protocol number that Linux does not use.
const PROTOCOL = 25
const GROUP = 20
const DEFAULTS = { memory: 64 << 20, queueBytes: 1 << 20 }

/** So many sockets that hold `queueBytes` each, and a function that sends bytes to all of them and answers 0 or -errno. */
export function openGroup({ boot, uapi }, count, options = {}) {
  const { memory, queueBytes } = { ...DEFAULTS, ...options }
  const kernel = boot({ limits: { memory, sockets: count + 16 } })
  const ksock = kernel.netlink_kernel_create(PROTOCOL)
  check(ksock !== null, 'netlink_kernel_create')
  const task = kernel.spawn()
  const listeners = Array.from({ length: count }, () => {
    const listener = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, PROTOCOL)
    listener.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUFFORCE, queueBytes)
    listener.bind({ nl_groups: 1 << (GROUP - 1) })
    return listener
  })
  const broadcast = (message) => kernel.netlink_broadcast(ksock, message, 0, GROUP, uapi.GFP_KERNEL)
  return { kernel, listeners, broadcast }
}
