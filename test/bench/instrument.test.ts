// The counter counts each executed instruction once: modules made by hand, whose counts can be told by reading them.
import { describe, expect, test } from 'vitest'
import { BULK_BYTES, INSTRUCTIONS, instrument } from '../../bench/instructions/instrument.js'
import { readBytes } from '../support/files.js'

const I32 = 0x7f
const NO_VALUE = 0x40
const [UNREACHABLE, NOP, BLOCK, LOOP, IF, ELSE, END, BR, BR_IF, BR_TABLE] = [0, 1, 2, 3, 4, 5, 0x0b, 0x0c, 0x0d, 0x0e]
const [RETURN, CALL, DROP, GET, SET, TEE] = [0x0f, 0x10, 0x1a, 0x20, 0x21, 0x22]
const [CONST, I64_CONST, F64_CONST, ADD, SUB, EQZ] = [0x41, 0x42, 0x44, 0x6a, 0x6b, 0x45]
const [BULK, SIMD, LOAD, STORE, GLOBAL_GET] = [0xfc, 0xfd, 0x28, 0x36, 0x23]

const section = (id: number, ...body: number[]) => [id, body.length, ...body]
const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]

/** `run` takes an i32, has one more of its own, and gives an i32; function 1 takes and gives nothing. */
function moduleOf(
  run: readonly number[],
  { second = [] as number[], before = [] as number[], after = [] as number[] } = {},
) {
  const first = [1, 1, I32, ...run, END]
  const other = [0, ...second, END]
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, 0x60, 1, I32, 1, I32, 0x60, 0, 0),
    ...section(3, 2, 0, 1),
    ...section(5, 1, 0, 1),
    ...before,
    ...section(7, 1, ...name('run'), 0, 0),
    ...section(10, 2, first.length, ...first, other.length, ...other),
    ...after,
  ])
}

interface Instance {
  readonly run: (argument: number) => number
  readonly [INSTRUCTIONS]: WebAssembly.Global
  readonly [BULK_BYTES]: WebAssembly.Global
}

function instanceOf(bytes: Uint8Array<ArrayBuffer>): Instance {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Instance
}

/** What run() answers, which the counter must not change, and what it counts. */
function counted(bytes: Uint8Array<ArrayBuffer>, argument: number): { result: number; count: number } {
  const instance = instanceOf(instrument(bytes))
  const result = instance.run(argument)
  expect(result).toBe(instanceOf(bytes).run(argument))
  return { result, count: Number(instance[INSTRUCTIONS].value) }
}

test('a straight line', () => {
  // local.get, const, add
  expect(counted(moduleOf([GET, 0, CONST, 5, ADD]), 2)).toEqual({ result: 7, count: 3 })
})

test('runs add up', () => {
  const instance = instanceOf(instrument(moduleOf([GET, 0])))
  for (let i = 0; i < 5; i++) instance.run(i)
  expect(instance[INSTRUCTIONS].value).toBe(5n)
})

test('nops, drops and long constants are one each', () => {
  const code = [NOP, I64_CONST, 0xff, 0xff, 0x7f, DROP, F64_CONST, 0, 0, 0, 0, 0, 0, 0, 0, DROP, CONST, 0xc0, 0]
  expect(counted(moduleOf(code), 0)).toEqual({ result: 64, count: 6 })
})

describe('if and else', () => {
  // local.get, if: 2; then: 1; else: 3; behind it: 2
  const code = [GET, 0, IF, I32, CONST, 1, ELSE, CONST, 2, CONST, 3, ADD, END, CONST, 10, ADD]
  test.each([
    [1, 11, 5],
    [0, 15, 7],
  ])('with %i', (argument, result, count) => expect(counted(moduleOf(code), argument)).toEqual({ result, count }))
})

describe('an if without an else', () => {
  const code = [GET, 0, IF, NO_VALUE, CONST, 9, SET, 0, END, GET, 0]
  test.each([
    [1, 9, 5],
    [0, 0, 3],
  ])('with %i', (argument, result, count) => expect(counted(moduleOf(code), argument)).toEqual({ result, count }))
})

describe('a branch out of a block, taken or not', () => {
  // local.get, br_if: 2; not taken: 2 more; behind the block: 1
  const code = [BLOCK, NO_VALUE, GET, 0, BR_IF, 0, CONST, 7, SET, 1, END, GET, 1]
  test.each([
    [1, 0, 3],
    [0, 7, 5],
  ])('with %i', (argument, result, count) => expect(counted(moduleOf(code), argument)).toEqual({ result, count }))
})

test.each([1, 2, 10, 1000])('a loop of %i rounds', (rounds) => {
  // Each round: local 1 + 1, local 0 - 1 and a branch on it; then local.get.
  const round = [GET, 1, CONST, 1, ADD, SET, 1, GET, 0, CONST, 1, SUB, TEE, 0, BR_IF, 0]
  const code = [LOOP, NO_VALUE, ...round, END, GET, 1]
  expect(counted(moduleOf(code), rounds)).toEqual({ result: rounds, count: rounds * 9 + 1 })
})

