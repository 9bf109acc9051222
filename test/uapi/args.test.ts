// Which arguments are taken, and which are a TypeError or a RangeError.
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, i32, u16, u32 } from '../../src/uapi/args.js'

const notNumbers: readonly unknown[] = [undefined, null, '1', 1n, true, {}, [1], Symbol('x'), () => 1, new Number(1)]
const notIntegers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, -1.5]

describe('u32', () => {
  it('takes -2^31 to 2^32-1 as unsigned', () => {
    fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (n) => u32(n, 'n') === n >>> 0))
    expect([u32(-1, 'n'), u32(-(2 ** 31), 'n'), u32(2 ** 32 - 1, 'n')]).toEqual([2 ** 32 - 1, 2 ** 31, 2 ** 32 - 1])
    expect(Object.is(u32(-0, 'n'), 0)).toBe(true)
  })

  it('says RangeError for other numbers, with the name and the value', () => {
    for (const n of [...notIntegers, 2 ** 32, -(2 ** 31) - 1, 1e300]) {
      expect(() => u32(n, 'nl_pid')).toThrow(RangeError)
      expect(() => u32(n, 'nl_pid')).toThrow(`nl_pid must be an integer from -2147483648 to 4294967295, not ${n}`)
    }
  })

  it('says TypeError for what is no number', () => {
    for (const value of notNumbers) expect(() => u32(value as number, 'seq')).toThrow(TypeError)
  })
})

describe('i32', () => {
  it('takes the same numbers as signed', () => {
    fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (n) => i32(n, 'n') === (n | 0)))
    expect(() => i32(2 ** 32, 'n')).toThrow(RangeError)
    expect(() => i32('1' as unknown as number, 'n')).toThrow(TypeError)
  })
})

describe('u16', () => {
  it('takes 0 to 65535', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff }), (n) => u16(n, 'n') === n))
    for (const n of [...notIntegers, -1, 0x10000, 2 ** 32]) expect(() => u16(n, 'len')).toThrow(RangeError)
    for (const value of notNumbers) expect(() => u16(value as number, 'len')).toThrow(TypeError)
  })
})

describe('bytes', () => {
  it('takes Uint8Array, its subclasses, and those of other realms', () => {
    for (const array of [new Uint8Array(3), Buffer.from('abc'), runInNewContext('new Uint8Array(3)') as Uint8Array]) {
      expect(bytes(array, 'data')).toBe(array)
    }
  })

  it('says TypeError for anything else', () => {
    const others = [...notNumbers, new ArrayBuffer(4), new DataView(new ArrayBuffer(4)), new Int8Array(4), [1, 2]]
    for (const value of others) expect(() => bytes(value as Uint8Array, 'data')).toThrow(TypeError)
    expect(() => bytes(new Uint8ClampedArray(4) as unknown as Uint8Array, 'data')).toThrow('data must be a Uint8Array')
  })
})
