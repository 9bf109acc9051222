// In the release build functions that are alike call their locals alike.
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { nameLocals } from '../../scripts/local-names.mjs'

const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')
const { default: binaryen } = await import(createRequire(compiler).resolve('binaryen'))

/** A function with two parameters, two i32 and one i64, which are called by the given numbers. */
const twice = (name: string, first: number, second: number) => `
  (func (export "${name}") (param i32 i32) (result i32) (local i64 i32 i32)
    (local.set 2 (i64.extend_i32_u (local.get 0)))
    (local.set ${first} (i32.sub (local.get 0) (local.get 1)))
    (local.set ${second} (i32.shl (local.get ${first}) (i32.const 3)))
    (local.set ${first} (i32.xor (local.get ${first}) (local.get ${second})))
    (i32.sub (i32.mul (local.get ${first}) (local.get ${second})) (i32.wrap_i64 (local.get 2))))`

const MODULE = `(module ${twice('one', 3, 4)} ${twice('other', 4, 3)}
  (func (export "alone") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "swapped") (param i32 i32) (result i32) (i32.sub (local.get 1) (local.get 0))))`

type Call = (...numbers: number[]) => number

const answers = (bytes: Uint8Array<ArrayBuffer>) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  return ['one', 'other', 'alone', 'swapped'].map((name) => (exports[name] as Call)(1000, 7))
}

test('locals are exchanged where that makes functions alike, and nothing else changes', () => {
  const before = binaryen.parseText(MODULE).emitBinary() as Uint8Array<ArrayBuffer>
  const after = before.slice()
  nameLocals(after, [2, 2, 1, 2])
  expect(answers(after)).toEqual(answers(before))
  const [one, other] =
    binaryen
      .readBinary(after)
      .emitText()
      .match(/\(param \$0 [\s\S]*?\n \)/g) ?? []
  expect(one).toBe(other)
  const changed = after.filter((byte, at) => byte !== before[at])
  expect(changed.length).toBeGreaterThan(0)
  expect(changed.every((byte) => byte === 3 || byte === 4)).toBe(true)
})
