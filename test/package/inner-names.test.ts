// scripts/inner-names.mjs and scripts/door-members.mjs: a name that is shortened in the built files must be one that only files of src/ use, and never as a text.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KEPT_CALLS, readCallNames, shortCallNames } from '../../scripts/door-members.mjs'
import { INNER_NAMES } from '../../scripts/inner-names.mjs'
import { root } from './stranger.js'

function filesOf(folder: string): string[] {
  const found = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.name.endsWith('.ts')).map((entry) => join(entry.parentPath, entry.name))
}

const codeOf = (file: string) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
const wordsOf = (files: string[]) => new Set(files.flatMap((file) => codeOf(file).match(/[\w$]+/g) ?? []))

/** What others import, and all types that this is made of. */
const OUTSIDE = [
  'src/api',
  'src/uapi',
  'src/connector',
  'src/capture',
  'src/worker',
  'src/host',
  'src/kernel/genetlink',
]
const ENTRIES = ['src/embedded.ts', 'src/slim.ts', 'src/whole.ts', 'src/sim/options.ts', 'src/sim/failure.ts']

const SHORT_CALLS = Object.keys(shortCallNames(root))
const SHORTENED = [...INNER_NAMES, ...SHORT_CALLS]

test('each is there, and there once', () => {
  const words = wordsOf(filesOf('src'))
  expect(INNER_NAMES.filter((name) => !words.has(name))).toEqual([])
  expect(new Set(INNER_NAMES).size).toBe(INNER_NAMES.length)
  expect(INNER_NAMES.filter((name) => readCallNames(root).includes(name))).toEqual([])
})

test('nobody outside sees one', () => {
  const words = wordsOf([...OUTSIDE.flatMap(filesOf), ...ENTRIES.map((file) => join(root, file))])
  expect(words).toContain('netlink_broadcast')
  expect(INNER_NAMES.filter((name) => words.has(name))).toEqual([])
  expect(readCallNames(root).filter((name) => words.has(name))).toEqual(KEPT_CALLS)
})

test('none is written as a text: only names of members are shortened', () => {
  // The programs behind the command keep the names of calls.
  const files = filesOf('src').filter((file) => !file.startsWith(join(root, 'src/cli')))
  const code = files.map(codeOf).join('\n')
  expect(SHORTENED.filter((name) => new RegExp(`['"\`]${name}['"\`]`).test(code))).toEqual([])
})

test('no object of the host has one', () => {
  const globals = Object.getOwnPropertyNames(globalThis).map((name) => (globalThis as Record<string, unknown>)[name])
  const objects = [...globals, ...Object.values(WebAssembly)].filter((value) => typeof value === 'function')
  const names = objects.flatMap((value) =>
    [value, value.prototype ?? {}].flatMap((of) => Object.getOwnPropertyNames(of)),
  )
  expect(names).toEqual(expect.arrayContaining(['byteOffset', 'compile', 'addEventListener']))
  expect(SHORTENED.filter((name) => names.includes(name))).toEqual([])
})

test('the built files have none of them', () => {
  const built = readdirSync(join(root, 'dist/chunks')).filter((file) => file.endsWith('.js'))
  const code = built.map((file) => readFileSync(join(root, 'dist/chunks', file), 'utf8')).join('\n')
  expect(code.includes('netlink_broadcast(')).toBe(true)
  // A spread is no member.
  expect(SHORTENED.filter((name) => new RegExp(`[^.]\\.${name}\\b`).test(code))).toEqual([])
})
