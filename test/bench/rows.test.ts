// From samples to the rows of the table.
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { goals, isMet } from '../../bench/goals.mjs'
import { measurements } from '../../bench/measurements.mjs'
import { readOptions, UsageError } from '../../bench/options.mjs'
import { plan } from '../../bench/passes.mjs'
import { makeRows, unmeasured } from '../../bench/rows.mjs'
import { sides } from '../../bench/sides/index.mjs'
import { countMet, drawTable } from '../../bench/table.mjs'

const one = (result: object, more: object = {}) => ({ id: 'one', sides: ['linux', 'node'], results: [result], ...more })
const rowOf = (measurement: object, samples: object) => makeRows([measurement], { one: samples })[0]

describe('a row', () => {
  const samples = { linux: { part: [[300, 200], [240]], burst: [[100]] }, node: { part: [[20], [30, 10]] } }

  test('has the ratio of the minima, and the range of the passes', () => {
    const row = rowOf(one({ part: 'part', goal: 'unicast-64', against: 'linux' }), samples)
    expect(row).toMatchObject({ value: 20, met: { must: true, aim: true, dream: false } })
    expect(row.ratio).toMatchObject({ value: 20, low: 10, high: 24 })
  })

  test('turns the ratio round where less is better', () => {
    const row = rowOf(one({ part: 'part', goal: 'random-slowdown', against: 'linux' }), samples)
    expect(row).toMatchObject({ value: 0.05, met: { must: true, dream: true } })
  })

  test('has no ratio where the clock was too coarse', () => {
    const row = rowOf(one({ part: 'part', goal: 'unicast-64', against: 'linux' }), {
      linux: { part: [[300]] },
      node: { part: [[0, 1]] },
    })
    expect(row).toMatchObject({ ratio: undefined, value: undefined, met: undefined })
  })

  test('takes the part that the rival has under another name', () => {
    const row = rowOf(one({ part: 'part', theirPart: 'burst', title: 'title', against: 'linux' }), samples)
    expect(row).toMatchObject({ value: 10, title: 'title', met: undefined })
  })

  test('has no value without its rival, and no figure of ours without ours', () => {
    const result = { part: 'part', goal: 'unicast-64', against: 'linux' }
    expect(rowOf(one(result), { node: samples.node })).toMatchObject({ value: undefined, ours: { min: 10 } })
    expect(rowOf(one(result), { linux: samples.linux })).toMatchObject({ value: undefined, theirs: { min: 200 } })
    expect(rowOf(one(result), {})).toBeUndefined()
    expect(unmeasured([rowOf(one(result), { node: samples.node })])).toContain(goals['unicast-64'].title)
  })

  test('is a point of the curve of its result, else of its measurement', () => {
    const curve = { name: 'sockets', x: 10 }
    expect(rowOf(one({ part: 'part', title: '' }, { curve }), samples).curve).toEqual(curve)
    const own = { name: 'listeners', x: 1 }
    expect(rowOf(one({ part: 'part', title: '', curve: own }, { curve }), samples).curve).toEqual(own)
  })

  test('is drawn with and without a goal, a rival and a figure', () => {
    const rows = [
      rowOf(one({ part: 'part', goal: 'unicast-64', against: 'linux' }), samples),
      rowOf(one({ part: 'part', title: 'ours alone' }), { node: samples.node }),
      rowOf(one({ part: 'part', goal: 'unicast-64', against: 'linux' }), { node: samples.node }),
    ]
    const [, first, second, third] = drawTable(rows)
    expect(first).toMatch(/Linux +240 \/ 200 ns +20 \/ 10 ns +20x +\(10 to 24\) +10x ✓ +14x ✓ +20x ✗$/)
    expect(second).toMatch(/^ours alone +20 \/ 10 ns$/)
    expect(third).toMatch(/- +20 \/ 10 ns +10x \? +14x \? +20x \?$/)
    expect(countMet(rows)).toBe('must 1 of 1, aim 1 of 1, dream 0 of 1')
  })
})

test('a timed cell is met by a tenth, an exact one as it stands', () => {
  expect([10.9, 11].map((value) => isMet(goals['unicast-64'], 'must', value))).toEqual([false, true])
  expect([8, 8.01].map((value) => isMet(goals['memory-copy'], 'must', value))).toEqual([true, false])
})

describe('what is measured', () => {
  test('has names of its own, files, sides and goals that exist', () => {
    expect(new Set(measurements.map(({ id }) => id)).size).toBe(measurements.length)
    for (const { id, file, sides: names, results } of measurements) {
      if (names.at(-1) !== 'files')
        expect(existsSync(new URL(`../../bench/ours/${file}.mjs`, import.meta.url)), id).toBe(true)
      expect(names.filter((name: string) => !(name in sides))).toEqual([])
      for (const { goal, against, title } of results as { goal?: string; against?: string; title?: string }[]) {
        expect(goal === undefined ? title : goal in goals, id).toBeTruthy()
        if (against) expect(names.slice(0, -1), id).toContain(against)
      }
    }
  })

  test('runs once on each side in each pass', () => {
    const runs = plan({ measurements: measurements.filter(({ id }) => id === 'callbacks'), passes: 2, quick: true })
    const order = ['event-emitter', 'eventemitter3', 'mitt', 'broadcast-channel', 'node']
    expect(runs.map(({ pass, side }) => `${pass} ${side}`)).toEqual(
      [0, 1].flatMap((pass) => order.map((side) => `${pass} ${side}`)),
    )
  })

  test('is chosen by the options', () => {
    expect(readOptions([]).measurements).toHaveLength(measurements.length)
    const few = readOptions(['--filter', 'one-to-one', '--quick', '--svg', 'picture.svg'])
    expect(few).toMatchObject({ quick: true, passes: 2, svg: 'picture.svg', all: false })
    expect(few.measurements.map(({ id }) => id)).toEqual(
      measurements.map(({ id }) => id).filter((id) => id.includes('one-to-one')),
    )
    expect(() => readOptions(['--filter', 'nothing of this name'])).toThrow(UsageError)
    expect(() => readOptions(['--svgg'])).toThrow(UsageError)
  })
})
