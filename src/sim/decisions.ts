// Lists of decisions, and which of two is plainer. 0 is what fifo would do.

/** Without the zeros at the end: fifo goes on there anyway. */
export function trimmed(decisions: readonly number[]): readonly number[] {
  let length = decisions.length
  while (length > 0 && decisions[length - 1] === 0) length--
  return decisions.slice(0, length)
}

/** With zeros in `count` places. */
export function zeroed(decisions: readonly number[], at: number, count: number): readonly number[] {
  return trimmed(decisions.map((index, place) => (place >= at && place < at + count ? 0 : index)))
}

/** Without `count` entries. */
export function without(decisions: readonly number[], at: number, count: number): readonly number[] {
  return trimmed([...decisions.slice(0, at), ...decisions.slice(at + count)])
}

/** With another entry in one place. */
export function replaced(decisions: readonly number[], at: number, index: number): readonly number[] {
  return decisions.map((old, place) => (place === at ? index : old))
}

/** Whether `a` is plainer than `b`: fewer entries that are not 0, or else shorter, or else smaller. */
export function plainer(a: readonly number[], b: readonly number[]): boolean {
  for (const measure of [nonZeros, lengthOf, sum]) {
    const difference = measure(a) - measure(b)
    if (difference !== 0) return difference < 0
  }
  return false
}

const nonZeros = (list: readonly number[]) => list.filter((index) => index !== 0).length
const lengthOf = (list: readonly number[]) => list.length
const sum = (list: readonly number[]) => list.reduce((total, index) => total + index, 0)
