// All calls that a step can make.

import { type Call, type CallTable, call } from './call.js'
import { CONNECTOR_CALLS } from './connector-calls.js'
import { count, type Field } from './fields.js'
import { brief, isObject, type Json, type JsonObject, type Place } from './json.js'
import { KERNEL_SOCKET_CALLS } from './kernel-socket-calls.js'
import { MESSAGE_CALLS } from './message-calls.js'
import { SOCKET_CALLS } from './socket-calls.js'
import { answerOf, type Stage } from './stage.js'
import { TASK_CALLS } from './task-calls.js'

/** Checks a step, and gives the function that makes its call and tells the answer, EAGAIN and its like included. */
export function parseCall(step: JsonObject, at: Place): (stage: Stage) => Promise<Json> {
  const found = typeof step.call === 'string' && Object.hasOwn(CALLS, step.call) ? CALLS[step.call] : undefined
  if (!found) return at.field('call').fail(step.call === undefined ? 'missing' : `unknown call ${brief(step.call)}`)
  const play = found.parse(step, at)
  return async (stage) => {
    try {
      return await play(stage)
    } catch (failure) {
      const answer = answerOf(failure)
      if (answer === undefined) throw failure
      return answer
    }
  }
}

/** The step that is repeated. */
const inner: Field<(stage: Stage) => Promise<Json>> = {
  read(value, at) {
    if (!isObject(value)) return at.fail(`must be a step, not ${brief(value)}`)
    if (value.call === 'repeat') return at.fail('a repeat cannot be repeated')
    return parseCall(value, at)
  },
}

/** Equal answers in a row are counted. */
const repeat: Call = call({ times: count, step: inner }, async (stage, args) => {
  const runs: [number, Json][] = []
  for (let i = 0; i < args.times; i++) {
    const answer = await args.step(stage)
    const last = runs.at(-1)
    if (last && JSON.stringify(last[1]) === JSON.stringify(answer)) last[0]++
    else runs.push([1, answer])
  }
  return { runs }
})

const CALLS: CallTable = {
  ...SOCKET_CALLS,
  ...MESSAGE_CALLS,
  ...TASK_CALLS,
  ...CONNECTOR_CALLS,
  ...KERNEL_SOCKET_CALLS,
  repeat,
}
