// All state of the machine lies in linear memory from 64 KiB up: no global changes, static data ends below.
import { describe, expect, test } from 'vitest'
import { readBytes, readText } from '../support/files.js'
import { readSections } from '../support/wasm-sections.js'

const { options } = JSON.parse(readText('asconfig.json')) as { options: { memoryBase: number } }
const STATE = 65536

describe.each(['release', 'debug'])('%s', (build) => {
  const sections = readSections(readBytes(`build/${build}.wasm`))

  test('has no mutable global, imported or its own', () => {
    expect(sections.globals.filter(({ mutable }) => mutable)).toEqual([])
    // What the debug build has, the release build had before its constants were taken out.
    if (build === 'debug') expect(sections.globals.length).toBeGreaterThan(0)
  })

  test('keeps static data between the windows and the state', () => {
    const outside = sections.data.filter(
      ({ offset, size }) => offset === undefined || offset < options.memoryBase || offset + size > STATE,
    )
    expect(outside).toEqual([])
  })
})
