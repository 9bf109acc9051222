// Bytes of linear memory: kernels of a known size are filled until they refuse, and the size is divided by what
// fitted. All costs are in it (tables, headers, what the kernel itself takes), so it is an upper bound. Tables grow by
// doubling: the best of several sizes is told.
import { buildMessage } from './message.mjs'
import { check } from './rounds.mjs'

const SIZES = [8, 12, 16, 24, 32].map((MiB) => MiB << 20)
const EVERY = 1_000_000
const MESSAGES_EACH = 256

export function measure({ boot, uapi }, { payload }) {
  const best = (fill) => Math.min(...SIZES.map((memory) => memory / fill(bootWith(boot, memory), uapi, payload)))
  return { socket: [best(fillWithSockets)], message: [best(fillWithMessages)] }
}

const bootWith = (boot, memory) => boot({ limits: { memory, sockets: EVERY } })

const openSocket = (task, uapi) => {
  const socket = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  socket.bind({})
  return socket
}

function fillWithSockets(kernel, uapi) {
  const task = kernel.spawn()
  return countUntilRefused(uapi, () => {
    openSocket(task, uapi)
  })
}

function fillWithMessages(kernel, uapi, payload) {
  const task = kernel.spawn()
  const sender = openSocket(task, uapi)
  const message = buildMessage(uapi, payload)
  let count = 0
  return countUntilRefused(uapi, () => {
    if (count++ % MESSAGES_EACH === 0) sender.connect({ nl_pid: openSocket(task, uapi).getsockname().nl_pid })
    sender.send(message)
  })
}

function countUntilRefused(uapi, once) {
  for (let count = 0; count < EVERY; count++) {
    try {
      once()
    } catch (error) {
      check([uapi.ENOBUFS, uapi.ENFILE, uapi.ENOMEM].includes(-error.errno), `refused with ${error.code}`)
      return count
    }
  }
  return EVERY
}
