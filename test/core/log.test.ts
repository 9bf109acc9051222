// The kernel log: a ring of 32 KiB that keeps the newest lines.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boot, withKernel } from '../support/kernels.js'

const RING = 32_768
const HEADER = 12
const bytesOf = (text: string) => (HEADER + new TextEncoder().encode(text).length + 3) & ~3
const stamped = (text: string, seconds = '    0.000000') => `[${seconds}] ${text}`

/** The newest lines that fit. */
function kept(lines: string[]): string[] {
  let room = RING
  let first = lines.length
  while (first > 0 && room >= bytesOf(lines[first - 1]!)) {
    first--
    room -= bytesOf(lines[first]!)
  }
  return lines.slice(first)
}

describe('wrap-around', () => {
  test('the newest lines are kept whole, in order, however long they are', () => {
    const line = fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 25 }))
    fc.assert(
      fc.property(fc.array(line, { minLength: 50, maxLength: 400 }), (made) =>
        withKernel({}, (kernel) => {
          const lines = made.map(
            ([length, letter], index) => `${index}:${String.fromCharCode(97 + letter).repeat(length)}`,
          )
          for (const text of lines) kernel.printk(text)
          expect(kernel.dmesg()).toEqual(kept(lines).map((text) => stamped(text)))
        }),
      ),
      { numRuns: 40 },
    )
  })

  test('thousands of lines later it still does', () => {
    const kernel = boot()
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}${'.'.repeat(i % 77)}`)
    for (const text of lines) kernel.printk(text)
    expect(kernel.dmesg()).toEqual(kept(lines).map((text) => stamped(text)))
  })
})

describe('a line', () => {
  test('is cut at 1024 bytes, between characters', () => {
    const kernel = boot()
    kernel.printk('x'.repeat(2000))
    kernel.printk('x'.repeat(1024))
    kernel.printk('€'.repeat(400))
    kernel.printk('😀'.repeat(300))
    expect(kernel.dmesg()).toEqual(
      ['x'.repeat(1024), 'x'.repeat(1024), '€'.repeat(341), '😀'.repeat(256)].map((text) => stamped(text)),
    )
  })

  test('comes back as the text that it was, whatever the alphabet', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 20 }), (texts) =>
        withKernel({}, (kernel) => {
          for (const text of texts) kernel.printk(text)
          // A trailing newline ends the line that it is in.
          const expected = texts.flatMap((text) => text.replace(/\n$/, '').split('\n'))
          expect(kernel.dmesg()).toEqual(expected.map((text) => stamped(text)))
        }),
      ),
      { numRuns: 50 },
    )
  })

  test('each line of a text is stamped with the time', () => {
    const kernel = boot()
    kernel.clock.advance(1234.5678)
    kernel.printk('one\ntwo\n')
    kernel.clock.advance(1e9)
    kernel.printk('')
    expect(kernel.dmesg()).toEqual([
      stamped('one', '    1.234568'),
      stamped('two', '    1.234568'),
      stamped('', '1000001.234568'),
    ])
  })

  test('what is behind a short line in the windows is not told', () => {
    const kernel = boot()
    kernel.printk('secret secret secret')
    kernel.printk('abc')
    const again = boot()
    again.printk('public public public')
    again.printk('abc')
    expect(kernel.dmesg()[1]).toBe(again.dmesg()[1])
  })
})

test('a machine without printk has no ring', () => {
  expect(boot().dmesg()).toEqual([])
})
