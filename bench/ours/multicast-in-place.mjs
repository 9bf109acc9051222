// The same messages as in multicast.mjs, received where they lie: peek(), headers and payload looked at, release(), until peek() has no
// more.
import { buildMessage, PAYLOAD, readMessage, readOf } from './message.mjs'
import { openGroup, sendToGroup } from './multicast.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure(library, params) {
  const { listeners: count, messages, payload } = params
  check(payload === PAYLOAD, 'another payload')
  const group = openGroup(library, count)
  const message = buildMessage(library.uapi, PAYLOAD)

  return takeRounds(params, () => {
    sendToGroup(group, message, messages)
    const start = performance.now()
    drain(group.listeners, readOf(1))
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
