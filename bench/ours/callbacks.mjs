// One message at a time to many callbacks, as EventEmitter and BroadcastChannel do it: each callback belongs to a socket of the group; the
// message is sent once, and what lies in each queue is handed to its callback, where it lies: emitters copy nothing either.
import { openGroup } from './listeners.mjs'
import { buildMessage, sameBytes } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure(connector, params) {
  const { iterations, listeners: count, payload } = params
  const { listeners, broadcast } = openGroup(connector, count)
  const message = buildMessage(connector.uapi, payload)
  let last = message
  let bytes = 0
  const subscribers = listeners.map((socket) => ({
    socket,
    callback: (received) => {
      bytes += received.length
      last = received
    },
  }))

  return takeRounds(params, () => {
    bytes = 0
    const start = performance.now()
    for (let i = 0; i < iterations; i++) {
      if (broadcast(message) !== 0) check(false, 'netlink_broadcast')
      for (const { socket, callback } of subscribers) {
        const view = socket.peek()
        if (view === null) check(false, 'peek')
        callback(view.bytes)
        socket.release()
      }
    }
    const end = performance.now()
    check(bytes === message.length * count * iterations, 'not every callback ran')
    check(last !== message && sameBytes(message, last), 'another message came')
    last = message
    return { pushed: perOperation(start, end, count * iterations) }
  })
}
