// What the commands do on a terminal: colours, tables, and progress.
import { expect, test } from 'vitest'
import { coloured, paintOn, plain } from '../../src/cli/frame/colours.js'
import { Progress, share } from '../../src/cli/frame/progress.js'
import { counted, table } from '../../src/cli/frame/table.js'

const terminal = { isTTY: true }

test('colours are for terminals only, and NO_COLOR and TERM=dumb turn them off', () => {
  expect(paintOn(terminal, {})).toBe(coloured)
  expect(paintOn(terminal, { NO_COLOR: '' })).toBe(coloured)
  expect(paintOn(terminal, { NO_COLOR: '1' })).toBe(plain)
  expect(paintOn(terminal, { TERM: 'dumb' })).toBe(plain)
  expect(paintOn({}, {})).toBe(plain)
})

test('without colours nothing changes, with them what was is restored', () => {
  expect(plain('bold', 'text')).toBe('text')
  expect(coloured('bold', 'text')).toBe('\x1b[1mtext\x1b[0m')
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

test('progress is a line that is written over, not too often, and wiped at the end', () => {
  const { written, stream } = streamOf(true)
  const progress = new Progress(stream, 60_000)
  progress.show(() => share('playing', 1, 8))
  progress.show(() => share('playing', 2, 8))
  progress.clear()
  progress.clear()
  expect(written).toEqual(['\rplaying: 12 % (1 of 8)\x1b[K', '\r\x1b[K'])
})

test('progress without an interval shows every step', () => {
  const { written, stream } = streamOf(true)
  const progress = new Progress(stream)
  for (const step of ['a', 'b']) progress.show(() => step)
  expect(written).toEqual(['\ra\x1b[K', '\rb\x1b[K'])
})

test('progress goes nowhere without a terminal, and its text is not even made', () => {
  const { written, stream } = streamOf(false)
  const progress = new Progress(stream)
  progress.show(() => {
    throw new Error('nobody reads it')
  })
  progress.clear()
  expect(written).toEqual([])
})

test('one is singular', () => {
  expect([0, 1, 2].map((n) => counted(n, 'event'))).toEqual(['0 events', '1 event', '2 events'])
})
