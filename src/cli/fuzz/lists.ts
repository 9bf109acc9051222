// Copies of lists with a change (Node 20 and ES2022 agree on these only).

export function without<T>(list: readonly T[], from: number, count = 1): T[] {
  return [...list.slice(0, from), ...list.slice(from + count)]
}

export function replaced<T>(list: readonly T[], at: number, value: T): T[] {
  return [...list.slice(0, at), value, ...list.slice(at + 1)]
}
