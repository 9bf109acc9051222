// The name that somebody may have meant.

/** The name with the fewest changes to `text`; undefined if more than a third of it would have to change. */
export function nearest(text: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => ({ name, changes: changesBetween(text, name) }))
  const [best] = ranked.sort((a, b) => a.changes - b.changes)
  return best !== undefined && best.changes <= Math.max(1, Math.ceil(text.length / 3)) ? best.name : undefined
}

/** How many characters are put in, left out or changed on the way from one text to the other. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const kept = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(kept, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
