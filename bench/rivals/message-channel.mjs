// MessageChannel, both ports in one thread: postMessage() copies, the event loop hands the copy over. `roundtrip` is one message at a
// time, as send() and recv() are measured; for `burst` all messages of a round are posted at once, which spares turns of the loop.
import { buildMessage, sameBytes } from '../ours/message.mjs'
import { check, perOperation, takeRoundsAsync } from '../ours/rounds.mjs'

export async function measure({ uapi }, params) {
  const { iterations, payload } = params
  const message = buildMessage(uapi, payload)
  const { port1: from, port2: to } = new MessageChannel()

  const samples = await takeRoundsAsync(params, async () => {
    const start = performance.now()
    const last = await post(from, to, message, iterations, 1)
    const between = performance.now()
    await post(from, to, message, iterations, iterations)
    const end = performance.now()
    check(sameBytes(message, last), 'another message came')
    return { roundtrip: perOperation(start, between, iterations), burst: perOperation(between, end, iterations) }
  })
  from.close()
  return samples
}

/** Posts `messages`, so many of them `atOnce`; resolves to the last when all have come. */
function post(from, to, message, messages, atOnce) {
  return new Promise((resolve) => {
    let posted = 0
    let missing = 0
    const more = () => {
      missing = Math.min(atOnce, messages - posted)
      posted += missing
      for (let i = 0; i < missing; i++) from.postMessage(message)
    }
    to.onmessage = ({ data }) => {
      if (--missing > 0) return
      if (posted < messages) more()
      else resolve(data)
    }
    more()
  })
}
