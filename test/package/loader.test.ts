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

test('three places of the loader are changed, and what is another text says so', () => {
  const before = source.split('\n')
  const after = instanceAlone(source).split('\n')
  const gone = before.filter((line) => !after.includes(line))
  expect(gone).toEqual([
    expect.stringContaining('const utf16 = new TextDecoder'),
    expect.stringContaining('polyfill'),
    expect.stringContaining('Object.hasOwn = Object.hasOwn ||'),
    expect.stringContaining('hasOwnProperty.call'),
  ])
  expect(after.filter((line) => !before.includes(line))).toEqual([
    expect.stringContaining('/* @__PURE__ */'),
    expect.stringContaining('changed by kernel-connector'),
  ])
  expect(after.length).toBe(before.length - 7)
})

test('a loader that is another one is refused', () => {
  expect(() => instanceAlone(source.replaceAll('postInstantiate', 'prepare'))).toThrow('not what it was')
})
