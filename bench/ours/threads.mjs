// From send() in one thread through the kernel to recv() in the kernel's: messages in a ring of shared memory, which the kernel's thread
// moves and takes from a socket of a task of its own.
import { MessageChannel, Worker } from 'node:worker_threads'
import * as worker from '../../dist/worker.js'
import { buildMessage, sameBytes } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

/** The other thread: sends without end. */
const PROGRAM = `
import { workerData } from 'node:worker_threads'
import { connect } from '${new URL('../../dist/worker.js', import.meta.url)}'
const { port, portid, message } = workerData
const socket = await (await connect(port)).socket(16, 3, 2)
await socket.connect({ nl_pid: portid })
const shared = await socket.share()
for (;;) if (shared.trySend(message) < 0) shared.sendWait(message)
`

export async function measure({ boot, uapi }, params) {
  const kernel = boot()
  const receiver = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  receiver.bind({})
  const message = buildMessage(uapi, params.payload)
  const buffer = new Uint8Array(message.length)
  const { port1, port2 } = new MessageChannel()
  worker.serve(kernel, port1, { uid: 0 })
  const workerData = { port: port2, portid: receiver.getsockname().nl_pid, message }
  const url = new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`)
  const thread = new Worker(url, { workerData, transferList: [port2] })
  // By itself the event loop moves the first ones, as many as the socket holds.
  await receiver.readable()
  const pump = worker.pumpOf(kernel)
  const { length } = message
  while (receiver.poll(uapi.POLLIN) !== 0) receiver.recv(buffer)

  const samples = takeRounds(params, () => {
    const start = performance.now()
    let taken = 0
    while (taken < params.iterations) {
      const moved = pump.turn(256, 1000)
      for (let left = moved; left > 0; left--) if (receiver.recv(buffer) !== length) check(false, 'recv')
      taken += moved
    }
    const end = performance.now()
    check(sameBytes(message, buffer), 'another message came')
    buffer.fill(0)
    return { message: perOperation(start, end, taken) }
  })
  await thread.terminate()
  return samples
}
