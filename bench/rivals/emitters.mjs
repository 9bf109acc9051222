// What libraries of callbacks have in common: a function to register with and one to emit with. Nothing is copied and nothing is
// queued; each callback reads the length of the message that it gets.
import { buildMessage } from '../ours/message.mjs'
import { check, perOperation, takeRounds } from '../ours/rounds.mjs'

/** One message at a time to `params.listeners` callbacks: ns of one callback. */
export function measureEmitter({ uapi }, params, { on, emit }) {
  const { iterations, listeners, payload } = params
  const message = buildMessage(uapi, payload)
  let bytes = 0
  for (let i = 0; i < listeners; i++) {
    on((received) => {
      bytes += received.length
    })
  }

  return takeRounds(params, () => {
    bytes = 0
    const start = performance.now()
    for (let i = 0; i < iterations; i++) emit(message)
    const end = performance.now()
    check(bytes === message.length * listeners * iterations, 'not every callback ran')
    return { pushed: perOperation(start, end, listeners * iterations) }
  })
}
