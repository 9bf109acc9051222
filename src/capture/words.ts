// How captures and traces name tasks, ports and places.

import type { TapMessage, TapVerdict } from '../api.js'

/** The verdicts in the order in which they are told: first who got the message, then who did not. */
export const VERDICTS: readonly TapVerdict[] = [
  'handled',
  'queued',
  'delayed',
  'no-room',
  'congested',
  'no-memory',
  'refused',
  'filtered',
  'dropped',
]

/** The least code point that is no control character. */
const FIRST_PRINTABLE = 0x20
const DELETE = 0x7f

/** A text in which control characters, which a task's name may have, do no harm: `\x0a` for a line's end. */
export function printable(text: string): string {
  const shown = (char: string) => {
    const code = char.codePointAt(0) ?? 0
    if (code >= FIRST_PRINTABLE && code !== DELETE) return char
    return `\\x${code.toString(16).padStart(2, '0')}`
  }
  return Array.from(text, shown).join('')
}

/** A task: its name and its process id. */
export function taskName(comm: string, pid: number): string {
  return `${printable(comm)}[${pid}]`
}

/**
 * Ports, at most `most` of them named, and the kernel, which is port 0, under its own name: "ports 5, 7 and 12 more",
 * "port 5, kernel".
 */
export function portNames(portids: readonly number[], most: number, kernel: string): string {
  const ports = portids.filter((portid) => portid !== 0)
  const parts: string[] = []
  if (ports.length > 0) {
    const rest = ports.length > most ? ` and ${ports.length - most} more` : ''
    parts.push(`${ports.length === 1 ? 'port' : 'ports'} ${ports.slice(0, most).join(', ')}${rest}`)
  }
  if (ports.length < portids.length) parts.push(kernel)
  return parts.join(', ')
}

/**
 * Where a message was sent to. What a task sends to a group goes to its port, or the kernel, as well; what the kernel sends to a
 * group goes nowhere else. `kernel` is the name of port 0.
 */
export function destination({ portid, to }: Pick<TapMessage, 'portid' | 'to'>, kernel: string): string {
  const port = portNames([to.portid], 1, kernel)
  if (to.group === 0) return port
  return portid === 0 ? `group ${to.group}` : `group ${to.group}, ${port}`
}
