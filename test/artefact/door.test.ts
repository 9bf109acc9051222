// The artefact has exactly the imports and exports that assembly/abi.ts lists, and only i32 crosses.
import { describe, expect, test } from 'vitest'
import { opcodeName } from '../../scripts/abi.mjs'
import { CALL_NAMES, IMPORTS, LAYOUT, OPCODES } from '../../src/machine/abi.generated.js'
import { readBytes, readText } from '../support/files.js'
import { readSections } from '../support/wasm-sections.js'

const abi = readText('assembly/abi.ts')
const namesOf = (pattern: RegExp) => [...abi.matchAll(pattern)].map((match) => match[1]!)
const functions = namesOf(/^export function (\w+)/gm)
const constants = namesOf(/^export const (\w+)/gm)
// asc exports an import again if its declaration is exported.
const exportedImports = namesOf(/^export declare function (\w+)/gm)
const externals = [...abi.matchAll(/^@external\(["'](\w+)["'], *["'](\w+)["']\)/gm)].map((at) => `${at[1]}.${at[2]}`)

const load = (build: string) => readBytes(`build/${build}.wasm`)

describe.each([
  { build: 'release', extra: [] },
  { build: 'debug', extra: ['env.abort'] },
])('$build', ({ build, extra }) => {
  const sections = readSections(load(build))
  const module = new WebAssembly.Module(load(build))

  test('imports what abi.ts declares, and nothing else', () => {
    const found = WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`)
    expect(found.sort()).toEqual(['env.memory', ...externals, ...extra].sort())
  })

  test('exports what abi.ts exports, in the release build by number, and nothing else; the constants only where the build reads them', () => {
    const found = WebAssembly.Module.exports(module).map(({ kind, name }) => `${kind} ${name}`)
    const nameOf = (name: string, index: number) => (build === 'debug' ? name : opcodeName(index))
    const expected = [
      ...[...functions, ...exportedImports].map((name, index) => `function ${nameOf(name, index)}`),
      ...(build === 'debug' ? constants : []).map((name) => `global ${name}`),
    ]
    expect(found.sort()).toEqual(expected.sort())
  })

  test('passes nothing but i32', () => {
    const crossing = [
      ...sections.imports.flatMap(({ name, signature }) => (signature ? { name, signature } : [])),
      ...sections.exports
        .filter(({ kind }) => kind === 'func')
        .map(({ name, index }) => ({ name, signature: sections.signatures[index]! })),
    ]
    expect(crossing.length).toBeGreaterThan(functions.length)
    const others = crossing.filter(({ signature }) =>
      [...signature.params, ...signature.results].some((type) => type !== 'i32'),
    )
    expect(others).toEqual([])
  })
})

test('the generated table has the calls in the order of abi.ts, numbered from 1', () => {
  expect(CALL_NAMES.split(' ')).toEqual(functions)
  expect(keysOf(OPCODES).map((name) => [name, OPCODES[name]])).toEqual(
    functions.map((name, index) => [name.toUpperCase(), index + 1]),
  )
  expect(keysOf(LAYOUT)).toEqual(constants)
  expect([...IMPORTS]).toEqual(['env.memory', ...externals])
})

/** The names in an enum, which has its numbers as keys too. */
function keysOf<Name extends string>(of: Readonly<Record<Name, unknown>>): Name[] {
  return (Object.keys(of) as Name[]).filter((key) => !/^-?\d+$/.test(key))
}
