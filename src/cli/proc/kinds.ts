// The kinds of events as the table names them.

import { UsageError } from '../frame/errors.js'

/** `ack` is the answer to a request to listen; it is shown only to who asks for it. */
export const KINDS = ['fork', 'clone', 'exec', 'comm', 'uid', 'gid', 'sid', 'ptrace', 'core', 'exit', 'ack'] as const
export type Kind = (typeof KINDS)[number]

const USUAL: ReadonlySet<string> = new Set(KINDS.filter((kind) => kind !== 'ack'))

/**
 * Which kinds a list names, `fork,exec`; all events if there is none.
 *
 * @throws UsageError for a name that is no kind
 */
export function parseKinds(list: string | undefined): ReadonlySet<string> {
  if (list === undefined) return USUAL
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !KINDS.some((kind) => kind === name))
  if (unknown !== undefined) throw new UsageError(`unknown kind of event "${unknown}"; there are ${KINDS.join(', ')}`)
  return new Set(names)
}
