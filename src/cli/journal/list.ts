// The calls of a journal as lines.

import type { OpenedJournal } from './opened.js'

/** A call with its number; what a callback has called stands further in. */
export function listLine(journal: OpenedJournal, n: number, json = false): string {
  const outermost = journal.player.outermost(n)
  const text = journal.describe(n)
  if (json) return JSON.stringify({ call: n, outermost, text })
  const width = String(Math.max(0, journal.total - 1)).length
  return `${String(n).padStart(width)}  ${outermost === n ? '' : '  '}${text}`
}
