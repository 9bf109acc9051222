// A batch of calls from the other end, taken apart. It may be any value that can travel.

import type { Account } from './account.js'
import { Arguments } from './arguments.js'
import { ByteReader } from './bytes.js'
import { Violation } from './violation.js'

/** No call has more arguments. */
const MOST_ARGUMENTS = 16

/** A call as it came. */
export interface IncomingCall {
  /** How many came before it. */
  readonly number: number
  readonly op: string
  readonly args: Arguments
  /** Bytes that came with it. */
  readonly bytes: number
}

/** The fields of a message; undefined for what has none. */
export function fieldsOf(message: unknown): Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {}
}

/**
 * The calls of a batch, counted on from `first`. Every one is looked at before any is made.
 * @throws Violation
 */
export function readCalls(message: Readonly<Record<string, unknown>>, first: number, account: Account): IncomingCall[] {
  const { stamp, calls, bytes } = message
  if (typeof stamp !== 'number' || !Array.isArray(calls)) throw new Violation('a batch without stamp or calls')
  if (bytes !== null && !(bytes instanceof ArrayBuffer)) throw new Violation('a batch with bytes of another kind')
  const news = account.confirm(stamp)
  if (calls.length === 0 && !news) throw new Violation('a batch that says nothing')
  account.arrived(calls.length, bytes?.byteLength ?? 0)
  const reader = new ByteReader(bytes)
  const read = Array.from(calls as unknown[], (call, index) => readCall(call, first + index, reader))
  if (reader.left > 0) throw new Violation('a batch with bytes that belong to no call')
  return read
}

function readCall(call: unknown, number: number, reader: ByteReader): IncomingCall {
  if (!Array.isArray(call) || call.length < 2 || call.length > MOST_ARGUMENTS) throw new Violation('what is no call')
  const [op, length, ...values] = call as unknown[]
  if (typeof op !== 'string' || typeof length !== 'number') throw new Violation('what is no call')
  const data = reader.take(length)
  if (data === undefined) throw new Violation('a call without its bytes')
  return { number, op, args: new Arguments(values, data), bytes: length }
}
