// How the queues are measured: as ours/unicast.mjs measures send() and recv(), with the caller's own Uint8Arrays. A queue has open(),
// which answers a socket, bind(socket, port), connect(socket, port), send(socket, bytes) and recv(socket, buffer), which answer
// a length or -errno.
import { buildMessage, sameBytes } from '../ours/message.mjs'
import { check, perOperation, takeRounds } from '../ours/rounds.mjs'
import { RECEIVE_BUFFER, truesizeOf } from './truesize.mjs'

const PORT = 4242
// So many sockets lie in the table of ports that finding one is a lookup.
const OTHERS = 14

export function measureQueue({ uapi }, params, queue) {
  for (let i = 0; i < OTHERS; i++) queue.bind(queue.open(), PORT + 1 + i)
  const receiver = queue.open()
  queue.bind(receiver, PORT)
  const sender = queue.open()
  queue.bind(sender, PORT - 1)
  queue.connect(sender, PORT)
  const message = buildMessage(uapi, params.payload)
  const buffer = new Uint8Array(message.length)
  const { length } = message
  checkRules(uapi, queue, { sender, receiver, message, buffer })

  return takeRounds(params, () => {
    const start = performance.now()
    for (let i = 0; i < params.iterations; i++) {
      if (queue.send(sender, message) !== length) check(false, 'send')
      if (queue.recv(receiver, buffer) !== length) check(false, 'recv')
    }
    const end = performance.now()
    check(sameBytes(message, buffer), 'another message came')
    buffer.fill(0)
    return { roundtrip: perOperation(start, end, params.iterations) }
  })
}

/** A rival that keeps fewer of netlink's rules would be another thing, not a faster one. */
function checkRules(uapi, queue, { sender, receiver, message, buffer }) {
  check(queue.recv(receiver, buffer) === -uapi.EAGAIN, 'an empty queue is EAGAIN')
  queue.connect(sender, 1)
  check(queue.send(sender, message) === -uapi.ECONNREFUSED, 'a port that nobody has is ECONNREFUSED')
  queue.connect(sender, PORT)
  let queued = 0
  while (queue.send(sender, message) === message.length) queued++
  const most = Math.floor(RECEIVE_BUFFER / truesizeOf(message.length))
  check(queue.send(sender, message) === -uapi.EAGAIN && queued === most, `a full queue held ${queued}, not ${most}`)
  while (queued > 0 && queue.recv(receiver, buffer) === message.length) queued--
  check(queued === 0 && queue.portOfLast === PORT - 1, 'the receiver learns who sent')
}
