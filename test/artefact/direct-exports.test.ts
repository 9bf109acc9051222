// The release build exports a function itself where an export would do nothing but call it.
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { exportDirectly } from '../../scripts/direct-exports.mjs'

const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')
const { default: binaryen } = await import(createRequire(compiler).resolve('binaryen'))

const MODULE = `(module
  (import "env" "callback" (func $callback (param i32 i32) (result i32)))
  (func $inner (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
  (func $nothing)
  (func $same (param i32 i32) (result i32) (call $inner (local.get 0) (local.get 1)))
  (func $swapped (param i32 i32) (result i32) (call $inner (local.get 1) (local.get 0)))
  (func $fixed (param i32) (result i32) (call $inner (local.get 0) (i32.const 1)))
  (func $fewer (param i32 i32 i32) (result i32) (call $inner (local.get 0) (local.get 1)))
  (func $dropped (param i32 i32) (drop (call $inner (local.get 0) (local.get 1))))
  (func $imported (param i32 i32) (result i32) (call $callback (local.get 0) (local.get 1)))
  (func $empty (call $nothing))
  (export "same" (func $same))
  (export "swapped" (func $swapped))
  (export "fixed" (func $fixed))
  (export "fewer" (func $fewer))
  (export "dropped" (func $dropped))
  (export "imported" (func $imported))
  (export "empty" (func $empty))
  (export "inner" (func $inner)))`

test('what hands on all that it is given, and nothing else, is left out', () => {
  const module = binaryen.parseText(MODULE)
  exportDirectly(binaryen, module)
  expect(module.validate()).toBe(1)
  const exported = Array.from({ length: module.getNumExports() }, (_, index) => {
    const { name, value } = binaryen.getExportInfo(module.getExportByIndex(index))
    return `${name}: ${value}`
  })
  expect(exported).toEqual([
    'same: inner',
    'swapped: swapped',
    'fixed: fixed',
    'fewer: fewer',
    'dropped: dropped',
    'imported: imported',
    'empty: nothing',
    'inner: inner',
  ])
})
