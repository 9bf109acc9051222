// One sender, many members of a group: the cost of one copy when it is queued, of a whole send, and of one message when it is received.
import { openGroup } from './listeners.mjs'
import { buildMessage, sameBytes } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure(connector, params) {
  const { listeners: count, messages } = params
  const { listeners, broadcast } = openGroup(connector, count)
  const message = buildMessage(connector.uapi, params.payload)
  const buffer = new Uint8Array(message.length)

  return takeRounds(params, () => {
    const start = performance.now()
    for (let i = 0; i < messages; i++) {
      if (broadcast(message) !== 0) check(false, 'netlink_broadcast')
    }
    const queued = performance.now()
    drain(listeners, messages, buffer)
    const end = performance.now()
    check(sameBytes(message, buffer), 'another message came')
    buffer.fill(0)
    const copies = count * messages
    return {
      enqueue: perOperation(start, queued, copies),
      drain: perOperation(queued, end, copies),
      whole: perOperation(start, queued, messages),
    }
  })
}

function drain(listeners, messages, buffer) {
  for (const listener of listeners) {
    for (let k = 0; k < messages; k++) {
      if (listener.recv(buffer) !== buffer.length) check(false, 'recv')
    }
  }
}
