// The picture of a run.
import { describe, expect, test } from 'vitest'
import { count, duration, logAxis, times } from '../../bench/report/axis.mjs'
import { pointsOf, wholeOf } from '../../bench/report/curves.mjs'
import { drawPicture } from '../../bench/report/picture.mjs'
import { makeRows } from '../../bench/rows.mjs'

const machine = { cpu: 'A & B <C>', cores: 2, system: 'Linux 6', node: '20', chromium: undefined }
const results = [{ part: 'enqueue', title: 'a multicast', against: 'linux' }]
const point = (x: number) => ({
  id: `multicast-${x}`,
  sides: ['linux', 'node'],
  curve: { name: 'listeners', x },
  results,
})
const samples = (linux: number[], node: number[]) => ({ linux: { enqueue: [linux] }, node: { enqueue: [node] } })

const rows = makeRows(
  [
    { id: 'unicast', sides: ['linux', 'node'], results: [{ part: 'roundtrip', goal: 'unicast-64', against: 'linux' }] },
    { id: 'slow', sides: ['linux', 'node'], results: [{ part: 'roundtrip', goal: 'unicast-4096', against: 'linux' }] },
    point(64),
    point(1),
    { ...point(512), sides: ['node'], results: [{ part: 'enqueue', title: 'ours alone' }] },
  ],
  {
    unicast: { linux: { roundtrip: [[1000]] }, node: { roundtrip: [[50]] } },
    slow: { linux: { roundtrip: [[100]] }, node: { roundtrip: [[200]] } },
    'multicast-64': samples([320], [4]),
    'multicast-1': samples([900], [50]),
    'multicast-512': { node: { enqueue: [[3]] } },
  },
)

/** Names of elements, in the order in which they are opened; throws if one is not closed where it should be. */
function elementsOf(svg: string): string[] {
  const open: string[] = []
  const names: string[] = []
  for (const [, end, name, own] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[\w-]+="[^"<>]*")*(\/?)>/g)) {
    if (end) expect(open.pop()).toBe(name)
    else names.push(name!)
    if (!end && !own) open.push(name!)
  }
  expect(open).toEqual([])
  expect(svg.replace(/<\/?[a-z]+(?:\s[\w-]+="[^"<>]*")*\/?>/g, '')).not.toMatch(/[<>]|&(?!\w+;)/)
  return names
}

/** Each bar: which kind, how wide. */
const barsOf = (svg: string) =>
  [...svg.matchAll(/width="([\d.]+)" height="10" class="bar (\w+)"/g)].map(([, width, kind]) => ({
    kind,
    width: Number(width),
  }))

describe('the picture', () => {
  const svg = drawPicture({ machine, passes: 5, quick: false, rows })

  test('is one well-formed element that says what it shows, in light and in dark', () => {
    expect(elementsOf(svg)[0]).toBe('svg')
    expect(svg).toContain('role="img" aria-label="')
    expect(svg).toContain('A &amp; B &lt;C&gt;')
    expect(svg).toContain('prefers-color-scheme: dark')
  })

  test('has a bar as long as the logarithm of its ratio, which says whether the goal is met', () => {
    const bars = barsOf(svg)
    expect(bars.map(({ kind }) => kind)).toEqual(['met', 'missed'])
    const [twenty, half] = bars.map(({ width }) => width)
    expect(half! / twenty!).toBeCloseTo(Math.log(2) / Math.log(20), 2)
  })

  test('has a mark for each step of a goal', () => {
    for (const level of ['must', 'aim', 'dream']) {
      // Two rows, and the legend.
      expect(svg.split(new RegExp(`class="mark ${level}"`))).toHaveLength(4)
    }
  })

  test('leaves out what was not measured', () => {
    const curves = (of: typeof rows) => elementsOf(drawPicture({ machine, passes: 1, quick: true, rows: of }))
    expect(curves(rows).filter((name) => name === 'polyline')).toHaveLength(8)
    expect(curves(rows.slice(0, 2))).not.toContain('polyline')
    expect(barsOf(drawPicture({ machine, passes: 1, quick: true, rows: [] }))).toEqual([])
    expect(curves([])).not.toContain('polyline')
  })
})

describe('a curve', () => {
  test('has its points in order, those of Linux where it was measured', () => {
    const { linux, ours } = pointsOf(rows, 'listeners')
    expect(linux).toEqual([
      { x: 1, y: 900 },
      { x: 64, y: 320 },
    ])
    expect(ours).toEqual([
      { x: 1, y: 50 },
      { x: 64, y: 4 },
      { x: 512, y: 3 },
    ])
    expect(wholeOf(ours)).toContainEqual({ x: 64, y: 256 })
    expect(pointsOf(rows, 'sockets')).toEqual({ linux: [], ours: [] })
  })
})

describe('an axis', () => {
  test('goes over whole decades, from one end to the other', () => {
    const { place, decades } = logAxis([0.5, 30], 0, 300)
    expect(decades.map((value: number) => Number(value.toPrecision(6)))).toEqual([0.1, 1, 10, 100])
    expect([0.1, 1, 10, 100].map((value) => Math.round(place(value)))).toEqual([0, 100, 200, 300])
  })

  test('has a decade for one value alone', () => {
    expect(logAxis([10], 0, 100).decades).toEqual([10, 100])
  })

  test('says numbers as one says them', () => {
    expect([0.5, 999, 1500, 2e6, 3e9].map(duration)).toEqual(['0.5 ns', '999 ns', '1.5 µs', '2 ms', '3 s'])
    expect([1, 512, 4096, 16_384, 1e6].map(count)).toEqual(['1', '512', '4096', '16.4k', '1M'])
    expect([0.0556, 15.12, 30_000].map(times)).toEqual(['0.0556x', '15.1x', '30,000x'])
  })
})
