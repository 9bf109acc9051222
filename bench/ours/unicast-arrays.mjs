// One message at a time, as in unicast.mjs, but not with the same two Uint8Arrays all the time: so many `arrays` to send, and as many to
// receive, in turns; `fresh` ones are made anew before each round. `flags` names what each send() and recv() is given.
import { buildMessage, sameBytes } from './message.mjs'
import { openPair } from './pair.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure({ boot, uapi }, params) {
  const { iterations, arrays, fresh = false } = params
  const flags = params.flags === undefined ? 0 : uapi[params.flags]
  const { sender, receiver } = openPair(boot(), uapi)
  const message = buildMessage(uapi, params.payload)
  const { length } = message
  let messages = copies(message, arrays)
  let buffers = copies(message, arrays)

  return takeRounds(params, () => {
    if (fresh) {
      messages = copies(message, arrays)
      buffers = copies(message, arrays)
    }
    for (const buffer of buffers) buffer.fill(0)
    let at = 0
    const start = performance.now()
    for (let i = 0; i < iterations; i++) {
      if (sender.send(messages[at], flags) !== length) check(false, 'send')
      if (receiver.recv(buffers[at], flags) !== length) check(false, 'recv')
      at = at + 1 === arrays ? 0 : at + 1
    }
    const end = performance.now()
    for (let used = 0; used < Math.min(arrays, iterations); used++) {
      check(sameBytes(messages[used], buffers[used]), 'another message came')
    }
    return { roundtrip: perOperation(start, end, iterations) }
  })
}

/** Arrays of their own memory; the last byte tells them apart. */
function copies(message, count) {
  return Array.from({ length: count }, (_, i) => {
    const copy = message.slice()
    copy[copy.length - 1] = i
    return copy
  })
}
