// Names of error numbers: what strerrorname_np(3) tells.

import * as errno from '../../assembly/uapi/errno.js'

const numbers: Readonly<Record<string, number>> = errno

/** Two numbers have two names; these two names are not the ones that are shown. */
const ALIASES: readonly string[] = ['EWOULDBLOCK', 'EDEADLOCK']

/** The names by number, made when the first one is asked for. */
let names: string[] | undefined

/**
 * The name of an error number: 'EAGAIN' for 11 and for -11, 'E999' for a number that has none.
 *
 * @param n the number, with either sign
 */
export function errnoName(n: number): string {
  if (names === undefined) {
    names = []
    for (const [name, number] of Object.entries(numbers)) if (!ALIASES.includes(name)) names[number] = name
  }
  const number = Math.abs(n)
  return names[number] ?? `E${number}`
}

/**
 * The number of an error, positive, or undefined for a name that is none.
 *
 * @example errnoNumber('ENOBUFS') // 105
 */
export function errnoNumber(name: string): number | undefined {
  return Object.hasOwn(numbers, name) ? numbers[name] : undefined
}
