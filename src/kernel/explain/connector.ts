// What the connector does with a datagram that was sent to it: its checks of lengths, and who has the id.

import { CN_HEADERS } from '../../machine/index.js'
import { viewOf } from '../../uapi/bytes.js'
import { type CbId, CONNECTOR_MAX_MSG_SIZE } from '../../uapi/index.js'
import { type CallbackFacts, idOf } from '../facts.js'
import { no, type Outcome, yes } from './reasons.js'
import type { Scene } from './scene.js'

const NLMSG_HEADER = 16
const LONGEST = NLMSG_HEADER + CONNECTOR_MAX_MSG_SIZE

/** What becomes of a datagram to port 0 of the connector. */
export function toConnector(scene: Scene, data: Uint8Array, steps: string[]): Outcome {
  const view = viewOf(data)
  const wrong = lengthProblem(view)
  if (wrong !== null) return no('length', `The connector drops it: ${wrong}.`)
  steps.push(`The lengths agree: ${view.getUint32(0, true)} bytes by nlmsg_len, ${data.length} in all.`)
  const id = idOf(data) as CbId
  const callbacks = scene.callbacks()
  const found = callbacks.find((one) => one.idx === id.idx && one.val === id.val)
  if (found === undefined) return no('unregistered', unregistered(id, callbacks))
  const who = `the callback ${found.name} of id ${found.idx}:${found.val}`
  if (scene.dispatchesLater)
    return yes('work-queue', `It is queued for ${who}, which runs at clock.runUntilIdle() or clock.advance().`)
  return yes('callback', `The connector hands it to ${who}.`)
}

// The first check that fails, with its numbers.
function lengthProblem(view: DataView): string | null {
  const whole = view.byteLength
  if (whole < CN_HEADERS) return `it has ${whole} bytes, and the headers alone have ${CN_HEADERS}`
  const length = view.getUint32(0, true)
  if (length < CN_HEADERS) return `nlmsg_len is ${length}, and the headers alone have ${CN_HEADERS} bytes`
  if (length > whole) return `nlmsg_len is ${length}, and the datagram has ${whole} bytes`
  if (length > LONGEST) return `nlmsg_len is ${length}, and the connector takes ${LONGEST} at most`
  const inside = view.getUint16(32, true)
  if (length < CN_HEADERS + inside) {
    return `cn_msg.len is ${inside}, which with its headers makes ${CN_HEADERS + inside}, and nlmsg_len is ${length}`
  }
  return null
}

/** Says that nobody has an id, and who has the nearest. */
export function unregistered(id: CbId, callbacks: readonly CallbackFacts[]): string {
  const near = nearest(id, callbacks)
  const hint = near === undefined ? 'there is none at all' : `the nearest is ${near.idx}:${near.val} (${near.name})`
  return `No callback is registered for the id ${id.idx}:${id.val}; ${hint}.`
}

function nearest(id: CbId, callbacks: readonly CallbackFacts[]): CallbackFacts | undefined {
  const distance = (one: CallbackFacts) => [Math.abs(one.idx - id.idx), Math.abs(one.val - id.val)] as const
  const sorted = [...callbacks].sort((a, b) => {
    const [one, other] = [distance(a), distance(b)]
    return one[0] - other[0] || one[1] - other[1]
  })
  return sorted[0]
}