describe('a table of branches', () => {
  // local.get, br_table: 2; label 0: 3 (const, return); label 1: const, local.set; the default: nothing.
  const inner = [GET, 0, BR_TABLE, 2, 0, 1, 2]
  const code = [
    ...[BLOCK, NO_VALUE, BLOCK, NO_VALUE, BLOCK, NO_VALUE, ...inner, END],
    ...[CONST, 20, RETURN, END, CONST, 21, SET, 1, END, GET, 1],
  ]
  test.each([
    [0, 20, 4],
    [1, 21, 5],
    [2, 0, 3],
    [9, 0, 3],
  ])('with %i', (argument, result, count) => expect(counted(moduleOf(code), argument)).toEqual({ result, count }))
})

test('what stands behind a branch or a return is not counted', () => {
  const dead = [CONST, 1, DROP, CONST, 1, DROP]
  const code = [BLOCK, NO_VALUE, BR, 0, ...dead, END, CONST, 3, RETURN, ...dead, UNREACHABLE]
  expect(counted(moduleOf(code), 0)).toEqual({ result: 3, count: 3 })
})

test('a call is one, and what is called counts too', () => {
  expect(counted(moduleOf([CALL, 1, GET, 0], { second: [CONST, 1, DROP] }), 4)).toEqual({ result: 4, count: 4 })
})

test('a value may wait on the stack while it is counted', () => {
  const code = [CONST, 1, GET, 0, IF, I32, CONST, 2, ELSE, CONST, 4, END, ADD, GET, 0, EQZ, ADD]
  expect(counted(moduleOf(code), 0)).toEqual({ result: 6, count: 8 })
})

test('loads and stores', () => {
  const code = [CONST, 16, GET, 0, STORE, 2, 0x80, 1, CONST, 16, LOAD, 2, 0x80, 1]
  expect(counted(moduleOf(code), 77)).toEqual({ result: 77, count: 5 })
})

test('SIMD: constants, shuffles, lanes, stores of lanes', () => {
  const ofTheSecond = Array.from({ length: 16 }, (_, lane) => 16 + lane)
  const code = [
    ...[CONST, 0],
    ...[SIMD, 12, ...new Array<number>(16).fill(3)],
    ...[GET, 0, SIMD, 17],
    ...[SIMD, 13, ...ofTheSecond],
    ...[SIMD, 91, 3, 8, 0],
    ...[CONST, 8, SIMD, 0, 4, 0, SIMD, 27, 0],
  ]
  expect(counted(moduleOf(code), 6)).toEqual({ result: 6, count: 9 })
  expect(counted(moduleOf([GET, 0, SIMD, 17, GET, 0, SIMD, 17, SIMD, 0xae, 1, SIMD, 27, 2]), 5)).toEqual({
    result: 10,
    count: 6,
  })
})

test('bulk copies and fills are one, and their bytes are counted apart', () => {
  const copy = [CONST, 0, CONST, 32, GET, 0, BULK, 10, 0, 0]
  const fill = [CONST, 32, CONST, 1, CONST, 5, BULK, 11, 0]
  const bytes = moduleOf([...fill, ...copy, CONST, 0, LOAD, 2, 0])
  expect(counted(bytes, 4)).toEqual({ result: 0x01010101, count: 10 })
  const instance = instanceOf(instrument(bytes))
  instance.run(3)
  instance.run(2)
  expect(instance[BULK_BYTES].value).toBe(15n)
})

describe('the counters have a place', () => {
  test('behind the globals and exports that are there, before what comes after them', () => {
    const globals = section(6, 2, I32, 0, CONST, 5, END, I32, 1, CONST, 6, END)
    const data = section(11, 1, 0, CONST, 0, END, 1, 42)
    const code = [GLOBAL_GET, 0, GLOBAL_GET, 1, ADD, CONST, 0, LOAD, 0, 0, ADD]
    expect(counted(moduleOf(code, { before: globals, after: data }), 0)).toEqual({ result: 53, count: 6 })
  })

  test('also behind an imported global, and where nothing is exported', () => {
    const importsOne = new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(0, ...name('custom'), 1, 2),
      ...section(1, 1, 0x60, 0, 0),
      ...section(2, 1, ...name('m'), ...name('g'), 3, I32, 0),
      ...section(3, 1, 0),
      ...section(8, 0),
      ...section(10, 1, 5, 0, GLOBAL_GET, 0, DROP, END),
    ])
    const module = new WebAssembly.Module(instrument(importsOne))
    const { exports } = new WebAssembly.Instance(module, { m: { g: 3 } })
    expect((exports[INSTRUCTIONS] as WebAssembly.Global).value).toBe(2n)
  })
})

describe('refuses', () => {
  test('what is no module', () => {
    expect(() => instrument(new Uint8Array(9))).toThrow(WebAssembly.CompileError)
  })

  test('an instruction that it does not know, instead of guessing where the next one begins', () => {
    const atomicFence = [0xfe, 3, 0]
    expect(() => instrument(moduleOf([...atomicFence, GET, 0]))).toThrow('unknown instruction fe')
  })
})

test.each(['release', 'debug'])('the %s build, whole', (build) => {
  expect(WebAssembly.validate(instrument(readBytes(`build/${build}.wasm`)))).toBe(true)
})
