// The reader of sections says what is there: the other tests of the artefact could not fail without it.
import { expect, test } from 'vitest'
import { readSections } from '../support/wasm-sections.js'

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const section = (id: number, ...body: number[]) => [id, body.length, ...body]
const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]
const moduleOf = (...sections: number[][]) => new Uint8Array([...header, ...sections.flat()])

const sample = moduleOf(
  section(1, 2, 0x60, 1, 0x7e, 1, 0x7f, 0x60, 0, 0),
  section(2, 2, ...name('m'), ...name('g'), 3, 0x7d, 1, ...name('m'), ...name('f'), 0, 1),
  section(3, 1, 0),
  section(5, 1, 0, 1),
  section(6, 2, 0x7f, 1, 0x41, 0xff, 0x00, 0x0b, 0x7b, 0, 0xfd, 12, ...new Array<number>(16).fill(0), 0x0b),
  section(7, 1, ...name('run'), 0, 1),
  section(10, 1, 4, 0, 0x41, 5, 0x0b),
  section(11, 2, 0, 0x41, 0x80, 0x90, 0x02, 0x0b, 2, 1, 2, 1, 1, 9),
)

test('reads imports, signatures, globals, exports and data', () => {
  expect(WebAssembly.validate(sample)).toBe(true)
  const i64ToI32 = { params: ['i64'], results: ['i32'] }
  const nothing = { params: [], results: [] }
  expect(readSections(sample)).toEqual({
    imports: [
      { module: 'm', name: 'g', kind: 'global', global: { type: 'f32', mutable: true } },
      { module: 'm', name: 'f', kind: 'func', signature: nothing },
    ],
    signatures: [nothing, i64ToI32],
    globals: [
      { type: 'f32', mutable: true },
      { type: 'i32', mutable: true },
      { type: 'v128', mutable: false },
    ],
    exports: [{ name: 'run', kind: 'func', index: 1 }],
    data: [
      { offset: 34816, size: 2 },
      { offset: undefined, size: 1 },
    ],
  })
})

test('takes no module cut short anywhere for a whole one', () => {
  const whole = readSections(sample)
  for (let size = 0; size < sample.length; size++) {
    let cut: unknown
    try {
      cut = readSections(sample.subarray(0, size))
    } catch {
      continue
    }
    expect(cut).not.toEqual(whole)
  }
})

test.each([
  ['a number of more than 32 bits', section(3, 0xff, 0xff, 0xff, 0xff, 0x1f)],
  ['a section that goes on', section(3, 0, 0)],
  ['a section twice', [...section(3, 0), ...section(3, 0)]],
  ['an unknown value type', section(6, 1, 0x11, 0, 0x41, 0, 0x0b)],
  ['an unknown constant expression', section(6, 1, 0x7f, 0, 0x20, 0, 0x0b)],
])('refuses %s', (_, bytes) => {
  expect(() => readSections(moduleOf(bytes))).toThrow(/byte|twice/)
})
