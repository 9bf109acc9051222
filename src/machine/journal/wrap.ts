// A call of the door that is written down: its arguments one by one, so that a call makes no array of them.

import type { Call } from './calls.js'
import type { JournalRecorder } from './recorder.js'

/** Any call of the door. */
export type AnyCall = (...args: number[]) => number

/**
 * The call, written down by a recorder before it is made, and its result after it. No call has more than eight arguments: one that has
 * fewer is written with zeros behind them, which what comes next on the tape takes the place of.
 */
export function wrapCall(recorder: JournalRecorder, call: Call, raw: AnyCall): AnyCall {
  const { tape } = recorder
  const { opcode, reserves } = call
  const count = call.count + 2
  const reads = call.transmitted !== null || call.inReceive !== null || call.givesUp >= 0
  return (a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0) => {
    const at = recorder.open(opcode, count)
    const { words } = tape
    words[at + 1] = a
    words[at + 2] = b
    words[at + 3] = c
    words[at + 4] = d
    words[at + 5] = e
    words[at + 6] = f
    words[at + 7] = g
    words[at + 8] = h
    if (reads) recorder.read(call, words, at + 1)
    const result = raw(a, b, c, d, e, f, g, h)
    // Calls without a result give undefined, which is written down as 0.
    words[at + count - 1] = result | 0
    if (reserves && result > 0) recorder.reserved(result)
    return result
  }
}
