// What npm start does on a terminal: colours, and progress.
import { expect, test } from 'vitest'
import { progressOn } from '../../src/cli/demo/progress.js'
import { showsColors, style, table } from '../../src/cli/demo/style.js'

const terminal = { isTTY: true }

test('colours are for terminals only, and NO_COLOR and TERM=dumb turn them off', () => {
  expect(showsColors(terminal, {})).toBe(true)
  expect(showsColors(terminal, { NO_COLOR: '' })).toBe(true)
  expect(showsColors(terminal, { NO_COLOR: '1' })).toBe(false)
  expect(showsColors(terminal, { TERM: 'dumb' })).toBe(false)
  expect(showsColors({}, {})).toBe(false)
})

test('a style without colours changes nothing, one with them restores what was', () => {
  expect(style(false).title('text')).toBe('text')
  expect(style(true).title('text')).toBe('\x1b[1mtext\x1b[0m')
})

test('columns of a table: texts on the left, numbers on the right', () => {
  const lines = table(
    ['Name', 'Sent', 'Note'],
    [
      ['a', 7, ''],
      ['bcdefg', 12345, 'x'],
    ],
  )
  expect(lines).toEqual(['Name     Sent  Note', 'a           7', 'bcdefg  12345  x'])
})

function streamOf(isTTY: boolean) {
  const written: string[] = []
  const write = (text: string) => written.push(text) > 0
  return { written, stream: { isTTY, write } }
}

test('progress is a line that is written over, and wiped at the end', () => {
  const { written, stream } = streamOf(true)
  const progress = progressOn(stream, 'playing')
  progress.show(1, 8)
  progress.show(2, 8)
  progress.end()
  expect(written).toEqual(['\rplaying: 12 % (1 of 8)\x1b[K', '\r\x1b[K'])
})

test('progress goes nowhere without a terminal', () => {
  const { written, stream } = streamOf(false)
  const progress = progressOn(stream, 'playing')
  progress.show(1, 8)
  progress.end()
  expect(written).toEqual([])
})
