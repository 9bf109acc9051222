// What the door may answer: -errno, SystemError, TypeError, RangeError. Everything else is a failure.
import { SystemError } from '../../src/index.js'

/** A property that does not hold. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** What code of the caller throws: it comes back as it is. */
export class Hostile extends Error {
  override readonly name = 'Hostile'
}

const SENTENCES = [
  'time moves already',
  'a message and its data are valid until',
  'a function that the kernel has called cannot halt it',
]

function isAllowed(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every((one) => isAllowed(one))
  if (error instanceof SystemError) return true
  // By their names: builtins of another realm throw its errors.
  if (Object.prototype.toString.call(error) === '[object Error]') {
    const { name } = error as Error
    if (name === 'TypeError' || name === 'RangeError') return true
  }
  return (
    error instanceof Hostile || (error instanceof Error && SENTENCES.some((text) => error.message.startsWith(text)))
  )
}

export type Outcome = { readonly value: unknown } | { readonly error: Error }

/** Runs a call: its result, or an error that it may throw. Any other error becomes a failure. */
export function attempt(call: () => unknown): Outcome {
  try {
    return { value: call() }
  } catch (error) {
    if (error instanceof Failure) throw error
    if (!isAllowed(error)) throw new Failure(`the call threw ${describe(error)}`, { cause: error })
    return { error: error as Error }
  }
}

/** The result of a call whose arguments are all of the right type: a number, or -errno. */
export function errnoOf(call: () => unknown): number {
  const outcome = attempt(call)
  if ('value' in outcome) return typeof outcome.value === 'number' ? outcome.value : 0
  if (outcome.error instanceof SystemError) return outcome.error.errno
  throw new Failure(`the call threw ${describe(outcome.error)}`, { cause: outcome.error })
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error)
}

/** Two numbers or texts that have to be equal. */
export function same(got: unknown, wanted: unknown, what: string): void {
  if (got !== wanted) throw new Failure(`${what}: ${String(got)} instead of ${String(wanted)}`)
}

/** Two byte strings that have to be equal. */
export function sameBytes(got: Uint8Array, wanted: Uint8Array, what: string): void {
  if (got.length === wanted.length && got.every((byte, at) => byte === wanted[at])) return
  throw new Failure(`${what}: ${hex(got)} instead of ${hex(wanted)}`)
}

export function hex(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, 200), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${text}${bytes.length > 200 ? '…' : ''} (${bytes.length} bytes)`
}
