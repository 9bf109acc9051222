// BroadcastChannel: a copy for each listener, queued until the event loop hands it over. The next message is posted when all
// listeners have had the last one.
import { buildMessage } from '../ours/message.mjs'
import { check, perOperation, takeRoundsAsync } from '../ours/rounds.mjs'

const NAME = 'bench'

export async function measure({ uapi }, params) {
  const { iterations, listeners: count, payload } = params
  const message = buildMessage(uapi, payload)
  const sender = new BroadcastChannel(NAME)
  const listeners = Array.from({ length: count }, () => new BroadcastChannel(NAME))
  const posts = makePosts(sender, listeners, message)

  const samples = await takeRoundsAsync(params, async () => {
    const start = performance.now()
    const bytes = await posts(iterations)
    const end = performance.now()
    check(bytes === message.length * count * iterations, 'not every callback got its message')
    return { pushed: perOperation(start, end, count * iterations) }
  })
  for (const channel of [sender, ...listeners]) channel.close()
  return samples
}

/** A function that posts so many messages, one after the other, and resolves to how many bytes came. */
function makePosts(sender, listeners, message) {
  let bytes = 0
  let missing = 0
  let left = 0
  let done
  const post = () => {
    left--
    missing = listeners.length
    sender.postMessage(message)
  }
  for (const listener of listeners) {
    listener.onmessage = ({ data }) => {
      bytes += data.length
      if (--missing > 0) return
      if (left > 0) post()
      else done(bytes)
    }
  }
  return (messages) =>
    new Promise((resolve) => {
      bytes = 0
      left = messages
      done = resolve
      post()
    })
}
