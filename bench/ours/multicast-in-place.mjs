// The same messages as in multicast.mjs, received where they lie: peek(), headers and payload looked at, release(), until peek() has no
// more.
import { openGroup } from './listeners.mjs'
import { buildMessage, PAYLOAD, readMessage, readOf } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure(connector, params) {
  const { listeners: count, messages, payload } = params
  check(payload === PAYLOAD, 'another payload')
  const { listeners, broadcast } = openGroup(connector, count)
  const message = buildMessage(connector.uapi, PAYLOAD)

  return takeRounds(params, () => {
    for (let i = 0; i < messages; i++) if (broadcast(message) !== 0) check(false, 'netlink_broadcast')
    const start = performance.now()
    drain(listeners, readOf(1))
    const end = performance.now()
    return { drain: perOperation(start, end, count * messages) }
  })
}

function drain(listeners, expected) {
  let wrong = 0
  for (const listener of listeners) {
    for (let view = listener.peek(); view !== null; view = listener.peek()) {
      if (readMessage(view.words) !== expected) wrong++
      listener.release()
    }
  }
  check(wrong === 0, 'another message came')
}
