// Links as text: what is written is read again, and nothing that somebody writes there can break the page.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatLink, parseLink } from '../../playground/page/link.js'
import { DEFAULT_KNOBS, type Knobs, MOST, numberIn, PROFILES, sameKnobs } from '../../playground/shared/knobs.js'

const SCENES = ['first', 'second']

const number = (name: keyof typeof MOST) => fc.integer({ min: 0, max: MOST[name] })
const knobs: fc.Arbitrary<Knobs> = fc.record({
  seed: number('seed'),
  schedule: fc.oneof(fc.constant<'fifo'>('fifo'), number('schedule')),
  profile: fc.constantFrom(...PROFILES),
  rcvbuf: number('rcvbuf'),
  drop: number('drop'),
  delay: number('delay'),
  delayMs: number('delayMs'),
  fail: number('fail'),
})

describe('a link', () => {
  test('is read as it was written', () => {
    const link = fc.record({ scene: fc.constantFrom(...SCENES), knobs, step: fc.nat(1_000_000) })
    fc.assert(
      fc.property(link, (one) => {
        expect(parseLink(`#${formatLink(one)}`, SCENES)).toEqual(one)
      }),
    )
  })

  test('has the seed and the step always, the other knobs where they are turned', () => {
    expect(formatLink({ scene: 'first', knobs: DEFAULT_KNOBS, step: 0 })).toBe('scene=first&seed=1&step=0')
    const turned = { ...DEFAULT_KNOBS, schedule: 7, drop: 5 }
    expect(formatLink({ scene: 'first', knobs: turned, step: 3 })).toBe('scene=first&seed=1&step=3&schedule=7&drop=5')
  })

  test('of any text is a link to something', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { scene, knobs: read, step } = parseLink(text, SCENES)
        expect(SCENES).toContain(scene)
        expect(PROFILES).toContain(read.profile)
        expect(Number.isInteger(step) && step >= 0).toBe(true)
        for (const name of Object.keys(MOST) as (keyof typeof MOST)[]) {
          const value = read[name]
          if (value === 'fifo') continue
          expect(Number.isInteger(value) && value >= 0 && value <= MOST[name]).toBe(true)
        }
      }),
    )
  })
})

test('what a person writes into a field of numbers is a number in the end', () => {
  expect(['7', ' 7.6 ', '-3', '1e3', '', 'seven', 'Infinity'].map((text) => numberIn(text, 100, 42))).toEqual([
    7, 8, 0, 100, 42, 42, 42,
  ])
})

test('knobs are the same if every one is', () => {
  expect(sameKnobs(DEFAULT_KNOBS, { ...DEFAULT_KNOBS })).toBe(true)
  for (const turned of [{ seed: 2 }, { schedule: 0 }, { profile: 'LINUX_6' as const }, { fail: 1 }]) {
    expect(sameKnobs(DEFAULT_KNOBS, { ...DEFAULT_KNOBS, ...turned })).toBe(false)
  }
})
