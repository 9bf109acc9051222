// A copy of the machine, one in the memory of a copy that was disposed of, the way back to it in place (with one line in the log to
// undo), and another machine made of it.
// Samples are ms; of a machine that has something in it (`mebibytes` in use, as queued messages) ms for each MiB.
import { buildMessage } from './message.mjs'
import { check, takeRounds } from './rounds.mjs'

const MESSAGES_EACH = 64
const PAYLOAD = 1024

export function measure({ boot, restore, uapi }, params) {
  const { iterations, restores, mebibytes = 0 } = params
  const kernel = mebibytes > 0 ? fill(boot, uapi, mebibytes) : boot()
  const share = mebibytes > 0 ? kernel.stats().memory.used / 2 ** 20 : 1
  const hash = kernel.stateHash()
  const one = kernel.snapshot()
  let last = kernel.snapshot()
  let other

  const samples = takeRounds(params, () => ({
    snapshot: timed(iterations, () => kernel.snapshot()) / share,
    again:
      timed(iterations, () => {
        last.dispose()
        last = kernel.snapshot()
      }) / share,
    rewind:
      timed(iterations, () => {
        kernel.printk('to be undone')
        kernel.rewind(one)
      }) / share,
    restore:
      timed(restores, () => {
        other = restore(one)
      }) / share,
  }))
  check(kernel.stateHash() === hash, 'rewind() did not lead back')
  check(other.stateHash() === hash, 'restore() made another machine')
  check(last.stateHash === hash, 'snapshot() is of another machine')
  return samples
}

/** Milliseconds of one call. */
function timed(calls, once) {
  const start = performance.now()
  for (let i = 0; i < calls; i++) once()
  return (performance.now() - start) / calls
}

/** A kernel of twice that size, so much of which is in use. */
function fill(boot, uapi, mebibytes) {
  const kernel = boot({ limits: { memory: mebibytes << 21, sockets: 1_000_000 } })
  const message = buildMessage(uapi, PAYLOAD)
  const task = kernel.spawn()
  const sender = openSocket(task, uapi)
  while (kernel.stats().memory.used < mebibytes << 20) {
    sender.connect({ nl_pid: openSocket(task, uapi).getsockname().nl_pid })
    for (let i = 0; i < MESSAGES_EACH; i++) sender.send(message)
  }
  return kernel
}

function openSocket(task, uapi) {
  const socket = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  socket.bind({})
  return socket
}
