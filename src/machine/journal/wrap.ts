// A call of the door that is written down: one function for each number of arguments, so that a call makes no array of them.

import type { Call } from './calls.js'
import type { JournalRecorder } from './recorder.js'

/** Any call of the door. */
export type AnyCall = (...args: number[]) => number

/** The call, written down by a recorder before it is made, and its result after it. */
export function wrapByArity(recorder: JournalRecorder, call: Call, raw: AnyCall): AnyCall {
  const { tape } = recorder
  const { opcode, reserves } = call
  const count = call.args.length + 2
  const reads = call.transmitted !== null || call.inReceive !== null || call.givesUp >= 0

  const begin = (): number => recorder.open(opcode, count)
  const read = (words: Uint32Array, at: number) => {
    if (reads) recorder.read(call, words, at + 1)
  }
  // Calls without a result give undefined, which is written down as 0.
  const end = (words: Uint32Array, at: number, result: number): number => {
    words[at + count - 1] = result | 0
    if (reserves && result > 0) recorder.reserved(result)
    return result
  }

  switch (call.args.length) {
    case 0:
      return () => {
        const at = begin()
        const { words } = tape
        return end(words, at, raw())
      }
    case 1:
      return (a: number) => {
        const at = begin()
        const { words } = tape
        words[at + 1] = a
        read(words, at)
        return end(words, at, raw(a))
      }
    case 2:
      return (a: number, b: number) => {
        const at = begin()
        const { words } = tape
        words[at + 1] = a
        words[at + 2] = b
        read(words, at)
        return end(words, at, raw(a, b))
      }
    case 3:
      return (a: number, b: number, c: number) => {
        const at = begin()
        const { words } = tape
        words[at + 1] = a
        words[at + 2] = b
        words[at + 3] = c
        read(words, at)
        return end(words, at, raw(a, b, c))
      }
    case 4:
      return (a: number, b: number, c: number, d: number) => {
        const at = begin()
        const { words } = tape
        words[at + 1] = a
        words[at + 2] = b
        words[at + 3] = c
        words[at + 4] = d
        read(words, at)
        return end(words, at, raw(a, b, c, d))
      }
    case 5:
      return (a: number, b: number, c: number, d: number, e: number) => {
        const at = begin()
        const { words } = tape
        putFour(words, at + 1, a, b, c, d)
        words[at + 5] = e
        read(words, at)
        return end(words, at, raw(a, b, c, d, e))
      }
    case 6:
      return (a: number, b: number, c: number, d: number, e: number, f: number) => {
        const at = begin()
        const { words } = tape
        putFour(words, at + 1, a, b, c, d)
        words[at + 5] = e
        words[at + 6] = f
        read(words, at)
        return end(words, at, raw(a, b, c, d, e, f))
      }
    case 7:
      return (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => {
        const at = begin()
        const { words } = tape
        putFour(words, at + 1, a, b, c, d)
        words[at + 5] = e
        words[at + 6] = f
        words[at + 7] = g
        read(words, at)
        return end(words, at, raw(a, b, c, d, e, f, g))
      }
    default:
      return (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => {
        const at = begin()
        const { words } = tape
        putFour(words, at + 1, a, b, c, d)
        putFour(words, at + 5, e, f, g, h)
        read(words, at)
        return end(words, at, raw(a, b, c, d, e, f, g, h))
      }
  }
}

function putFour(words: Uint32Array, at: number, a: number, b: number, c: number, d: number): void {
  words[at] = a
  words[at + 1] = b
  words[at + 2] = c
  words[at + 3] = d
}
