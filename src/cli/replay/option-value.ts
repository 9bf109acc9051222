// The value of a socket option: a number, bytes, a classic socket filter, or a null pointer.

import type { SockFprog } from '../../index.js'
import { type Field, hex, int, list, object } from './fields.js'
import type { Symbols } from './symbols.js'

export type OptionValue = number | Uint8Array | SockFprog | null

const instruction: Field<readonly [number, number, number, number]> = {
  read(value, at, siblings) {
    const [code, jt, jf, k, ...more] = list(int).read(value, at, siblings)
    if (k === undefined || more.length > 0) return at.fail('an instruction has four numbers: code, jt, jf, k')
    return [code!, jt!, jf!, k >>> 0]
  },
}
const program = object({ filter: list(instruction) })

/** Read as a function, because bytes may have names in them that are known only later. */
export const optionValue: Field<(symbols: Symbols) => OptionValue> = {
  read(value, at, siblings) {
    if (value === undefined) return at.fail('missing, it must be a number, hex, {"filter": ...} or null')
    if (value === null) return () => null
    if (typeof value === 'number') {
      const number = int.read(value, at, siblings)
      return () => number >>> 0
    }
    if (typeof value === 'string') {
      const pieces = hex.read(value, at, siblings)
      return (symbols) => symbols.bytes(pieces)
    }
    const filter = program.read(value, at, siblings)
    return () => filter
  },
}
