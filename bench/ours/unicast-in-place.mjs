// One message at a time from one task's socket to another's, built and read where it lies: reserve(), every word of the headers and the
// payload written, commit(); peek(), headers and payload looked at, release().
import { MESSAGE_HEADERS, PAYLOAD, readMessage, readOf, writeMessage } from './message.mjs'
import { openPair } from './pair.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

export function measure({ boot, uapi }, params) {
  const { sender, receiver } = openPair(boot(), uapi)
  const { iterations, payload } = params
  check(payload === PAYLOAD, 'another payload')
  const length = MESSAGE_HEADERS + PAYLOAD
  let expected = 0
  for (let seq = 0; seq < iterations; seq++) expected = (expected + readOf(seq)) | 0

  return takeRounds(params, () => {
    let sum = 0
    const start = performance.now()
    for (let seq = 0; seq < iterations; seq++) {
      writeMessage(sender.reserve(length).words, seq)
      if (sender.commit() !== length) check(false, 'commit')
      sum = (sum + readMessage(receiver.peek().words)) | 0
      receiver.release()
    }
    const end = performance.now()
    check(sum === expected, 'other messages came')
    return { roundtrip: perOperation(start, end, iterations) }
  })
}
