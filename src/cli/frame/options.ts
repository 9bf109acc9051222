// The options of a command: read from its arguments, and told by its help, from one description.

import { parseArgs } from 'node:util'
import { UsageError } from './errors.js'

/** The largest seed. */
export const U32_MAX = 2 ** 32 - 1
/** The largest receive buffer: SO_RCVBUF is an int, and the kernel doubles it. */
export const RCVBUF_MAX = 2 ** 30 - 1

/** One option. */
export interface OptionSpec {
  readonly type: 'boolean' | 'string'
  /** One letter. */
  readonly short?: string
  /** What stands for its value in the help: N, FILE, NAME. */
  readonly value?: string
  /** What it does; further lines stand below the first. */
  readonly help: string
}

/** The options of a command by their names, without the dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** What was given for each option: a flag is true or false, a text may be missing. */
export type Values<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name]['type'] extends 'boolean' ? boolean : string | undefined
}

/** Every command has it; it is answered before the other options are looked at. */
export const HELP_OPTION = { help: { type: 'boolean', short: 'h', help: 'print this' } } as const satisfies OptionSpecs

/**
 * Reads arguments.
 *
 * @param operands whether there may be arguments that are no options
 * @throws UsageError for an option that is not in `specs`, or a value where none belongs or none where one does
 */
export function parseOptions<const Specs extends OptionSpecs>(
  args: readonly string[],
  specs: Specs,
  operands = false,
): { values: Values<Specs>; operands: string[] } {
  try {
    const parsed = parseArgs({ args: [...args], options: specs, allowPositionals: operands })
    const flags = Object.entries(specs).flatMap(([name, { type }]) => (type === 'boolean' ? [[name, false]] : []))
    const values = { ...Object.fromEntries(flags), ...parsed.values } as Values<Specs>
    return { values, operands: parsed.positionals }
  } catch (error) {
    if (!isParseError(error)) throw error
    // The sentences behind the first one explain the syntax of all command lines.
    const [reason = ''] = error.message.split(/\.? To specify|[.\n](?:\s|$)/)
    throw new UsageError(reason)
  }
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

/**
 * The value of an option that takes a whole number.
 *
 * @param option as it is written: `--seed`
 * @throws UsageError
 */
export function integer(option: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`
  throw new UsageError(`${option} must be a number ${range}, not "${text}"`)
}

/**
 * The value of an option that takes an amount above 0, with a fraction if need be.
 *
 * @throws UsageError
 */
export function amount(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value > 0 && value <= most) return value
  throw new UsageError(`${option} must be a number above 0, up to ${most}, not "${text}"`)
}

/**
 * The value of an option that takes one of some names.
 *
 * @param what what the names are of: `unknown profile "x"; there are a, b`
 * @throws UsageError
 */
export function choice<Name extends string>(what: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text)
  if (found === undefined) throw new UsageError(`unknown ${what} "${text}"; there are ${names.join(', ')}`)
  return found
}
