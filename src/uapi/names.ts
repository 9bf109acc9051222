// From numbers to names and back.

/** Names and their numbers. */
export type NameTable = Readonly<Record<string, number>>

/**
 * The first name that a table has for a number, or undefined.
 *
 * @example nameOf(SIGNALS, 9) // 'SIGKILL'
 */
export function nameOf(table: NameTable, value: number): string | undefined {
  for (const name in table) if (table[name] === value) return name
  return undefined
}

/**
 * The names of the bits that are set, and the rest, if there is one, as a hexadecimal number.
 *
 * @example flagNames(POLL_EVENTS, POLLIN | POLLOUT) // ['POLLIN', 'POLLOUT']
 */
export function flagNames(table: NameTable, value: number): string[] {
  const names: string[] = []
  let rest = value >>> 0
  for (const [name, bits] of Object.entries(table)) {
    if (bits === 0 || (rest & bits) >>> 0 !== bits >>> 0) continue
    names.push(name)
    rest = (rest & ~bits) >>> 0
  }
  return rest === 0 ? names : [...names, `0x${rest.toString(16)}`]
}
