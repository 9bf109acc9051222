// What one more of something takes when there are many: bytes of linear memory, of stats().memory.used, and of the heap of
// JavaScript after a collection. Tables are in it. Unlike memory.mjs this counts, and asks no machine to be full.
import { buildMessage } from './message.mjs'
import { check } from './rounds.mjs'

const MEMORY = 512 << 20
const MESSAGES_EACH = 256
const nothing = () => {}

export function measure({ boot, uapi, heapUsed }, { count, payload }) {
  const bootLarge = () => boot({ limits: { memory: MEMORY, sockets: count, callbacks: count, tasks: count } })
  const samples = {}
  for (const [kind, prepare] of Object.entries(KINDS)) {
    const { kernel, make } = prepare(bootLarge(), uapi, count, payload)
    // What is made once for all, and code that is compiled, belong to nobody.
    make(0)
    const before = { linear: kernel.stats().memory.used, heap: heapUsed() }
    for (let i = 1; i < count; i++) make(i)
    const after = { linear: kernel.stats().memory.used, heap: heapUsed() }
    samples[kind] = [(after.linear - before.linear) / (count - 1)]
    samples[`${kind}-heap`] = [(after.heap - before.heap) / (count - 1)]
    check(kernel.halt() === 0, 'halt')
  }
  return samples
}

const open = (task, uapi) => task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)

const KINDS = {
  socket(kernel, uapi, count) {
    const task = kernel.spawn()
    const sockets = new Array(count).fill(null)
    const make = (i) => {
      sockets[i] = open(task, uapi)
      sockets[i].bind({ nl_pid: i + 1 })
    }
    return { kernel, make }
  },

  message(kernel, uapi, count, payload) {
    const task = kernel.spawn()
    const sender = open(task, uapi)
    const message = buildMessage(uapi, payload)
    const receivers = Array.from({ length: Math.ceil(count / MESSAGES_EACH) }, () => open(task, uapi))
    for (const [i, receiver] of receivers.entries()) receiver.bind({ nl_pid: i + 1 })
    const to = { nl_pid: 0 }
    const make = (i) => {
      to.nl_pid = 1 + Math.floor(i / MESSAGES_EACH)
      sender.sendto(message, 0, to)
    }
    return { kernel, make }
  },

  membership: (kernel, uapi, count) => memberships(kernel, uapi, count, [1]),
  'second-membership': (kernel, uapi, count) => memberships(kernel, uapi, count, [1, 2]),

  callback(kernel) {
    const make = (i) => check(kernel.cn_add_callback({ idx: i + 1000, val: 1 }, 'callback', nothing) === 0, 'callback')
    return { kernel, make }
  },

  task(kernel) {
    return { kernel, make: () => kernel.spawn() }
  },
}

// The last of the groups is what is measured.
function memberships(kernel, uapi, count, groups) {
  const task = kernel.spawn()
  const sockets = Array.from({ length: count }, () => open(task, uapi))
  const join = (socket, group) => socket.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, group)
  for (const group of groups.slice(0, -1)) for (const socket of sockets) join(socket, group)
  return { kernel, make: (i) => join(sockets[i], groups.at(-1)) }
}
