// The same messages as in multicast.mjs, received where they lie: by drain(), headers and payload looked at; or `oneByOne` by peek(),
// the same look, and release(), until peek() has no more.
import { openGroup } from './listeners.mjs'
import { buildMessage, PAYLOAD, readMessage, readOf } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure(connector, params) {
  const { listeners: count, messages, payload, oneByOne = false } = params
  check(payload === PAYLOAD, 'another payload')
  const { listeners, broadcast } = openGroup(connector, count)
  const message = buildMessage(connector.uapi, PAYLOAD)
  const receive = oneByOne ? receiveOneByOne : drain

  return takeRounds(params, () => {
    for (let i = 0; i < messages; i++) if (broadcast(message) !== 0) check(false, 'netlink_broadcast')
    const start = performance.now()
    const read = receive(listeners, readOf(1))
    const end = performance.now()
    check(read === count * messages, 'other messages came')
    return { drain: perOperation(start, end, count * messages) }
  })
}

function drain(listeners, expected) {
  let right = 0
  const look = (message) => {
    if (readMessage(message.words) === expected) right++
  }
  for (const listener of listeners) listener.drain(look)
  return right
}

function receiveOneByOne(listeners, expected) {
  let right = 0
  for (const listener of listeners) {
    for (let view = listener.peek(); view !== null; view = listener.peek()) {
      if (readMessage(view.words) === expected) right++
      listener.release()
    }
  }
  return right
}
