// One message at a time from one task's socket to another's: send() and recv(), the caller's own Uint8Arrays.
import { buildMessage, sameBytes } from './message.mjs'
import { openPair } from './pair.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure({ boot, uapi }, params) {
  const { sender, receiver } = openPair(boot({ journal: params.journal ?? false }), uapi)
  const message = buildMessage(uapi, params.payload)
  const buffer = new Uint8Array(message.length)
  const { length } = message

  return takeRounds(params, () => {
    const start = performance.now()
    for (let i = 0; i < params.iterations; i++) {
      if (sender.send(message) !== length) check(false, 'send')
      if (receiver.recv(buffer) !== length) check(false, 'recv')
    }
    const end = performance.now()
    check(sameBytes(message, buffer), 'another message came')
    buffer.fill(0)
    return { roundtrip: perOperation(start, end, params.iterations) }
  })
}
