// From a schedule that fails to a plain one that fails in the same way.

import { plainer, replaced, trimmed, without, zeroed } from './decisions.js'

/** Runs a schedule: the decisions that were really made, or undefined if it does not fail in the same way. */
export type Trial = (decisions: readonly number[]) => Promise<readonly number[] | undefined>

/**
 * A plain list that fails. No entry of it can become smaller or be left out, unless `most` trials were too few to find that.
 *
 * @param failing decisions that fail
 * @param most how many trials at most
 */
export async function shrink(failing: readonly number[], trial: Trial, most: number): Promise<readonly number[]> {
  const search = new Search(trimmed(failing), trial, most)
  await search.attempt([])
  for (let before: readonly number[] = []; before !== search.best; ) {
    before = search.best
    for (let size = Math.max(before.length >> 1, 1); size >= 1; size >>= 1) await calm(search, size)
    await lessen(search)
  }
  return search.best
}

class Search {
  best: readonly number[]
  readonly #trial: Trial
  readonly #tried = new Set<string>()
  #left: number

  constructor(failing: readonly number[], trial: Trial, most: number) {
    this.best = failing
    this.#trial = trial
    this.#left = most
  }

  /** Takes a list that is plainer than the best one, if it fails. */
  async attempt(list: readonly number[]): Promise<boolean> {
    const key = list.join()
    if (this.#left <= 0 || this.#tried.has(key) || !plainer(list, this.best)) return false
    this.#left--
    this.#tried.add(key)
    const made = await this.#trial(list)
    // Entries that were too high for their place have become what was taken.
    if (made !== undefined) this.best = trimmed(made)
    return made !== undefined
  }
}

/** Has runs of `size` decisions made by fifo, or not at all. */
async function calm(search: Search, size: number): Promise<void> {
  for (let at = 0; at < search.best.length; ) {
    const taken =
      (await search.attempt(zeroed(search.best, at, size))) || (await search.attempt(without(search.best, at, size)))
    if (!taken) at += size
  }
}

/** Makes each entry as small as it can be. */
async function lessen(search: Search): Promise<void> {
  for (let at = 0; at < search.best.length; at++) {
    for (let less = 1; less < (search.best[at] ?? 0); less++) {
      if (await search.attempt(replaced(search.best, at, less))) break
    }
  }
}
