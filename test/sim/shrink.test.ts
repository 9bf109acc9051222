// Shrinking lists of decisions: what is left is plain, and fails.
import { describe, expect, test } from 'vitest'
import { plainer, trimmed } from '../../src/sim/decisions.js'
import { shrink } from '../../src/sim/shrink.js'

const NOISE = Array.from({ length: 60 }, (_, at) => (at * 7 + 3) % 5)

/** Shrinks what fails by a rule; counts the trials. */
async function shrinkBy(fails: (list: readonly number[]) => boolean, from: readonly number[], most = 10_000) {
  let trials = 0
  const trial = async (list: readonly number[]) => {
    trials++
    return fails(list) ? list : undefined
  }
  return { best: await shrink(from, trial, most), trials }
}

describe('shrink', () => {
  test('finds that fifo fails too', async () => {
    expect(await shrinkBy(() => true, NOISE)).toEqual({ best: [], trials: 1 })
  })

  test('leaves the one decision that matters, as small and as early as it may be', async () => {
    expect((await shrinkBy((list) => list.some((index) => index >= 3), NOISE)).best).toEqual([3])
    expect((await shrinkBy((list) => (list[10] ?? 0) >= 2, NOISE)).best).toEqual([...new Array(10).fill(0), 2])
  })

  test('leaves two that need each other', async () => {
    const fails = (list: readonly number[]) => list.some((index, at) => index === 2 && list.slice(at + 1).includes(4))
    expect((await shrinkBy(fails, NOISE)).best).toEqual([2, 4])
  })

  test('takes what was really decided', async () => {
    const clamped = async (list: readonly number[]) =>
      list.length > 0 ? list.map((index) => Math.min(index, 1)) : undefined
    expect(await shrink([4, 4, 4], clamped, 100)).toEqual([1])
  })

  test('ends when its trials do, with a list that fails', async () => {
    const fails = (list: readonly number[]) => list.filter((index) => index > 0).length >= 20
    const { best, trials } = await shrinkBy(fails, NOISE, 7)
    expect(trials).toBe(7)
    expect(fails(best)).toBe(true)
    expect((await shrinkBy(fails, NOISE, 0)).best).toEqual(trimmed(NOISE))
  })

  test('tries no list twice', async () => {
    const seen: string[] = []
    const trial = async (list: readonly number[]) => {
      seen.push(list.join())
      return list.includes(4) && list.includes(2) ? list : undefined
    }
    await shrink(NOISE, trial, 10_000)
    expect(new Set(seen).size).toBe(seen.length)
  })
})

test.each([
  [[], [1]],
  [
    [0, 0, 1],
    [1, 1],
  ],
  [[1], [0, 1]],
  [
    [1, 1],
    [1, 2],
  ],
])('%j is plainer than %j', (a, b) => {
  expect([plainer(a, b), plainer(b, a), plainer(a, a)]).toEqual([true, false, false])
})
