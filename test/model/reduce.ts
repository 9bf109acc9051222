// The shortest sequence that still fails: parts are left out as long as the rest fails too.

/** What remains of `items`; `fails` must hold for all of them. */
export function reduce<T>(items: readonly T[], fails: (some: readonly T[]) => boolean): readonly T[] {
  let left = items
  for (let part = items.length >>> 1; part >= 1; part >>>= 1) {
    for (let at = 0; at < left.length; ) {
      const without = [...left.slice(0, at), ...left.slice(at + part)]
      if (fails(without)) left = without
      else at += part
    }
  }
  return left
}
