// Bytes of linear memory that one more copy of a multicast takes: machines are filled with messages to one listener and with messages to
// many, and what a message takes with many is more than with one by so many copies. The best of several sizes is told, as rings
// grow by doubling.
import { openGroup } from './listeners.mjs'
import { buildMessage } from './message.mjs'

const SIZES = [6, 8, 12, 16, 20, 24, 32].map((MiB) => MiB << 20)
const NO_LIMIT = 1 << 30

export function measure(connector, { listeners, payload }) {
  const message = buildMessage(connector.uapi, payload)
  const best = (count) => Math.min(...SIZES.map((memory) => bytesOfMessage(connector, message, count, memory)))
  return { copy: [Math.max(0, (best(listeners) - best(1)) / (listeners - 1))] }
}

function bytesOfMessage(connector, message, count, memory) {
  const { kernel, broadcast } = openGroup(connector, count, { memory, queueBytes: NO_LIMIT })
  const { used } = kernel.stats().memory
  let fitted = 0
  while (broadcast(message) === 0) fitted++
  return (memory - used) / fitted
}
