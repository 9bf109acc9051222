// The hot paths have the length that bench/instructions.json says, in executed Wasm instructions: a change that makes one longer, or
// shorter, shows in the diff of that file. No clock is looked at.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { instrument } from '../../bench/instructions/instrument.js'
import { countingBoot } from '../../bench/instructions/kernel.js'
import { type Counts, measure } from '../../bench/instructions/measure.js'
import { growths, MOST } from '../../bench/instructions/scale.js'
import { scenes } from '../../bench/instructions/scenes/index.js'
import { FILE, RENEW, readStored } from '../../bench/instructions/stored.js'
import { readBytes } from '../support/files.js'

const stored = readStored(fileURLToPath(new URL('../..', import.meta.url)))
const release = readBytes('build/release.wasm')
const boot = countingBoot(instrument(release))
const small = scenes.filter(({ large }) => !large)
const measured: Counts = Object.assign({}, ...small.map((scene) => measure(scene, boot)))

test.each(Object.keys(measured))('%s', (row) => {
  expect(measured[row], `not what ${FILE} has. If it is meant to be so, renew the file: ${RENEW}`).toBe(stored[row])
})

test('the file has the rows of the scenes, and no others', () => {
  expect(Object.keys(stored), `to renew the file: ${RENEW}`).toEqual(scenes.flatMap(({ rows }) => rows))
})

test('among many it is at most 10 % more than among 100', () => {
  const grown = growths(measured)
  expect(grown.length).toBe(2)
  for (const { row, base, ratio } of grown) expect(ratio, `${row}, against ${base}`).toBeLessThanOrEqual(MOST)
})

test('so it was among the million that only the command opens', () => {
  for (const { row, base, ratio } of growths(stored)) expect(ratio, `${row}, against ${base}`).toBeLessThanOrEqual(MOST)
})

test('a counter before each single instruction tells the same as one for each run of them', () => {
  const each = countingBoot(instrument(release, () => true))
  for (const scene of small) expect(measure(scene, each)).toEqual(measure(scene, boot))
})

test('rounds that do not agree are no measurement', () => {
  let round = 0
  const odd = { rows: ['steady', 'unsteady'], prepare: () => () => [7, round++ < 5 ? 1 : 2] }
  expect(() => measure(odd, boot)).toThrow('unsteady: 1 instructions in one round, 2 in another')
})
