// simulate() with options and scenarios that nobody means.
import { expect, test } from 'vitest'
import { simulate } from '../../src/index.js'

test('a number of seeds is no array of them', async () => {
  const scenario = () => {
    throw new Error('at once')
  }
  const { seeds, failure } = await simulate({ seeds: 2 ** 32 - 1, scenario, throws: false, progress: () => {} })
  expect([seeds, failure?.seed]).toEqual([1, 1])
  await expect(simulate({ seeds: -1, scenario })).rejects.toThrow('seeds must be at least one, not -1')
  await expect(simulate({ seeds: 1.5, scenario })).rejects.toThrow('seeds must be an integer')
  for (const seeds of [undefined, null, '5', {}]) {
    await expect(simulate({ seeds: seeds as never, scenario })).rejects.toThrow(
      new TypeError('seeds must be a number or an iterable of numbers'),
    )
  }
})

test('a scenario that ends the journal does not hide its failure', async () => {
  const { failure } = await simulate({
    seeds: 1,
    scenario(kernel) {
      if (kernel.journal.recording) kernel.journal.stop()
      throw new Error('mine')
    },
    throws: false,
    progress: () => {},
  })
  expect(failure?.error).toMatchObject({ message: 'mine' })
  expect(failure?.journal).toBeUndefined()
})
