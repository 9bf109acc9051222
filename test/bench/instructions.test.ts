// The hot paths have the length that bench/instructions.json says, in executed Wasm instructions: a change that makes one longer, or
// shorter, shows in the diff of that file. No clock is looked at.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { countingBoot } from '../../bench/instructions/kernel.js'
import { type Counts, measure } from '../../bench/instructions/measure.js'
import { growths, MOST } from '../../bench/instructions/scale.js'
import { scenes } from '../../bench/instructions/scenes/index.js'
import { FILE, RENEW, readStored } from '../../bench/instructions/stored.js'
import { readBytes } from '../support/files.js'

const stored = readStored(fileURLToPath(new URL('../..', import.meta.url)))
const boot = countingBoot(readBytes('build/release.wasm'))
const small = scenes.filter(({ large }) => !large)
const measured: Counts = Object.assign({}, ...small.map((scene) => measure(scene, boot)))

test.each(Object.keys(measured))('%s', (row) => {
  expect(measured[row], `not what ${FILE} has. If it is meant to be so, renew the file: ${RENEW}`).toBe(stored[row])
})

test('the file has the rows of the scenes, and no others', () => {
  expect(Object.keys(stored), `to renew the file: ${RENEW}`).toEqual(scenes.flatMap(({ rows }) => rows))
})

test('what costs the same among many as among 100', () => {
  const grown = growths(measured)
  expect(grown.length).toBe(2)
  for (const { row, base, ratio } of grown) expect(ratio, `${row}, against ${base}`).toBeLessThanOrEqual(MOST)
})

test('and as far as the file has it, among more than the tests open', () => {
  for (const { row, base, ratio } of growths(stored)) expect(ratio, `${row}, against ${base}`).toBeLessThanOrEqual(MOST)
})
