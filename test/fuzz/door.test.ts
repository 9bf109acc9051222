// A short run of the fuzzer on each parser: see scripts/fuzz-door.mjs for a long one. FUZZ_SEED asks for other inputs.
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readCorpus } from './corpus.js'
import { mutate } from './mutate.js'
import { PARSERS } from './parsers/index.js'
import { Random } from './random.js'
import { run } from './run.js'
import { leakIn, SECRET, withoutSecrets } from './secret.js'

const COUNT = 1000
const SEED = Number(process.env.FUZZ_SEED ?? 20251122)

const corpus = readCorpus(fileURLToPath(new URL('../..', import.meta.url)))

test.each(PARSERS)(`$name: ${COUNT} inputs leave nothing behind: $about`, (parser) => {
  expect(run(parser, SEED, COUNT, corpus).inputs).toBe(COUNT)
})

describe('the fuzzer itself', () => {
  test('has real datagrams to start from', () => {
    expect(corpus.events.every((event) => event.length === 76)).toBe(true)
    expect(corpus.recorded.length).toBeGreaterThan(100)
  })

  test('makes the same inputs of the same seed', () => {
    const inputs = () =>
      Array.from({ length: 50 }, (_, seed) => mutate(corpus.events[seed] as Uint8Array, new Random(seed)))
    expect(inputs()).toEqual(inputs())
  })

  test('knows a secret, and takes it out of its own inputs', () => {
    const bytes = new Uint8Array(40)
    expect(leakIn(bytes)).toBe(-1)
    bytes.fill(SECRET, 11, 30)
    expect(leakIn(bytes)).toBe(11)
    expect(leakIn(withoutSecrets(bytes))).toBe(-1)
  })
})
