// Every path through a piece of code that makes choices, one after another: the code asks below(n) and runs again until done.
// After tigerbeetle's exhaustigen (https://matklad.github.io/2021/11/07/generate-all-the-things.html).

interface Choice {
  value: number
  readonly bound: number
}

export class Exhaustive {
  #choices: Choice[] = []
  #at = 0
  #begun = false

  /** Whether every path has been taken; to be asked before each run. */
  done(): boolean {
    this.#at = 0
    if (!this.#begun) {
      this.#begun = true
      return false
    }
    for (let last = this.#choices.pop(); last !== undefined; last = this.#choices.pop()) {
      if (last.value + 1 < last.bound) {
        this.#choices.push({ value: last.value + 1, bound: last.bound })
        return false
      }
    }
    return true
  }

  /** A number from 0 to `bound` - 1. */
  below(bound: number): number {
    let choice = this.#choices[this.#at]
    if (choice === undefined) {
      choice = { value: 0, bound }
      this.#choices.push(choice)
    }
    this.#at++
    return choice.value
  }
}

/** All sequences of up to `most` items, the shorter ones first. */
export function* sequences<T>(items: readonly T[], most: number): Generator<readonly T[]> {
  for (let length = 0; length <= most; length++) {
    const choices = new Exhaustive()
    while (!choices.done()) yield Array.from({ length }, () => items[choices.below(items.length)] as T)
  }
}
