// insmod() and rmmod(): the errnos, what a module is given, and modules that load and unload in the middle of each other.
import { beforeEach, describe, expect, test } from 'vitest'
import { boot, type Kernel, type Module } from '../../src/index.js'

let kernel: Kernel
beforeEach(() => {
  kernel = boot()
})

const plain = (name: string, result: unknown = 0): Module => ({ name, init: () => result as number })
const loaded = () =>
  kernel.procfs
    .read('/proc/modules')
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((name) => name !== '')

test('a name is loaded once: -EEXIST, and -ENOENT for one that is not', () => {
  expect(kernel.insmod(plain('a'))).toBe(0)
  expect(kernel.insmod(plain('a'))).toBe(-17)
  expect(kernel.rmmod('b')).toBe(-2)
  expect(kernel.rmmod('a')).toBe(0)
  expect(kernel.rmmod('a')).toBe(-2)
  expect(kernel.insmod(plain('a'))).toBe(0)
})

test.each([-1, -12, -22])('init() says %i: insmod() says it, and nothing is loaded', (error) => {
  let exits = 0
  expect(kernel.insmod({ name: 'a', init: () => error, exit: () => exits++ })).toBe(error)
  expect(kernel.rmmod('a')).toBe(-2)
  expect([exits, loaded()]).toEqual([0, []])
})

test.each([
  [0, 0],
  [5, 5],
  [undefined, 0],
])('init() gives %j: loaded, insmod() gives %i', (result, given) => {
  expect(kernel.insmod(plain('a', result))).toBe(given)
  expect(loaded()).toEqual(['a'])
})

test.each([
  ['a promise', Promise.resolve(-5)],
  ['a string', '-5'],
])('init() gives %s: refused, and nothing is loaded', (_what, result) => {
  expect(() => kernel.insmod(plain('a', result))).toThrow(new TypeError('module.init() must be a number'))
  expect(loaded()).toEqual([])
})

test('init() gets the kernel and the parameters, exit() the kernel', () => {
  const seen: unknown[] = []
  const module: Module = { name: 'a', init: (...given) => seen.push(given) - 1, exit: (...given) => seen.push(given) }
  const params = { count: 3 }
  kernel.insmod(module, params)
  kernel.rmmod('a')
  kernel.insmod(module)
  expect(seen).toEqual([[kernel, params], [kernel], [kernel, {}]])
})

test('init() and exit() are called as methods of the module', () => {
  class Counter implements Module {
    readonly name = 'counter'
    count = 0
    init() {
      this.count++
      return 0
    }
    exit() {
      this.count += 10
    }
  }
  const module = new Counter()
  kernel.insmod(module)
  kernel.rmmod('counter')
  expect(module.count).toBe(11)
})

test('/proc/modules has the names', () => {
  kernel.insmod(plain('cn_test'))
  kernel.insmod(plain('w1'))
  expect(kernel.procfs.read('/proc/modules')).toMatch(/^cn_test \d+ 0 - Live 0x0{16}\nw1 \d+ 0 - Live 0x0{16}\n$/)
})

describe('in the middle of each other', () => {
  test('init() may load others, but not its own name', () => {
    const seen: number[] = []
    const init = () => {
      seen.push(kernel.insmod(plain('a')), kernel.insmod(plain('b')))
      return 0
    }
    expect(kernel.insmod({ name: 'a', init })).toBe(0)
    expect([seen, loaded()]).toEqual([
      [-17, 0],
      ['a', 'b'],
    ])
  })

  test('exit() finds itself gone, and may come back', () => {
    const seen: number[] = []
    kernel.insmod({ name: 'a', init: () => 0, exit: () => seen.push(kernel.rmmod('a'), kernel.insmod(plain('a'))) })
    expect(kernel.rmmod('a')).toBe(0)
    expect([seen, loaded()]).toEqual([[-2, 0], ['a']])
  })

  test('init() that unloads itself, loads another of its name and fails leaves that one', () => {
    const init = () => {
      kernel.rmmod('a')
      kernel.insmod(plain('a'))
      return -5
    }
    expect(kernel.insmod({ name: 'a', init })).toBe(-5)
    expect(loaded()).toEqual(['a'])
  })
})
