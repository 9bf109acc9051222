// Plays a sequence on both sides and compares after each call what it gave and all that can be seen.
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { DEFAULT_PROFILE } from '../../src/kernel/index.js'
import { LINUX_2_6_14, LINUX_6 } from '../../src/uapi/index.js'
import type { Scenario } from './arbitrary.js'
import type { Answer, Call, Side } from './calls.js'
import { Model } from './model.js'
import { Real } from './real.js'

const RULES = { default: DEFAULT_PROFILE, LINUX_6, LINUX_2_6_14 }

function perform(side: Side, call: Call): Answer {
  return (side[call.do] as (call: Call) => Answer).call(side, call)
}

/** Runs it on both; throws at the first difference, with the call that made it. */
export function play({ profile, seed, calls }: Scenario): Real {
  const real = new Real(profile, seed)
  const model = new Model(RULES[profile], {
    portOf: (index) => real.sockets[index]?.socket.getsockname().nl_pid ?? 0,
    pidOf: (index) => real.tasks[index]?.pid ?? 0,
  })
  calls.forEach((call, at) => {
    // The real one first: the model asks which numbers were drawn.
    const got = { answer: perform(real, call), look: real.look() }
    const ruled = { answer: perform(model, call), look: model.look() }
    if (!isDeepStrictEqual(got, ruled)) expect(got, `call ${at}: ${JSON.stringify(call)}`).toEqual(ruled)
  })
  return real
}
