// Columns of text, and numbers with their nouns.

/** Lines of a table, its columns as wide as they must be; numbers stand on the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const lines = [head, ...rows]
  const width = head.map((_, i) => Math.max(...lines.map((cells) => String(cells[i] ?? '').length)))
  const right = head.map((_, i) => rows.some((cells) => typeof cells[i] === 'number'))
  const cell = (value: string | number, i: number) =>
    right[i] ? String(value).padStart(width[i] ?? 0) : String(value).padEnd(width[i] ?? 0)
  return lines.map((cells) => cells.map(cell).join('  ').trimEnd())
}

/** `1 event`, `2 events` */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
