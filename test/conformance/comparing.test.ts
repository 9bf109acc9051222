// When an answer is the recorded one: names and gaps in recordings, and everything else to the last bit.

import { describe, expect, it } from 'vitest'
import { matches } from '../../src/cli/replay/compare.js'
import type { Json } from '../../src/cli/replay/json.js'
import { Symbols } from '../../src/cli/replay/symbols.js'

const RANDOM_PORT = 0xff001234
const OTHER_PORT = 0xff005678

const equal = (expected: Json, actual: Json, symbols = new Symbols()) => matches(expected, actual, symbols)

describe('an answer', () => {
  it('must have the same fields with the same values', () => {
    expect(equal({ n: 4, data: '61' }, { data: '61', n: 4 })).toBe(true)
    expect(equal({ n: 4 }, { n: 5 })).toBe(false)
    expect(equal({ n: 4 }, { n: 4, data: '61' })).toBe(false)
    expect(equal({ n: 4, data: '61' }, { n: 4 })).toBe(false)
    expect(equal({ addr: null }, { addr: { pid: 0 } })).toBe(false)
    expect(equal({ runs: [[3, { n: 1 }]] }, { runs: [[2, { n: 1 }]] })).toBe(false)
    expect(equal({ flags: [] }, { flags: ['MSG_TRUNC'] })).toBe(false)
  })

  it('may write bytes in another way', () => {
    expect(equal({ data: '61*3' }, { data: '616161' })).toBe(true)
    expect(equal({ data: '61*3' }, { data: '6161' })).toBe(false)
    expect(equal({ text: '61*3' }, { text: '616161' })).toBe(false)
  })

  it('may be anything where the recording says so', () => {
    expect(equal({ data: '00{{any:2}}ff' }, { data: '00aabbff' })).toBe(true)
    expect(equal({ data: '00{{any:2}}ff' }, { data: '00aaff' })).toBe(false)
    expect(equal({ value: '$any' }, { value: 5 })).toBe(true)
  })

  it('binds a name once and keeps it', () => {
    const symbols = new Symbols()
    expect(equal({ pid: '$auto.a' }, { pid: RANDOM_PORT }, symbols)).toBe(true)
    expect(equal({ pid: '$auto.a' }, { pid: RANDOM_PORT }, symbols)).toBe(true)
    expect(equal({ pid: '$auto.a' }, { pid: OTHER_PORT }, symbols)).toBe(false)
    expect(equal({ data: '00{{auto.a}}' }, { data: '00341200ff' }, symbols)).toBe(true)
    expect(equal({ data: '00{{auto.a}}' }, { data: '00351200ff' }, symbols)).toBe(false)
    expect(symbols.number({ symbol: 'auto.a' })).toBe(RANDOM_PORT)
  })

  it('cannot have a random port that is no random port, or another socket’s', () => {
    const symbols = new Symbols()
    expect(equal({ pid: '$auto.a' }, { pid: 100 }, symbols)).toBe(false)
    expect(equal({ pid: '$auto.a' }, { pid: RANDOM_PORT }, symbols)).toBe(true)
    expect(equal({ pid: '$auto.b' }, { pid: RANDOM_PORT }, symbols)).toBe(false)
    expect(equal({ pid: '$auto.b' }, { pid: OTHER_PORT }, symbols)).toBe(true)
  })

  it('counts cn_proc’s number from the first one that is seen', () => {
    const symbols = new Symbols()
    expect(equal({ data: '{{seq+0}}' }, { data: '0a000000' }, symbols)).toBe(true)
    expect(equal({ data: '{{seq+2}}' }, { data: '0c000000' }, symbols)).toBe(true)
    expect(equal({ data: '{{seq+3}}' }, { data: '0c000000' }, symbols)).toBe(false)
    expect(equal({ data: '{{seq-11}}' }, { data: 'ffffffff' }, symbols)).toBe(true)
  })
})
