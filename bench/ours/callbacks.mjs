// One message at a time to many callbacks, as EventEmitter and BroadcastChannel do it: each callback is the listener of a socket of the group;
// the message is sent once, and each reads it where it lies: emitters copy nothing either.
import { openGroup } from './listeners.mjs'
import { buildMessage } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure(connector, params) {
  const { iterations, listeners: count, payload } = params
  const { listeners, broadcast } = openGroup(connector, count)
  const message = buildMessage(connector.uapi, payload)
  let last = message
  let bytes = 0
  for (const socket of listeners) {
    socket.onMessage((received) => {
      bytes += received.length
      last = received
    })
  }

  return takeRounds(params, () => {
    bytes = 0
    const start = performance.now()
    for (let i = 0; i < iterations; i++) {
      if (broadcast(message) !== 0) check(false, 'netlink_broadcast')
    }
    const end = performance.now()
    check(bytes === message.length * count * iterations, 'not every callback ran')
    check(last !== message, 'no message came')
    last = message
    return { pushed: perOperation(start, end, count * iterations) }
  })
}
