// printk() and dmesg(): a record for each line, stamped with virtual time as Linux prints it.
import { expect, test } from 'vitest'
import { boot } from '../../src/index.js'

test('the stamp is seconds with six digits, twelve columns wide', () => {
  const kernel = boot()
  kernel.printk('at boot')
  kernel.clock.advance(1.5)
  kernel.printk('soon')
  kernel.clock.advance(59_998.5)
  kernel.printk('after a minute')
  kernel.clock.advance(1e8)
  kernel.printk('after a day')
  kernel.clock.advance(1e10)
  kernel.printk('after months')
  expect(kernel.dmesg()).toEqual([
    '[    0.000000] at boot',
    '[    0.001500] soon',
    '[   60.000000] after a minute',
    '[100060.000000] after a day',
    '[10100060.000000] after months',
  ])
})

test('each line is a record, a newline at the end is none', () => {
  const kernel = boot()
  kernel.printk('one\ntwo\n')
  kernel.printk('three')
  kernel.printk('')
  kernel.printk('\n\n')
  expect(kernel.dmesg().map((line) => line.slice(15))).toEqual(['one', 'two', 'three', '', '', ''])
})

test('any text comes back, cut at 1024 bytes between characters', () => {
  const kernel = boot()
  kernel.printk('größer: 文字 \u{1f427}')
  kernel.printk('x'.repeat(2000))
  kernel.printk('ä'.repeat(2000))
  kernel.printk(`x${'ä'.repeat(2000)}`)
  const texts = kernel.dmesg().map((line) => line.slice(15))
  expect(texts).toEqual(['größer: 文字 \u{1f427}', 'x'.repeat(1024), 'ä'.repeat(512), `x${'ä'.repeat(511)}`])
})

test('what dmesg() gave is a copy, and reading takes nothing away', () => {
  const kernel = boot()
  kernel.printk('one')
  const first = kernel.dmesg()
  first.push('mine')
  kernel.printk('two')
  expect(kernel.dmesg().length).toBe(2)
})

test('the log is part of the state', () => {
  const [a, b] = [boot(), boot()]
  a.printk('x')
  expect(a.stateHash()).not.toBe(b.stateHash())
  b.printk('x')
  expect(a.stateHash()).toBe(b.stateHash())
})
