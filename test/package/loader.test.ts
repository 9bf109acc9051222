// scripts/loader.mjs, which has instantiateSync() of the loader give the instance alone.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { instanceAlone } from '../../scripts/loader.mjs'

const source = readFileSync(
  createRequire(import.meta.url)
    .resolve('@assemblyscript/loader')
    .replace('umd/', ''),
  'utf8',
)

test('one place of the loader is changed, and it says so', () => {
  const before = source.split('\n')
  const after = instanceAlone(source).split('\n')
  expect(before.filter((line) => !after.includes(line))).toEqual([])
  expect(after.filter((line) => !before.includes(line))).toEqual([
    expect.stringContaining('changed by kernel-connector'),
  ])
  expect(after.length).toBe(before.length - 2)
})

test('a loader that is another one is refused', () => {
  expect(() => instanceAlone(source.replaceAll('postInstantiate', 'prepare'))).toThrow('not what it was')
})
