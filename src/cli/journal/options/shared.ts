// What the commands on journals have in common on their command lines.

import { UsageError } from '../../frame/errors.js'

/** What stands for stdin or stdout. */
export const PIPE = '-'

/**
 * The one operand of a command.
 *
 * @param what its name in the usage line
 * @throws UsageError if there is none, or more than one
 */
export function oneOperand([first, ...more]: readonly string[], what: string): string {
  if (first === undefined) throw new UsageError(`${what} is missing`)
  if (more.length > 0) throw new UsageError(`one ${what} at a time, not also "${more[0]}"`)
  return first
}

/**
 * The number of a call, from 0; or counted from the end, -1 being the last one. Whether the journal has so many is seen later.
 *
 * @param option as it is written: `--at`
 * @throws UsageError
 */
export function callNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw new UsageError(`${option} must be the number of a call, from 0, or from the end with a minus, not "${text}"`)
}

/** `--at -3` as `--at=-3`: what begins with a dash is no value for the parser of options. */
export function joinNegative(args: readonly string[], option: string): string[] {
  const joined: string[] = []
  for (const arg of args) {
    if (joined.at(-1) === option && /^-\d/.test(arg)) joined[joined.length - 1] = `${option}=${arg}`
    else joined.push(arg)
  }
  return joined
}
